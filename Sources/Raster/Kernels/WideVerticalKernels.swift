/// Sums of rows, weighed with 30 bits into 64: out = (start + Σ weight · row) >> shift.
package enum WideVerticalKernels {
  /// The sums of unsigned elements of 8, 16 or 32 bits.
  ///
  /// - Parameters:
  ///   - start: the half that rounds, less what the elements are to be moved down by.
  ///   - out: receives `out.count` sums; the rows have at least as many elements.
  @inline(__always)
  package static func weigh<Element>(
    _ rows: TapRows, of element: Element.Type, by weights: Span<Int32>, start: Int64, shift: Int,
    into out: UnsafeMutableBufferPointer<Int32>
  ) where Element: FixedWidthInteger & UnsignedInteger & SIMDScalar & BitwiseCopyable {
    let size = MemoryLayout<Element>.size
    let shifts = SIMD4<Int64>(repeating: Int64(shift))
    let target = UnsafeMutableRawBufferPointer(out)
    guard let ring = rows.slots.baseAddress else { return }
    precondition(weights.count >= rows.count && rows.haveBytes(out.count * size))
    var x = 0
    while x + 8 <= out.count {
      var sum0 = SIMD4<UInt64>(repeating: UInt64(bitPattern: start))
      var sum1 = sum0
      for run in rows.runs {
        var place = ring + (run.start &+ x &* size)
        var tap = run.taps.lowerBound
        while tap < run.taps.upperBound {
          // SSE2 multiplies 32 bits into 64 without signs only: the sign goes to the addition.
          let weight = weights[unchecked: tap]
          let factor = SIMD4<UInt64>(
            truncatingIfNeeded: SIMD4<UInt32>(repeating: weight.magnitude))
          let product0 = load(place, of: Element.self) &* factor
          let product1 = load(place + 4 &* size, of: Element.self) &* factor
          if weight < 0 {
            sum0 &-= product0
            sum1 &-= product1
          } else {
            sum0 &+= product0
            sum1 &+= product1
          }
          place += rows.bytesPerSlot
          tap &+= 1
        }
      }
      let out0 = SIMD4<Int64>(truncatingIfNeeded: sum0) &>> shifts
      let out1 = SIMD4<Int64>(truncatingIfNeeded: sum1) &>> shifts
      target.storeBytes(
        of: SIMD4(truncatingIfNeeded: out0), toByteOffset: x * 4, as: SIMD4<Int32>.self)
      target.storeBytes(
        of: SIMD4(truncatingIfNeeded: out1), toByteOffset: x * 4 + 16, as: SIMD4<Int32>.self)
      x += 8
    }
    weighOneByOne(
      rows, of: Element.self, by: weights, start: start, shift: shift, from: x, into: out)
  }

  @inline(__always)
  private static func load<Element>(
    _ place: UnsafeRawPointer, of element: Element.Type
  ) -> SIMD4<UInt64>
  where Element: FixedWidthInteger & UnsignedInteger & SIMDScalar & BitwiseCopyable {
    SIMD4(truncatingIfNeeded: place.loadUnaligned(as: SIMD4<Element>.self))
  }

  /// What the kernel does, an element at a time: the rest of a row, and the tests' reference.
  @inline(__always)
  package static func weighOneByOne<Element>(
    _ rows: TapRows, of element: Element.Type, by weights: Span<Int32>, start: Int64, shift: Int,
    from first: Int = 0, into out: UnsafeMutableBufferPointer<Int32>
  ) where Element: FixedWidthInteger & UnsignedInteger & BitwiseCopyable {
    for x in first..<max(first, out.count) {
      var sum = start
      for tap in 0..<rows.count {
        let place = rows.start(ofTap: tap) + x * MemoryLayout<Element>.size
        let sample = rows.slots.loadUnaligned(fromByteOffset: place, as: Element.self)
        sum &+= Int64(truncatingIfNeeded: sample) &* Int64(weights[tap])
      }
      out[x] = Int32(truncatingIfNeeded: sum &>> Int64(shift))
    }
  }
}
