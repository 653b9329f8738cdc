import ImageCodecs
import Raster

/// What reading a picture costs, whatever is done with its rows.
enum ReadingCost {
  /// The bytes of the source's buffer, the reader, the metadata, and the rows on their way; for an
  /// animation those of its frames' reader.
  ///
  /// - Throws: `SizeOverflow`.
  static func byteCount(header: ImageHeader, inputByteCount: Int) throws(SizeOverflow) -> Int {
    try min(ByteSource.defaultBufferByteCount, inputByteCount)
      .plus(max(header.readerByteCount, header.animation?.readerByteCount ?? 0))
      .plus(header.metadata.byteCount.plus(header.unread?.byteCount ?? 0))
      .plus(header.frameLayout().bytesPerRow)
      .plus(DecodedRows.byteCount(for: header.frameLayout()))
  }
}
