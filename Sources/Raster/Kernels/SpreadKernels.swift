/// What stands in for a vertical pass where the height stays: elements moved down by half their
/// range, with the fraction bits that the horizontal pass expects.
package enum SpreadKernels {
  /// out = (element − centre) << bits.
  @inline(__always)
  package static func spread<
    Element: FixedWidthInteger & BitwiseCopyable, Sum: FixedWidthInteger
  >(
    _ row: UnsafeRawBufferPointer, of element: Element.Type, centre: Int, bits: Int,
    into out: UnsafeMutableBufferPointer<Sum>
  ) {
    let elements = row.bindMemory(to: Element.self)
    let shift = Sum(truncatingIfNeeded: bits)
    let offset = Int64(centre)
    for x in 0..<out.count {
      let moved = Int64(truncatingIfNeeded: elements[x]) &- offset
      out[x] = Sum(truncatingIfNeeded: moved) &<< shift
    }
  }
}
