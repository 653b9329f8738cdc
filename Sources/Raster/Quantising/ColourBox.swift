/// Entries of a histogram that one palette entry stands for, and the best plane to cut them by.
///
/// As in X. Wu, "Efficient Statistical Computations for Optimal Color Quantization" (Graphics Gems
/// II, 1991), a cut is good by as much as it lowers the sum of squared distances from the mean.
/// Wu's tables of moments hold a cube of colours; with alpha as a fourth axis they would take tens
/// of megabytes, so the moments are those of slices, made of the list of entries that there are.
struct ColourBox {
  /// The entries.
  let range: Range<Int>

  /// How much the best cut lowers the squared error; 0 where there is none.
  private(set) var gain = 0.0

  private var axis = 0
  private var limit = 0

  /// Finds the best cut of those entries.
  init(_ range: Range<Int>, of entries: UnsafeMutableBufferPointer<ColourHistogram.Entry>) {
    self.range = range
    if range.count < 2 { return }
    var slices = [Moments](repeating: Moments(), count: 4 * 256)
    var total = Moments()
    for entry in entries[range] {
      let moments = Moments(count: entry.count, sums: entry.sums)
      let place = Self.place(of: entry)
      for axis in 0..<4 { slices[axis * 256 + place[axis]] += moments }
      total += moments
    }
    for axis in 0..<4 {
      var below = Moments()
      for level in 0..<255 {
        let slice = slices[axis * 256 + level]
        if slice.count == 0 { continue }
        below += slice
        let above = total - below
        if above.count == 0 { break }
        let gain = below.squaredSum + above.squaredSum - total.squaredSum
        if gain > self.gain { (self.gain, self.axis, self.limit) = (gain, axis, level) }
      }
    }
  }

  /// Cuts in two; the entries change places within the box.
  ///
  /// - Precondition: `gain` is above 0.
  func split(
    _ entries: UnsafeMutableBufferPointer<ColourHistogram.Entry>
  ) -> (ColourBox, ColourBox) {
    var middle = range.lowerBound
    for place in range where Self.place(of: entries[place])[axis] <= limit {
      entries.swapAt(place, middle)
      middle += 1
    }
    return (
      ColourBox(range.lowerBound..<middle, of: entries),
      ColourBox(middle..<range.upperBound, of: entries)
    )
  }

  /// The mean of the entries.
  func mean(of entries: UnsafeMutableBufferPointer<ColourHistogram.Entry>) -> Moments {
    entries[range].reduce(into: Moments()) { $0 += Moments(count: $1.count, sums: $1.sums) }
  }

  // The slice of each axis that an entry's mean is in, 0...255.
  private static func place(of entry: ColourHistogram.Entry) -> SIMD4<Int> {
    SIMD4<Int>(truncatingIfNeeded: entry.point)
  }
}

/// How many pixels, and their `PackedColour.weighed` added up.
struct Moments {
  var count = 0.0
  var sums = SIMD4<Double>.zero

  /// The squared length of the sum over the count: what a sum of squared distances from the mean
  /// falls short of the sum of squares by.
  var squaredSum: Double { count > 0 ? (sums * sums).sum() / count : 0 }

  /// The mean, straight and rounded half up.
  ///
  /// - Precondition: there is a pixel, and none without opacity.
  var colour: PackedColour {
    let alpha = (sums.w / (count * 255) + 0.5).rounded(.down)
    // Premultiplied samples divided by the mean alpha, before that is rounded.
    let straight = (sums / sums.w * 255 + 0.5).rounded(.down)
    return PackedColour(
      UInt8(min(straight.x, 255)), UInt8(min(straight.y, 255)), UInt8(min(straight.z, 255)),
      UInt8(min(alpha, 255)))
  }

  static func += (left: inout Moments, right: Moments) {
    left.count += right.count
    left.sums += right.sums
  }

  static func - (left: Moments, right: Moments) -> Moments {
    Moments(count: left.count - right.count, sums: left.sums - right.sums)
  }
}
