internal import CPNGShim

/// What a compression number means for PNG.
///
/// | number   | row filter | zlib level | strategy | meant for                                    |
/// |----------|------------|------------|----------|----------------------------------------------|
/// | 0        | none       | 0          |          | no compression at all: scratch files         |
/// | 1        | Up         | 1          | RLE      | the least work that still shrinks photos     |
/// | 2        | adaptive   | 1          | RLE      | photos: within 4 % of 6 in a quarter of time |
/// | 3        | adaptive   | 3          | filtered | the first that finds repetitions             |
/// | 4 to 9   | adaptive   | 4 to 9     | filtered | zlib's own scale; 6 is libpng's default      |
/// | 10 to 12 | adaptive   | 9          | filtered | as 9, with longer blocks (memory level 9)    |
///
/// Adaptive is the choice of the smallest sum of absolute differences for each row (PNG
/// specification, third edition, section 12.7). "Filtered" makes zlib pass over matches of up to
/// five bytes, which in filtered rows are chance more often than not; RLE looks for runs only.
/// zlib has nothing slower to offer than 10, so 11 and 12 are the same; without "filtered" a photo
/// grew by 1 %.
struct PNGCompression: Equatable, Sendable {
  enum Strategy: Int32, Sendable {
    // The numbers of zlib.h.
    case standard = 0
    case filtered = 1
    case runLength = 3
  }

  enum RowFilter: Int32, Sendable {
    // The numbers of section 9.2.
    case none = 0
    case up = 2
  }

  /// The row filter, or nil where each row gets its own.
  var filter: RowFilter?
  var level: Int32
  var strategy: Strategy
  var memoryLevel: Int32 = 8

  init(_ options: EncodeOptions) {
    strategy = .filtered
    switch options.compression {
    case ..<1: (filter, level, strategy) = (RowFilter.none, 0, .standard)
    case 1: (filter, level, strategy) = (.up, 1, .runLength)
    case 2: (level, strategy) = (1, .runLength)
    case 3...9: level = Int32(options.compression)
    default: (level, memoryLevel) = (9, 9)
    }
  }

  var fields: cpng_compression {
    cpng_compression(
      level: level, strategy: strategy.rawValue, memory_level: memoryLevel,
      is_adaptive: filter == nil, filter: filter?.rawValue ?? 0)
  }
}
