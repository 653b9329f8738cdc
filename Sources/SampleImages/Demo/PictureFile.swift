import ImageCodecs
import Raster

/// Pictures as files, by the program's own codecs.
enum PictureFile {
  struct NoCodec: Error {}

  static func png(_ picture: Picture, metadata: Metadata = Metadata()) throws -> [UInt8] {
    try bytes(of: picture, as: .png, metadata: metadata)
  }

  /// The file of an 8-bit or 16-bit picture.
  static func bytes(
    of picture: Picture, as format: ImageFormat, metadata: Metadata = Metadata()
  ) throws -> [UInt8] {
    guard let codec = CodecRegistry.codec(for: format),
      let depth = PixelFormat.SampleDepth(rawValue: picture.bitDepth)
    else { throw NoCodec() }
    let size = PixelSize(width: picture.width, height: picture.height)
    let layout = try RowLayout(size: size, format: PixelFormat(picture.channels, depth))
    let output = EncodedBytes()
    // 2 is near the usual 6 in bytes, for photographs, and takes a fraction of the time.
    let options = EncodeOptions(compression: 2, reducesColours: false)
    let writer = try codec.makeWriter(
      of: layout, in: format, metadata: metadata, options: options, output: output)
    let row = try ByteBuffer(count: layout.bytesPerRow)
    let samplesPerRow = picture.width * picture.channelCount
    for y in 0..<picture.height {
      for index in 0..<samplesPerRow {
        let sample = picture.samples[y * samplesPerRow + index]
        switch depth {
        case .eight: row.bytes[index] = UInt8(sample)
        case .sixteen: row.bytes.storeBytes(of: sample, toByteOffset: 2 * index, as: UInt16.self)
        }
      }
      try writer.writeRow(UnsafeRawBufferPointer(row.bytes).bytes)
    }
    try writer.finish()
    return Array(output.bytes)
  }
}
