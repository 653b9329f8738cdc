/// The sums that structural similarity is made of, four places at a time. A window's weights are the
/// product of those of its rows and those of its columns, so the one sum follows the other.
package enum SimilarityKernels {
  /// The places that are worked on at once: rows have a multiple of it.
  package static let laneCount = 4

  /// The weighted sums over a window's rows, for each column: of a, b, a² + b², and ab.
  private struct Sums {
    var first = SIMD4<Double>.zero
    var second = SIMD4<Double>.zero
    var squares = SIMD4<Double>.zero
    var products = SIMD4<Double>.zero
  }

  /// The planes of such sums, one behind the other.
  package static let planeCount = 4

  /// Sums up the rows of a window, column by column.
  ///
  /// - Parameters:
  ///   - rows: a row of either picture for each weight.
  ///   - stride: the numbers in a row and in a plane, a multiple of `laneCount`.
  ///   - planes: `planeCount` of them.
  package static func sumRows(
    _ rows: [(first: UnsafePointer<Double>, second: UnsafePointer<Double>)], weights: [Double],
    stride: Int, into planes: UnsafeMutablePointer<Double>
  ) {
    for x in Swift.stride(from: 0, to: stride, by: laneCount) {
      var sums = Sums()
      for index in 0..<weights.count {
        let weight = SIMD4(repeating: weights[index])
        let first = load(rows[index].first, x)
        let second = load(rows[index].second, x)
        sums.first += first * weight
        sums.second += second * weight
        sums.squares += (first * first + second * second) * weight
        sums.products += first * second * weight
      }
      store(sums.first, planes, x)
      store(sums.second, planes, stride &+ x)
      store(sums.squares, planes, 2 &* stride &+ x)
      store(sums.products, planes, 3 &* stride &+ x)
    }
  }

  /// The sum of the similarities in all windows along a row.
  ///
  /// - Parameters:
  ///   - planes: what `sumRows` made; a plane has at least `laneCount` numbers more than the last
  ///     window needs.
  ///   - count: the windows.
  ///   - constants: C1 and C2, which are not 0.
  package static func sumSimilarities(
    _ planes: UnsafePointer<Double>, stride: Int, weights: [Double], count: Int,
    constants: (Double, Double)
  ) -> Double {
    let constants = (SIMD4(repeating: constants.0), SIMD4(repeating: constants.1))
    let lanes = SIMD4<Int64>(0, 1, 2, 3)
    var total = SIMD4<Double>.zero
    for x in Swift.stride(from: 0, to: count, by: laneCount) {
      var sums = Sums()
      for tap in 0..<weights.count {
        let weight = SIMD4(repeating: weights[tap])
        sums.first += load(planes, x &+ tap) * weight
        sums.second += load(planes, stride &+ x &+ tap) * weight
        sums.squares += load(planes, 2 &* stride &+ x &+ tap) * weight
        sums.products += load(planes, 3 &* stride &+ x &+ tap) * weight
      }
      // Twice μaμb, μa² + μb²; σ is the mean of the squares less the square of the mean. Where both
      // pictures are the same, both sides of the fraction are, to the last bit.
      let means = (sums.first * sums.second) + (sums.first * sums.second)
      let squares = sums.first * sums.first + sums.second * sums.second
      let similarity =
        (means + constants.0) * (sums.products + sums.products - means + constants.1)
        / ((squares + constants.0) * (sums.squares - squares + constants.1))
      total += similarity.replacing(with: 0, where: lanes .>= Int64(count &- x))
    }
    return total.sum()
  }

  @inline(__always)
  private static func load(_ row: UnsafePointer<Double>, _ place: Int) -> SIMD4<Double> {
    UnsafeRawPointer(row + place).loadUnaligned(as: SIMD4<Double>.self)
  }

  @inline(__always)
  private static func store(
    _ numbers: SIMD4<Double>, _ row: UnsafeMutablePointer<Double>, _ place: Int
  ) {
    UnsafeMutableRawPointer(row + place).storeBytes(of: numbers, as: SIMD4<Double>.self)
  }
}
