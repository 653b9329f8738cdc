public import Raster

/// Where a picture stands in a frame, or which part of it stays: by a side, or by what is there.
public enum Placement: Hashable, Sendable {
  case position(Position)
  case content(CropStrategy)

  /// The words that there are.
  public static let words =
    Position.allCases.map(\.rawValue) + ["center"] + CropStrategy.allCases.map(\.rawValue)

  /// Reads one of the words.
  public init?(argument: String) {
    if let strategy = CropStrategy(rawValue: argument) {
      self = .content(strategy)
    } else if let position = Position(argument: argument) {
      self = .position(position)
    } else {
      return nil
    }
  }

  /// The position; the centre where it is by what is there.
  public var position: Position {
    if case .position(let position) = self { position } else { .centre }
  }

  /// How the part is found; nil where the position says it.
  public var strategy: CropStrategy? {
    if case .content(let strategy) = self { strategy } else { nil }
  }
}
