/// Sums of rows, weighed with 16 bits: out = (start + Σ weight · row) >> shift, made in 32 bits and
/// given out in 32 or 16.
///
/// `start` holds the half that rounds, and takes away what the elements are to be moved down by.
/// Sums wrap around while they are made; what comes out fits, see `ResampleArithmetic`.
package enum VerticalKernels {
  /// The sums of unsigned bytes.
  ///
  /// - Parameter out: receives `out.count` sums, of 32 bits or 16; the rows have at least as many
  ///   elements.
  package static func weigh<Sum: FixedWidthInteger & SIMDScalar & BitwiseCopyable>(
    bytes rows: TapRows, by weights: Span<Int16>, start: Int32, shift: Int,
    into out: UnsafeMutableBufferPointer<Sum>
  ) {
    weighWidely(rows, of: UInt8.self, by: weights, start: start, shift: shift, into: out)
  }

  /// The sums of signed 16-bit elements; otherwise as for bytes.
  package static func weigh<Sum: FixedWidthInteger & SIMDScalar & BitwiseCopyable>(
    words rows: TapRows, by weights: Span<Int16>, start: Int32, shift: Int,
    into out: UnsafeMutableBufferPointer<Sum>
  ) {
    weighWidely(rows, of: Int16.self, by: weights, start: start, shift: shift, into: out)
  }

  /// The sums by the widest vectors that this processor has; what they leave over by the others.
  @inline(__always)
  private static func weighWidely<
    Element: FixedWidthInteger & SIMDScalar & BitwiseCopyable,
    Sum: FixedWidthInteger & SIMDScalar & BitwiseCopyable
  >(
    _ rows: TapRows, of element: Element.Type, by weights: Span<Int16>, start: Int32, shift: Int,
    into out: UnsafeMutableBufferPointer<Sum>
  ) {
    var done = 0
    if WideVectors.areAvailable {
      done = WideVectors.weigh(
        rows, areBytes: Element.bitWidth == 8, by: weights, start: start, shift: shift, into: out)
      if done == out.count { return }
    }
    weigh(rows, of: element, by: weights, start: start, shift: shift, from: done, into: out)
  }

  /// The sums from `first` on, by vectors that every processor has.
  @inline(__always)
  package static func weigh<
    Element: FixedWidthInteger & SIMDScalar & BitwiseCopyable,
    Sum: FixedWidthInteger & SIMDScalar & BitwiseCopyable
  >(
    _ rows: TapRows, of element: Element.Type, by weights: Span<Int16>, start: Int32, shift: Int,
    from first: Int = 0, into out: UnsafeMutableBufferPointer<Sum>
  ) {
    let size = MemoryLayout<Element>.size
    let shifts = SIMD8<Int32>(repeating: Int32(truncatingIfNeeded: shift))
    guard let ring = rows.slots.baseAddress else { return }
    precondition(weights.count >= rows.count && rows.haveBytes(out.count * size))
    var x = first
    // 32 sums stay in eight registers from the first tap to the last. Within the loop nothing may
    // branch: only where widening and product stand in one block does the compiler see that both
    // factors have 16 bits, which SSE2 can multiply, and not 32, which it can't.
    while x + 32 <= out.count {
      var sum0 = SIMD8<Int32>(repeating: start)
      var sum1 = sum0
      var sum2 = sum0
      var sum3 = sum0
      for run in rows.runs {
        var place = ring + (run.start &+ x &* size)
        var tap = run.taps.lowerBound
        while tap < run.taps.upperBound {
          let weight = SIMD8<Int32>(
            truncatingIfNeeded: SIMD8<Int16>(repeating: weights[unchecked: tap]))
          sum0 &+= load(place, of: Element.self) &* weight
          sum1 &+= load(place + 8 &* size, of: Element.self) &* weight
          sum2 &+= load(place + 16 &* size, of: Element.self) &* weight
          sum3 &+= load(place + 24 &* size, of: Element.self) &* weight
          place += rows.bytesPerSlot
          tap &+= 1
        }
      }
      store(sum0 &>> shifts, into: out, at: x)
      store(sum1 &>> shifts, into: out, at: x + 8)
      store(sum2 &>> shifts, into: out, at: x + 16)
      store(sum3 &>> shifts, into: out, at: x + 24)
      x += 32
    }
    weighOneByOne(
      rows, of: Element.self, by: weights, start: start, shift: shift, from: x, into: out)
  }

  @inline(__always)
  private static func load<Element: FixedWidthInteger & SIMDScalar & BitwiseCopyable>(
    _ place: UnsafeRawPointer, of element: Element.Type
  ) -> SIMD8<Int32> {
    SIMD8(truncatingIfNeeded: place.loadUnaligned(as: SIMD8<Element>.self))
  }

  @inline(__always)
  private static func store<Sum: FixedWidthInteger & SIMDScalar & BitwiseCopyable>(
    _ sums: SIMD8<Int32>, into out: UnsafeMutableBufferPointer<Sum>, at x: Int
  ) {
    UnsafeMutableRawBufferPointer(out).storeBytes(
      of: SIMD8<Sum>(truncatingIfNeeded: sums), toByteOffset: x * MemoryLayout<Sum>.size,
      as: SIMD8<Sum>.self)
  }

  /// What the kernels do, an element at a time: the rest of a row, and the tests' reference.
  @inline(__always)
  package static func weighOneByOne<
    Element: FixedWidthInteger & BitwiseCopyable, Sum: FixedWidthInteger
  >(
    _ rows: TapRows, of element: Element.Type, by weights: Span<Int16>, start: Int32, shift: Int,
    from first: Int = 0, into out: UnsafeMutableBufferPointer<Sum>
  ) {
    for x in first..<max(first, out.count) {
      var sum = start
      for tap in 0..<rows.count {
        let place = rows.start(ofTap: tap) + x * MemoryLayout<Element>.size
        let sample = rows.slots.loadUnaligned(fromByteOffset: place, as: Element.self)
        sum &+= Int32(truncatingIfNeeded: sample) &* Int32(weights[tap])
      }
      out[x] = Sum(truncatingIfNeeded: sum &>> Int32(truncatingIfNeeded: shift))
    }
  }
}
