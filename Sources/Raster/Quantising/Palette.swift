/// The colours that stand for all colours of a picture.
///
/// Opaque colours have entries of their own, so that what is opaque stays so; and one entry is for
/// all that has no opacity.
struct Palette {
  /// The most entries of a palette.
  static let maximumCount = 256

  /// More than making and searching a palette takes: 64 KiB of slices for a cut, then a few tables of
  /// 256 entries.
  static let makingByteCount = 128 << 10

  /// Rounds of refinement: on photos these gain 0.1 to 0.35 dB, and eight more no more than 0.05.
  private static let maximumRoundCount = 4

  /// Stands for opaque colours; nil where there are none.
  let opaque: NearestColour?

  /// Stands for all others that are seen; nil where there are none.
  let translucent: NearestColour?

  /// The palette of a picture, or nil where its colours are few enough to stay as they are.
  ///
  /// Boxes of entries are cut in two, always the one that gains most, until there are enough; then
  /// entries go to the nearest mean and means follow (S. P. Lloyd, "Least Squares Quantization in
  /// PCM", IEEE Transactions on Information Theory 28, 1982), for a few rounds. The histogram's
  /// entries change their order.
  ///
  /// - Parameter count: the most entries, at least 2.
  init?(of histogram: borrowing ColourHistogram, upTo count: Int) {
    let budget = histogram.hasTransparent ? count - 1 : count
    if histogram.isExact && histogram.count <= budget { return nil }
    let entries = histogram.entries
    var opaqueCount = 0
    for place in entries.indices where entries[place].key >> 24 == 255 {
      entries.swapAt(place, opaqueCount)
      opaqueCount += 1
    }
    // Where there is one entry for both kinds, it is the mean of both.
    if budget < 2 && opaqueCount < entries.count { opaqueCount = 0 }
    var boxes = [0..<opaqueCount, opaqueCount..<entries.count].filter { !$0.isEmpty }
      .map { ColourBox($0, of: entries) }
    while boxes.count < budget {
      guard let best = boxes.indices.max(by: { boxes[$0].gain < boxes[$1].gain }),
        boxes[best].gain > 0
      else { break }
      let (left, right) = boxes[best].split(entries)
      boxes[best] = left
      boxes.append(right)
    }
    func refined(_ range: Range<Int>) -> NearestColour? {
      let means = boxes.filter { range.contains($0.range.lowerBound) }
        .map { $0.mean(of: entries).colour }
      return means.isEmpty ? nil : Self.refine(means, for: entries[range])
    }
    opaque = refined(0..<opaqueCount)
    translucent = refined(opaqueCount..<entries.count)
  }

  private static func refine(
    _ colours: [PackedColour], for entries: Slice<UnsafeMutableBufferPointer<ColourHistogram.Entry>>
  ) -> NearestColour {
    var nearest = NearestColour(colours)
    for _ in 0..<maximumRoundCount {
      var means = [Moments](repeating: Moments(), count: colours.count)
      for entry in entries {
        let moments = Moments(count: entry.count, sums: entry.sums)
        means[nearest.index(for: entry.point)] += moments
      }
      let next = NearestColour(
        zip(means, nearest.colours).map { $0.count > 0 ? $0.colour : $1 })
      if next.colours == nearest.colours { break }
      nearest = next
    }
    return nearest
  }

  /// The entries that stand for a colour; nil for one without opacity.
  @inline(__always)
  func candidates(for colour: PackedColour) -> NearestColour? {
    if colour.isTransparent { return nil }
    return colour.isOpaque ? opaque ?? translucent : translucent ?? opaque
  }
}
