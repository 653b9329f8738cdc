/// How many workers there are: `4`, or `auto`.
public enum WorkerCount: Hashable, Sendable {
  /// What this process may use.
  case automatic
  /// So many.
  case count(Int)

  /// More threads than this are a slip of the finger.
  public static let maximum = 1024

  /// Reads `auto`, or a whole number from 1 to `maximum`.
  public init?(_ text: String) {
    if text == "auto" {
      self = .automatic
    } else if let count = Int(text), (1...Self.maximum).contains(count) {
      self = .count(count)
    } else {
      return nil
    }
  }

  /// Nil for what this process may use.
  public var count: Int? {
    if case .count(let count) = self { count } else { nil }
  }
}

extension WorkerCount: CustomStringConvertible {
  /// The text that it is read from.
  public var description: String { count.map(String.init) ?? "auto" }
}

extension WorkerCount: WordOrNumber {
  init?(number: Double) {
    guard let count = Int(exactly: number), (1...Self.maximum).contains(count) else { return nil }
    self = .count(count)
  }
}
