/// The nearest of some colours, by the squared distance of their premultiplied samples: what is seen
/// of them, and alpha beside it.
///
/// Colours stand in the order of their samples' sum. By Cauchy and Schwarz the squared difference of
/// two sums is at most four times the squared distance, so a search that starts at the colour's own
/// sum and goes both ways ends after a few dozens of 256.
///
/// A class, since a search for every pixel is to retain one object and not four arrays.
final class NearestColour {
  /// The colours, sorted; at least one.
  let colours: [PackedColour]

  /// The least and the most that the colours have of each premultiplied sample.
  let (least, most): (SIMD4<Int32>, SIMD4<Int32>)

  private let points: [SIMD4<Int32>]

  /// The sums, between one below all and one above.
  private let sums: [Int32]

  /// For each sum the first colour whose sum is as large.
  private let starts: [Int32]

  // Squared it fits, and is above 4 · 2^20.
  private static let farSum: Int32 = 1 << 14

  /// - Precondition: there is a colour.
  init(_ colours: [PackedColour]) {
    precondition(!colours.isEmpty, "the nearest of no colours")
    func sum(_ colour: PackedColour) -> Int32 { colour.premultiplied.wrappedSum() }
    self.colours = colours.sorted { (sum($0), $0.word) < (sum($1), $1.word) }
    let points = self.colours.map(\.premultiplied)
    self.points = points
    least = points.reduce(points[0]) { pointwiseMin($0, $1) }
    most = points.reduce(points[0]) { pointwiseMax($0, $1) }
    let sums = self.colours.map(sum)
    self.sums = [-Self.farSum] + sums + [Self.farSum]
    var starts: [Int32] = []
    starts.reserveCapacity(4 * 255 + 1)
    var place = 0
    for level in 0...(4 * 255 as Int32) {
      while place < sums.count, sums[place] < level { place += 1 }
      starts.append(Int32(place))
    }
    self.starts = starts
  }

  /// The place of the nearest colour, in `colours`.
  ///
  /// - Parameter point: premultiplied samples, each 0...255.
  func index(for point: SIMD4<Int32>) -> Int {
    let sum = point.wrappedSum()
    // Places among the sums, which are one above those of their colours.
    var above = Int(starts[Int(sum)]) + 1
    var below = above - 1
    // Above every distance, and four times that is below the squared gap to what is far.
    var best = 1 << 20 as Int32
    var result = 0
    while true {
      let (gapAbove, gapBelow) = (sums[above] &- sum, sum &- sums[below])
      let isAbove = gapAbove <= gapBelow
      let gap = isAbove ? gapAbove : gapBelow
      if gap &* gap > 4 &* best { return result }
      let place = (isAbove ? above : below) &- 1
      let distance = Self.distance(point, points[place])
      if distance < best { (best, result) = (distance, place) }
      if isAbove { above &+= 1 } else { below &-= 1 }
    }
  }

  /// The premultiplied samples of a colour.
  func point(_ index: Int) -> SIMD4<Int32> { points[index] }

  @inline(__always)
  private static func distance(_ left: SIMD4<Int32>, _ right: SIMD4<Int32>) -> Int32 {
    let difference = left &- right
    return (difference &* difference).wrappedSum()
  }
}
