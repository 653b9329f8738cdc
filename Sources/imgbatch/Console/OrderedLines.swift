import Synchronization

/// Puts lines that come as jobs settle into the order of the input.
///
/// It holds the lines that came before their turn: a few, unless one job takes very long.
final class OrderedLines: Sendable {
  private struct State {
    var waiting: [Int: String?] = [:]
    var next = 0
  }

  private let state = Mutex(State())

  /// Takes the line of a job, or the word that it has none, and returns those whose turn it is.
  func take(_ line: String?, at index: Int) -> [String] {
    state.withLock { state in
      state.waiting[index] = .some(line)
      var due: [String] = []
      while let line = state.waiting.removeValue(forKey: state.next) {
        if let line { due.append(line) }
        state.next += 1
      }
      return due
    }
  }
}
