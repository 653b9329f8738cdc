internal import Deflate

/// What a compression number means for PNG.
///
/// Adaptive is the choice of the smallest sum of absolute differences for each row (PNG
/// specification, third edition, section 12.7): best for photos. Drawings and sprites want their
/// rows as they are; where both are allowed, it depends on what each makes of the rows.
/// The seconds and bytes of each number stand in docs/performance.md.
struct PNGCompression: Equatable, Sendable {
  /// How the filter of a row is found.
  enum Filtering: Equatable, Sendable {
    case fixed(UInt8)
    case adaptive
    /// That whose bytes, with the one before each, make the fewest different pairs: what repeats
    /// itself takes few bits, be it small or not. It takes some ten times as long to find.
    case fewestPairs
  }

  typealias Effort = Deflater.Effort

  /// Those that may be, those that leave more to matches first.
  let filterings: [Filtering]

  let effort: Effort

  init(filterings: [Filtering], effort: Effort) {
    self.filterings = filterings
    self.effort = effort
  }

  /// Places in a palette and packed bits are no sizes, whose differences would be small: where one
  /// way has to do, they go without a filter (section 12.7).
  init(_ options: EncodeOptions, for picture: PNGPictureHeader) {
    let none = Filtering.fixed(UnfilterKernels.none)
    let hasSizes = picture.colourType != .palette && picture.bitDepth >= 8
    switch options.compression {
    case ..<1: (filterings, effort) = ([none], .store)
    case 1: (filterings, effort) = ([hasSizes ? .fixed(UnfilterKernels.up) : none], .runs)
    case 2: (filterings, effort) = ([hasSizes ? .adaptive : none], .runs)
    case 3: (filterings, effort) = ([none, .adaptive], .matches(depth: 2, patience: 64))
    case 4: (filterings, effort) = ([none, .adaptive], .matches(depth: 3, patience: 64))
    case 5: (filterings, effort) = ([none, .adaptive], .matches(depth: 4, patience: 64))
    case 6: (filterings, effort) = ([none, .adaptive], .matches(depth: 5, patience: 64))
    case 7: (filterings, effort) = ([none, .adaptive], .lazyMatches(depth: 8, patience: 256))
    case 8: (filterings, effort) = ([none, .adaptive], .lazyMatches(depth: 16, patience: .max))
    case 9: (filterings, effort) = ([none, .adaptive], .lazyMatches(depth: 64, patience: .max))
    case 10: (filterings, effort) = ([none, .adaptive], .shortestPath(depth: 8, passCount: 1))
    case 11: (filterings, effort) = ([none, .adaptive], .shortestPath(depth: 16, passCount: 2))
    default: (filterings, effort) = ([none, .adaptive], .shortestPath(depth: 64, passCount: 3))
    }
  }
}
