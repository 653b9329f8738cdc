internal import CKernels

/// The kernels' loops for processors with AVX2. They give the same integers as those in Swift, which
/// stand in for them elsewhere and at the ends of rows.
package enum WideVectors {
  /// Whether this processor has them.
  package static let areAvailable = ckernels_has_avx2()

  /// The start of what `VerticalKernels` does.
  ///
  /// - Returns: how many elements of `out` were made.
  static func weigh(
    bytes rows: TapRows, by weights: Span<Int16>, start: Int32, shift: Int,
    into out: UnsafeMutableBufferPointer<Int32>
  ) -> Int {
    weigh(rows, of: UInt8.self, by: weights, into: out) { places, weights, out in
      ckernels_weigh_byte_rows(
        places, weights, rows.count, start, Int32(truncatingIfNeeded: shift), out.baseAddress,
        out.count)
    }
  }

  /// The start of what `VerticalKernels` does, for signed 16-bit elements.
  static func weigh(
    words rows: TapRows, by weights: Span<Int16>, start: Int32, shift: Int,
    into out: UnsafeMutableBufferPointer<Int32>
  ) -> Int {
    weigh(rows, of: Int16.self, by: weights, into: out) { places, weights, out in
      ckernels_weigh_word_rows(
        places, weights, rows.count, start, Int32(truncatingIfNeeded: shift), out.baseAddress,
        out.count)
    }
  }

  private static func weigh<Element: BitwiseCopyable>(
    _ rows: TapRows, of element: Element.Type, by weights: Span<Int16>,
    into out: UnsafeMutableBufferPointer<Int32>,
    _ body: (
      UnsafePointer<UnsafePointer<Element>?>?, UnsafePointer<Int16>?,
      UnsafeMutableBufferPointer<Int32>
    ) -> Int
  ) -> Int {
    precondition(
      weights.count >= rows.count && rows.haveBytes(out.count * MemoryLayout<Element>.size))
    guard let ring = rows.slots.baseAddress else { return 0 }
    return withUnsafeTemporaryAllocation(of: UnsafePointer<Element>?.self, capacity: rows.count) {
      places in
      for tap in 0..<rows.count {
        places.initializeElement(
          at: tap,
          to: (ring + rows.start(ofTap: tap)).assumingMemoryBound(to: Element.self))
      }
      return weights.withUnsafeBufferPointer {
        body(UnsafePointer(places.baseAddress), $0.baseAddress, out)
      }
    }
  }

  /// What `HorizontalKernels` does for three and four channels.
  static func weigh(
    _ row: UnsafeBufferPointer<Int32>, channelCount: Int, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    precondition(weights.count >= table.outputCount * table.tapStride)
    table.firstTaps.withUnsafeBufferPointer { firstTaps in
      table.tapCounts.withUnsafeBufferPointer { tapCounts in
        weights.withUnsafeBufferPointer { weights in
          ckernels_weigh_pixels(
            row.baseAddress, channelCount, firstTaps.baseAddress, tapCounts.baseAddress,
            weights.baseAddress, table.tapStride, sums.baseAddress, table.outputCount)
        }
      }
    }
  }
}
