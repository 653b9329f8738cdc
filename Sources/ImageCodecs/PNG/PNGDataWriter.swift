internal import Deflate
import Raster

/// The picture data of one picture, with one way to filter.
final class PNGDataWriter {
  private let filtering: PNGCompression.Filtering
  private let deflater: Deflater
  private let rowByteCount: Int
  private let pixelByteCount: Int
  private let filtered: ByteBuffer

  /// The bytes of the stream that nobody has taken.
  let stream = EncodedBytes()

  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(_ layout: RowLayout, filtering: PNGCompression.Filtering, effort: Deflater.Effort) throws {
    self.filtering = filtering
    rowByteCount = layout.bytesPerRow
    pixelByteCount = layout.format.bytesPerPixel
    deflater = Deflater(
      effort: effort, byteCount: try layout.byteCount.plus(layout.height))
    filtered = try ByteBuffer(count: rowByteCount.plus(1 + FilterKernels.margin))
  }

  /// The bytes that one holds, but for the stream.
  static func byteCount(for layout: RowLayout) throws(SizeOverflow) -> Int {
    try Deflater.heldByteCount(byteCount: layout.byteCount.plus(layout.height))
      .plus(layout.bytesPerRow).plus(64)
  }

  /// Takes a row, with margins as `FilterKernels` wants them.
  func writeRow(_ row: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>) throws {
    let filter =
      switch filtering {
      case .fixed(let filter): filter
      case .adaptive:
        FilterKernels.best(
          for: row, above: above, count: rowByteCount, pixelByteCount: pixelByteCount)
      }
    let target = filtered.bytes.bindMemory(to: UInt8.self)
    target[0] = filter
    FilterKernels.filter(
      filter, row, above: above, count: rowByteCount, pixelByteCount: pixelByteCount,
      into: target.baseAddress! + 1)
    try deflater.write(UnsafeRawBufferPointer(rebasing: filtered.bytes[...rowByteCount])) {
      try stream.append($0)
    }
  }

  /// Compresses all that has come.
  func endBlock() throws { try deflater.endBlock { try stream.append($0) } }

  /// Ends the stream.
  func finish() throws { try deflater.finish { try stream.append($0) } }
}
