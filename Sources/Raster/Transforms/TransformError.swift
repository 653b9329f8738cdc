/// Why a step can't do what it is asked to do with the picture that it got.
public struct TransformError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of reason it is.
  public struct Code: Hashable, Sendable {
    /// The code's word, as reports print it.
    public let name: String

    private init(_ name: String) { self.name = name }

    /// A pixel has no exact equal in the format asked for.
    public static let inexact = Code("inexact")

    /// A part of the picture was asked for that it hasn't got, or a frame that doesn't hold it.
    public static let outside = Code("outside")
  }

  /// What kind of reason it is.
  public let code: Code

  /// What is wrong, and where.
  public let message: String

  /// An error of that kind, told in those words.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}

extension TransformError.Code: CustomStringConvertible {
  /// The code's word.
  public var description: String { name }
}
