/// What a blur needs beside the vertical kernels of resampling.
package enum BlurKernels {
  /// What brings sums of weighed samples back to samples of some more bits.
  package struct Scale {
    /// 2^keptBits divided by the weights' sum.
    package let factor: Double

    /// The same as a shift; nil where weights are missing.
    package let shift: Int?

    /// - Parameters:
    ///   - one: the weights' fraction bits.
    ///   - weightSum: the sum of those that are there.
    ///   - keptBits: the fraction bits of the samples.
    package init(one fractionBits: Int, weightSum: Int, keptBits: Int) {
      factor = Double(1 << keptBits) / Double(weightSum)
      shift = weightSum == 1 << fractionBits ? fractionBits - keptBits : nil
    }
  }

  /// Signed sums into 16 bits, rounded half up.
  package static func narrow(
    _ sums: UnsafeBufferPointer<Int32>, by scale: Scale,
    into out: UnsafeMutableBufferPointer<Int16>
  ) {
    if let shift = scale.shift {
      let shift = Int32(truncatingIfNeeded: shift)
      let half: Int32 = shift > 0 ? 1 &<< (shift &- 1) : 0
      for index in 0..<out.count {
        out[index] = Int16(truncatingIfNeeded: (sums[index] &+ half) &>> shift)
      }
    } else {
      for index in 0..<out.count {
        out[index] = Int16(truncatingIfNeeded: rounded(Double(sums[index]) * scale.factor))
      }
    }
  }

  /// Sums into 32 bits, rounded half up.
  package static func narrow(
    _ sums: UnsafeBufferPointer<UInt64>, by scale: Scale,
    into out: UnsafeMutableBufferPointer<UInt32>
  ) {
    if let shift = scale.shift {
      let shift = UInt64(truncatingIfNeeded: shift)
      let half: UInt64 = shift > 0 ? 1 &<< (shift &- 1) : 0
      for index in 0..<out.count {
        out[index] = UInt32(truncatingIfNeeded: (sums[index] &+ half) &>> shift)
      }
    } else {
      for index in 0..<out.count {
        let sum = Double(Int64(truncatingIfNeeded: sums[index]))
        out[index] = UInt32(truncatingIfNeeded: Int64(sum * scale.factor + 0.5))
      }
    }
  }

  /// The sums of one pixel as they would be with all the weights.
  @inline(__always)
  package static func complete(
    _ sums: UnsafeMutableBufferPointer<Int32>, from first: Int, count: Int, by factor: Double
  ) {
    for index in first..<first + count {
      sums[index] = Int32(truncatingIfNeeded: rounded(Double(sums[index]) * factor))
    }
  }

  /// The sums of one pixel as they would be with all the weights.
  @inline(__always)
  package static func complete(
    _ sums: UnsafeMutableBufferPointer<UInt64>, from first: Int, count: Int, by factor: Double
  ) {
    for index in first..<first + count {
      let sum = Double(Int64(truncatingIfNeeded: sums[index]))
      sums[index] = UInt64(truncatingIfNeeded: Int64(sum * factor + 0.5))
    }
  }

  // Half up for numbers of up to 32 bits, by truncation: before SSE4.1 there is no other rounding
  // that isn't a call.
  @inline(__always)
  private static func rounded(_ value: Double) -> Int64 {
    Int64(value + (4_294_967_296 + 0.5)) &- 4_294_967_296
  }

  /// Σ weight · row of elements of up to 32 bits and weights of 30, none of them below 0.
  ///
  /// - Parameter out: receives `out.count` sums; the rows have at least as many elements.
  @inline(__always)
  package static func weigh<Element>(
    _ rows: TapRows, of element: Element.Type, by weights: Span<Int32>,
    into out: UnsafeMutableBufferPointer<UInt64>
  ) where Element: FixedWidthInteger & UnsignedInteger & SIMDScalar & BitwiseCopyable {
    let size = MemoryLayout<Element>.size
    let target = UnsafeMutableRawBufferPointer(out)
    guard let ring = rows.slots.baseAddress else { return }
    precondition(weights.count >= rows.count && rows.haveBytes(out.count * size))
    var x = 0
    while x + 8 <= out.count {
      var sum0 = SIMD4<UInt64>.zero
      var sum1 = SIMD4<UInt64>.zero
      for run in rows.runs {
        var place = ring + (run.start &+ x &* size)
        var tap = run.taps.lowerBound
        while tap < run.taps.upperBound {
          let factor = SIMD4<UInt64>(
            truncatingIfNeeded: SIMD4<UInt32>(
              repeating: UInt32(truncatingIfNeeded: weights[unchecked: tap])))
          sum0 &+= load(place, of: Element.self) &* factor
          sum1 &+= load(place + 4 &* size, of: Element.self) &* factor
          place += rows.bytesPerSlot
          tap &+= 1
        }
      }
      target.storeBytes(of: sum0, toByteOffset: x &* 8, as: SIMD4<UInt64>.self)
      target.storeBytes(of: sum1, toByteOffset: x &* 8 &+ 32, as: SIMD4<UInt64>.self)
      x += 8
    }
    weighOneByOne(rows, of: Element.self, by: weights, from: x, into: out)
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
    _ rows: TapRows, of element: Element.Type, by weights: Span<Int32>, from first: Int = 0,
    into out: UnsafeMutableBufferPointer<UInt64>
  ) where Element: FixedWidthInteger & UnsignedInteger & BitwiseCopyable {
    for x in first..<max(first, out.count) {
      var sum: UInt64 = 0
      for tap in 0..<rows.count {
        let place = rows.start(ofTap: tap) + x * MemoryLayout<Element>.size
        let sample = rows.slots.loadUnaligned(fromByteOffset: place, as: Element.self)
        sum &+= UInt64(sample) &* UInt64(truncatingIfNeeded: weights[tap])
      }
      out[x] = sum
    }
  }
}
