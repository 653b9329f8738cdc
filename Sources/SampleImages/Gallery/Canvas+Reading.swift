import ImageCodecs
import Raster

extension Canvas {
  /// The picture in a file, made smaller where it is larger than the box.
  ///
  /// - Throws: whatever keeps the program's own codecs from reading it.
  init(reading bytes: [UInt8], within box: PixelSize) async throws {
    guard let codec = CodecRegistry.codec(recognizing: bytes) else { throw PictureFile.NoCodec() }
    let source = try ByteSource(bytes)
    let header = try codec.probe(source, limits: DecodeLimits())
    let reader = try codec.makeReader(of: source, header: header)
    let request = ResizeRequest(size: .box(width: box.width, height: box.height))
    var rows: any RowSource = reader
    for step in try request.steps(for: reader.layout) { rows = try await step.rows(from: rows) }
    rows = try await ConvertFormat(to: PixelFormat(.rgba, .sixteen)).rows(from: rows)
    self.init(rows.layout.width, rows.layout.height)
    let buffer = try ByteBuffer(count: rows.layout.bytesPerRow)
    for y in 0..<height {
      var row = buffer.bytes.mutableBytes
      try rows.readRow(into: &row)
      for (x, pixel) in buffer.bytes.bindMemory(to: SIMD4<UInt16>.self).enumerated() {
        self[x, y] = Tint(pixel) / 65535
      }
    }
    try reader.finish()
  }
}
