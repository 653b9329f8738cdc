internal import CPNGShim
import Raster

/// libpng writing one picture; the owner of the C session.
struct PNGWriteSession: ~Copyable {
  private let session: OpaquePointer
  private let output: Output

  /// Starts a picture whose bytes go to `output`.
  ///
  /// - Throws: `AllocationError`.
  init(_ output: EncodedBytes) throws(AllocationError) {
    self.output = Output(output)
    // The callback uses the output only while a step runs, and the step's caller holds this value.
    let context = Unmanaged.passUnretained(self.output).toOpaque()
    guard let session = cpng_create_writer(Output.write, context) else {
      throw AllocationError(byteCount: MemoryLayout<cpng_compression>.size)
    }
    self.session = session
  }

  deinit { cpng_destroy(session) }

  /// Writes the signature and IHDR.
  func writeHeader(_ layout: RowLayout, compression: PNGCompression) throws {
    guard let width = UInt32(exactly: layout.width), let height = UInt32(exactly: layout.height),
      max(width, height) <= UInt32(Int32.max)
    else { throw CodecError(.unsupported, "\(layout.size) is beyond what PNG can say") }
    let colourType: PNGPictureHeader.ColourType =
      switch layout.format.channels {
      case .gray: .gray
      case .grayAlpha: .grayAlpha
      case .rgb: .rgb
      case .rgba: .rgba
      }
    try check(
      cpng_write_header(
        session, width, height, Int32(layout.format.depth.rawValue), Int32(colourType.rawValue),
        compression.fields))
  }

  /// Writes an ancillary chunk.
  func writeChunk(_ type: PNGChunkType, _ bytes: [UInt8]) throws {
    try check(cpng_write_chunk(session, type.bytes, bytes, bytes.count))
  }

  /// Writes a row; 16-bit samples have their high byte first.
  func writeRow(_ row: UnsafeRawBufferPointer) throws {
    try row.withMemoryRebound(to: UInt8.self) { row in
      guard let base = row.baseAddress else { return }
      try check(cpng_write_row(session, base))
    }
  }

  /// Writes the end of the picture data, and IEND.
  func writeEnd() throws {
    try check(cpng_write_end(session))
  }

  private func check(_ status: CPNGStatus) throws {
    switch status {
    case .done:
      return
    case .failed, .truncated:
      throw CodecError(.libraryFailure, "libpng: \(String(cString: cpng_message(session)))")
    case .callbackFailed:
      throw output.error ?? AllocationError(byteCount: 0)
    case .outOfMemory:
      throw AllocationError(byteCount: cpng_refused_byte_count(session))
    }
  }

  /// What the C callback writes to, and what it could not say in a status.
  private final class Output {
    let bytes: EncodedBytes
    var error: AllocationError?

    init(_ bytes: EncodedBytes) {
      self.bytes = bytes
    }

    static let write: cpng_write_function = { context, bytes, count in
      guard let context, let bytes else { return false }
      let output = Unmanaged<Output>.fromOpaque(context).takeUnretainedValue()
      do throws(AllocationError) {
        try output.bytes.append(UnsafeRawBufferPointer(start: bytes, count: count))
        return true
      } catch {
        output.error = error
        return false
      }
    }
  }
}
