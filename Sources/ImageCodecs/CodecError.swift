/// Why bytes could not be read as a picture, or a picture not written as bytes.
///
/// What the byte source throws (an I/O error, an interruption) and what memory refuses
/// (`AllocationError`, `SizeOverflow`) are not wrapped: they pass through as they are.
public struct CodecError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of the failure; the list can grow.
  public struct Code: Hashable, Sendable {
    /// A word for machines, as it stands in reports.
    public let name: String

    /// No codec knows the bytes.
    public static let notAnImage = Code(name: "notAnImage")
    /// The bytes break the format's rules.
    public static let corrupt = Code(name: "corrupt")
    /// The bytes end too early.
    public static let truncated = Code(name: "truncated")
    /// The header asks for more than the limits allow.
    public static let limitExceeded = Code(name: "limitExceeded")
    /// The format allows it, but the codec does not do it.
    public static let unsupported = Code(name: "unsupported")
    /// The codec's library failed for a reason of its own.
    public static let libraryFailure = Code(name: "libraryFailure")
  }

  /// The kind of the failure.
  public let code: Code

  /// What is wrong, without its place: `IDAT: CRC mismatch`.
  public let reason: String

  /// Where in the bytes, if that is known: `chunk at byte 41`.
  public let place: String?

  /// One sentence for people, without the file's name: `IDAT: CRC mismatch (chunk at byte 41)`.
  public var message: String { place.map { "\(reason) (\($0))" } ?? reason }

  /// A failure of that kind, with a sentence for people, and its place in the bytes.
  public init(_ code: Code, _ reason: String, place: String? = nil) {
    self.code = code
    self.reason = reason
    self.place = place
  }

  /// The message.
  public var description: String { message }
}
