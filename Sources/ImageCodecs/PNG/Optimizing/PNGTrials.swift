internal import Deflate

/// What is tried at each level of optimization, from 0, which goes one way, to 6.
///
/// The seconds and bytes of each level stand in docs/performance.md.
struct PNGTrials {
  /// A way to store a picture and to filter its rows.
  struct Trial {
    let storage: PNGStorage
    let filterings: [PNGCompression.Filtering]
  }

  private let ways: [[PNGCompression.Filtering]]

  /// What the ways are compared by.
  let effort: Deflater.Effort
  /// What the best ways end with.
  let finalEffort: Deflater.Effort
  /// How many those are.
  let finalistCount: Int
  /// Whether the entries of a palette are put into other orders, too.
  let triesOrders: Bool

  /// - Parameter level: 0 to 6.
  init(level: Int) {
    let none = PNGCompression.Filtering.fixed(UnfilterKernels.none)
    let chosen = [[none, .adaptive]]
    let few = [[none], [.adaptive]]
    let some = few + [[.fewestPairs]]
    let all =
      some
      + [
        UnfilterKernels.sub, UnfilterKernels.up, UnfilterKernels.average, UnfilterKernels.paeth,
      ].map { [.fixed($0)] }
    triesOrders = level >= 3
    effort = .lazyMatches(depth: level < 5 ? 16 : 64, patience: .max)
    switch level {
    case ..<1:
      (ways, finalistCount, finalEffort) = (chosen, 0, effort)
    case 1:
      (ways, finalistCount, finalEffort) = (few, 1, .shortestPath(depth: 16, passCount: 2))
    case 2:
      (ways, finalistCount, finalEffort) = (some, 1, .shortestPath(depth: 32, passCount: 4))
    case 3:
      (ways, finalistCount, finalEffort) = (all, 1, .shortestPath(depth: 64, passCount: 6))
    case 4:
      (ways, finalistCount, finalEffort) = (all, 2, .shortestPath(depth: 64, passCount: 8))
    case 5:
      (ways, finalistCount, finalEffort) = (all, 4, .shortestPath(depth: 100, passCount: 15))
    default:
      (ways, finalistCount, finalEffort) = (all, .max, .shortestPath(depth: 300, passCount: 30))
    }
  }

  /// The trials, those that are likelier first.
  func all(over storages: [PNGStorage]) -> [Trial] {
    storages.flatMap { storage in
      ways.map { Trial(storage: storage, filterings: $0) }
    }
  }
}
