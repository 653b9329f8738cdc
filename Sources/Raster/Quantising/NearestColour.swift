/// The nearest of some colours, by the squared distance of their premultiplied samples: what is seen
/// of them, and alpha beside it.
///
/// Colours stand in the order of their samples' sum. By Cauchy and Schwarz the squared difference of
/// two sums is at most four times the squared distance, so a search that starts at the colour's own
/// sum and goes both ways ends after a few dozens of 256.
struct NearestColour {
  /// The colours, sorted; at least one.
  let colours: [PackedColour]

  private let points: [SIMD4<Int32>]
  private let sums: [Int32]

  /// For each sum the first colour whose sum is as large.
  private let starts: [Int32]

  /// - Precondition: there is a colour.
  init(_ colours: [PackedColour]) {
    precondition(!colours.isEmpty, "the nearest of no colours")
    func sum(_ colour: PackedColour) -> Int32 { colour.premultiplied.wrappedSum() }
    self.colours = colours.sorted { (sum($0), $0.word) < (sum($1), $1.word) }
    points = self.colours.map(\.premultiplied)
    sums = self.colours.map(sum)
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
    let start = Int(starts[Int(sum)])
    // Above every distance, and four times that above every squared gap.
    var best = 1 << 20 as Int32
    var result = 0
    var above = start
    while above < points.count {
      let gap = sums[above] &- sum
      if gap &* gap > 4 &* best { break }
      let distance = Self.distance(point, points[above])
      if distance < best { (best, result) = (distance, above) }
      above += 1
    }
    var below = start - 1
    while below >= 0 {
      let gap = sum &- sums[below]
      if gap &* gap > 4 &* best { break }
      let distance = Self.distance(point, points[below])
      if distance < best { (best, result) = (distance, below) }
      below -= 1
    }
    return result
  }

  /// The premultiplied samples of a colour.
  func point(_ index: Int) -> SIMD4<Int32> { points[index] }

  @inline(__always)
  private static func distance(_ left: SIMD4<Int32>, _ right: SIMD4<Int32>) -> Int32 {
    let difference = left &- right
    return (difference &* difference).wrappedSum()
  }
}
