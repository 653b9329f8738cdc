internal import ConcurrencyPrimitives

/// A tone curve at every level that a sample can have.
package enum ToneTable: Sendable {
  /// 256 levels.
  case eight([UInt8])

  /// 65536 levels.
  case sixteen([UInt16])

  /// The curve at every level of that depth.
  package init(_ curve: ToneCurve, depth: PixelFormat.SampleDepth) {
    self =
      switch depth {
      case .eight:
        .eight((0...255).map { UInt8(truncatingIfNeeded: curve.sample(for: $0, upTo: 255)) })
      case .sixteen:
        .sixteen(
          (0...65535).map { UInt16(truncatingIfNeeded: curve.sample(for: $0, upTo: 65535)) })
      }
  }

  /// The bytes that a table takes.
  package static func byteCount(depth: PixelFormat.SampleDepth) -> Int {
    switch depth {
    case .eight: 256
    case .sixteen: 2 << 16
    }
  }

  /// The table, made once for all jobs that need it where that pays.
  ///
  /// - Throws: `CancellationError`.
  package static func shared(
    _ curve: ToneCurve, depth: PixelFormat.SampleDepth
  ) async throws -> ToneTable {
    if depth == .eight { return ToneTable(curve, depth: depth) }
    return try await cache.value(for: curve) { ToneTable($0, depth: .sixteen) }
  }

  // A batch has a handful of curves. What is kept is beyond every job's budget: 2 MB.
  private static let cache = OnceCache<ToneCurve, ToneTable>(capacity: 16)
}
