extension SIMD where Scalar == Float {
  /// The sum of the products.
  func dot(_ other: Self) -> Float { (self * other).sum() }

  var length: Float { dot(self).squareRoot() }

  /// The same direction, with length 1.
  var normalized: Self { self / length }
}
