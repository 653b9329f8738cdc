/// A factor as a whole number of hundred-thousandths: what people type to five decimals is held
/// exactly, and what is made with it is a fraction of whole numbers, rounded once.
package struct Factor: Hashable, Sendable {
  /// A factor of 1.
  package static let one = 100_000

  /// The hundred-thousandths.
  package let parts: Int

  /// The nearest factor to `value`.
  ///
  /// - Precondition: `value` is within `range`.
  package init(_ value: Double, in range: ClosedRange<Double>) {
    precondition(range.contains(value), "\(value) is not within \(range)")
    parts = Int((value * Double(Self.one)).rounded())
  }

  /// The factor as a number.
  package var value: Double { Double(parts) / Double(Self.one) }
}
