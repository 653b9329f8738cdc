internal import CKernels

/// The kernels' loops for processors with AVX2. They give the same integers as those in Swift, which
/// stand in for them elsewhere and at the ends of rows.
package enum WideVectors {
  /// Whether this processor has them.
  package static var areAvailable: Bool { ckernels_has_avx2() }

  /// What `VerticalKernels` does, for elements that are bytes or signed words, into 32 bits or 16.
  ///
  /// - Returns: how many elements of `out` were made.
  static func weigh<Sum: FixedWidthInteger & BitwiseCopyable>(
    _ rows: TapRows, areBytes: Bool, by weights: Span<Int16>, start: Int32, shift: Int,
    into out: UnsafeMutableBufferPointer<Sum>
  ) -> Int {
    precondition(weights.count >= rows.count && rows.haveBytes(out.count * (areBytes ? 1 : 2)))
    precondition(Sum.bitWidth == 32 || Sum.bitWidth == 16)
    guard let ring = rows.slots.baseAddress else { return 0 }
    return withUnsafeTemporaryAllocation(of: UnsafeRawPointer?.self, capacity: rows.count) {
      places in
      for run in rows.runs {
        var place = ring + run.start
        for tap in run.taps {
          places.initializeElement(at: tap, to: place)
          place += rows.bytesPerSlot
        }
      }
      return weights.withUnsafeBufferPointer {
        ckernels_weigh_rows(
          UnsafePointer(places.baseAddress), areBytes, $0.baseAddress, rows.count, start,
          Int32(truncatingIfNeeded: shift), out.baseAddress, Sum.bitWidth == 16, out.count)
      }
    }
  }

  /// What `HorizontalKernels` does.
  static func weigh(
    _ row: UnsafeBufferPointer<Int16>, channelCount: Int, table: borrowing CoefficientTable,
    weights: Span<Int16>, into sums: UnsafeMutableBufferPointer<Int32>
  ) {
    precondition(weights.count >= table.outputCount * table.tapStride)
    precondition(table.tapStride.isMultiple(of: CoefficientTable.tapGroup))
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

  /// The start of what `PremultiplyKernels` does for RGB+alpha of 8 bits.
  ///
  /// - Returns: how many pixels were made.
  static func premultiply(
    _ row: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer
  ) -> Int {
    let pixelCount = row.count / 4
    precondition(out.count >= 8 * pixelCount)
    return ckernels_premultiply(
      row.bindMemory(to: UInt8.self).baseAddress, out.bindMemory(to: Int16.self).baseAddress,
      pixelCount)
  }

  /// The start of what `FinishKernels` does for RGB+alpha of 8 bits.
  ///
  /// - Returns: how many elements of `out` were made.
  static func unpremultiply(
    _ sums: UnsafeBufferPointer<Int32>, _ levels: FinishKernels.ByteLevels,
    into out: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    precondition(sums.count >= out.count)
    return 4
      * ckernels_unpremultiply(
        sums.baseAddress, levels.centre, levels.alphaFactor, levels.half, out.baseAddress,
        out.count / 4)
  }

  /// The start of what `FinishKernels` does for 8 bits without alpha.
  ///
  /// - Returns: how many elements of `out` were made.
  static func round(
    _ sums: UnsafeBufferPointer<Int32>, bits: Int, into out: UnsafeMutableBufferPointer<UInt8>
  ) -> Int {
    precondition(sums.count >= out.count)
    return ckernels_round(
      sums.baseAddress, Int32(truncatingIfNeeded: bits), out.baseAddress, out.count)
  }
}
