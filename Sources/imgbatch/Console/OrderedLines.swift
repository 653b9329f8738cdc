import Synchronization

/// Puts lines that come as jobs settle into the order of the input.
///
/// It holds the lines that came before their turn, up to a bound: a job that keeps more than that
/// waiting loses its turn, and its line comes when it comes.
final class OrderedLines: Sendable {
  /// Some 100 bytes each.
  private static let maximumWaitingCount = 10_000

  private struct State {
    var waiting: [Int: String?] = [:]
    var next = 0
  }

  private let state = Mutex(State())

  /// Takes the line of a job, or the word that it has none, and returns those whose turn it is.
  func take(_ line: String?, at index: Int) -> [String] {
    state.withLock { state in
      guard index >= state.next else { return line.map { [$0] } ?? [] }
      state.waiting[index] = .some(line)
      if state.waiting.count > Self.maximumWaitingCount {
        state.next = state.waiting.keys.min() ?? state.next
      }
      var due: [String] = []
      while let line = state.waiting.removeValue(forKey: state.next) {
        if let line { due.append(line) }
        state.next += 1
      }
      return due
    }
  }
}
