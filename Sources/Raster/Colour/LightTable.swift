internal import ConcurrencyPrimitives

/// A transfer function in whole numbers, both ways: light in units of 1 / (2^32 − 1).
///
/// 32 bits tell apart what any two samples of 16 bits stand for, where the function is as flat as it
/// gets: with sRGB near black, one is 5072 units of light.
package struct LightTable: Sendable {
  /// The light of every sample.
  package let lights: [UInt32]

  /// The samples, stretched to 32 bits, for lights that are `LightPlace`s apart.
  package let samples: [UInt32]

  /// The tables for samples of that depth.
  package init(_ transfer: TransferFunction, depth: PixelFormat.SampleDepth) {
    let one = Double(UInt32.max)
    let largest = (1 << depth.rawValue) - 1
    lights = (0...largest).map {
      UInt32((transfer.light(of: Double($0) / Double(largest)) * one).rounded())
    }
    samples = (0..<LightPlace.count).map {
      let light = min(Double(LightPlace.light(at: $0)) / one, 1)
      return UInt32((transfer.sample(of: light) * one).rounded())
    }
  }

  /// The bytes that both tables take.
  package static func byteCount(depth: PixelFormat.SampleDepth) -> Int {
    (1 << depth.rawValue + LightPlace.count) * MemoryLayout<UInt32>.size
  }

  /// The tables, made once for all jobs that need them.
  ///
  /// - Throws: `CancellationError`.
  package static func shared(
    _ transfer: TransferFunction, depth: PixelFormat.SampleDepth
  ) async throws -> LightTable {
    try await cache.value(for: Key(transfer: transfer, depth: depth)) {
      LightTable($0.transfer, depth: $0.depth)
    }
  }

  private struct Key: Hashable, Sendable {
    let transfer: TransferFunction
    let depth: PixelFormat.SampleDepth
  }

  // A batch has one function or two. What is kept is beyond every job's budget: 2.3 MB.
  private static let cache = OnceCache<Key, LightTable>(capacity: 8)
}
