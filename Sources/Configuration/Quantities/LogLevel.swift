/// How much a run tells of itself.
public enum LogLevel: String, CaseIterable, Comparable, Sendable {
  /// What went wrong.
  case error
  /// What was done, too.
  case info
  /// How it was done, too.
  case debug

  /// Reads the level's name.
  public init?(_ text: String) { self.init(rawValue: text) }

  /// Whether a level tells less than another.
  public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .error: 0
    case .info: 1
    case .debug: 2
    }
  }
}

extension LogLevel: WordOrNumber {
  init?(number: Double) { nil }
}
