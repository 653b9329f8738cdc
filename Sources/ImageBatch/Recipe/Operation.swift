public import Raster

/// Something that is done with a picture, before a picture is known.
///
/// A transform knows its sizes; an operation works them out for the rows that reach it.
public protocol Operation: Sendable {
  /// The steps for upright rows of that layout; none where nothing is to be done.
  ///
  /// A step whose output depends on the pixels, so that its rows may have another layout than
  /// `outputLayout(for:)` foretells, must be the last one.
  ///
  /// - Throws: `SizeOverflow`, `TransformError`.
  func steps(for input: RowLayout) throws -> [any Transform]

  /// The steps for rows as they are stored, upright afterwards.
  ///
  /// The default turns first; an operation that makes pictures smaller does better to turn last.
  ///
  /// - Parameter orientation: how the stored picture must be turned to stand upright.
  /// - Throws: as above.
  func steps(
    for input: RowLayout, turnedBy orientation: Orientation
  ) throws -> [any Transform]

  /// Whether light is mixed, and not samples: then it matters what light they stand for.
  ///
  /// The default is false.
  var mixesLight: Bool { get }

  /// The same for pictures whose samples stand for that light.
  ///
  /// The default is the operation itself, whatever they stand for.
  func taking(_ transfer: TransferFunction) -> Self
}

extension Operation {
  /// It does not.
  public var mixesLight: Bool { false }

  /// The operation itself.
  public func taking(_ transfer: TransferFunction) -> Self { self }

  /// Turns first.
  public func steps(
    for input: RowLayout, turnedBy orientation: Orientation
  ) throws -> [any Transform] {
    guard orientation != .upright else { return try steps(for: input) }
    let turn = Orient(orientation)
    return try [turn] + steps(for: turn.outputLayout(for: input))
  }
}

extension ResizeRequest: Operation {
  /// Where it is asked for.
  public var mixesLight: Bool { light == .linear }

  /// The request with that light.
  public func taking(_ transfer: TransferFunction) -> Self {
    var request = self
    request.transfer = transfer
    return request
  }

  /// The steps for upright rows.
  public func steps(for input: RowLayout) throws -> [any Transform] {
    try steps(for: input, turnedBy: .upright)
  }
}

/// A transform that is the same for every picture.
public struct SingleStep: Operation {
  private let transform: any Transform

  /// An operation of that one step.
  public init(_ transform: any Transform) { self.transform = transform }

  /// The step.
  public func steps(for input: RowLayout) -> [any Transform] { [transform] }
}
