internal import CPNGShim
import Raster

/// libpng reading one picture; the owner of the C session.
struct PNGReadSession: ~Copyable {
  private let session: OpaquePointer
  private let input: Input

  /// Opens a picture that is no larger than `size`, from the start of `source`.
  ///
  /// - Throws: `AllocationError`.
  init(_ source: ByteSource, size: PixelSize) throws(AllocationError) {
    source.seek(to: 0)
    input = Input(source)
    // The callback uses the input only while a step runs, and the step's caller holds this value.
    let context = Unmanaged.passUnretained(input).toOpaque()
    guard
      let session = cpng_create_reader(
        Input.read, context, UInt32(clamping: size.width), UInt32(clamping: size.height))
    else { throw AllocationError(byteCount: MemoryLayout<cpng_header>.size) }
    self.session = session
  }

  deinit { cpng_destroy(session) }

  /// Reads up to the picture data.
  func readStart() throws -> PNGPictureStart {
    var fields = cpng_header()
    var palette = [UInt8](repeating: 0, count: 768)
    var alpha = [UInt8](repeating: 0, count: 256)
    try check(cpng_read_header(session, &fields, &palette, &alpha))
    guard let colourType = PNGPictureHeader.ColourType(rawValue: fields.colour_type),
      fields.width > 0, fields.height > 0
    else { throw CodecError(.libraryFailure, "libpng let an impossible header pass") }
    let picture = PNGPictureHeader(
      size: PixelSize(width: Int(fields.width), height: Int(fields.height)),
      bitDepth: Int(fields.bit_depth), colourType: colourType, isInterlaced: fields.is_interlaced)
    guard try picture.packedRowByteCount() == fields.row_byte_count else {
      throw CodecError(.libraryFailure, "libpng counts other bytes in a row")
    }
    var colours = PNGColours()
    if colourType == .palette {
      colours.palette = Array(palette.prefix(3 * fields.palette_count))
      colours.paletteAlpha = Array(alpha.prefix(fields.palette_alpha_count))
    } else if fields.has_colour_key {
      let samples = [fields.colour_key.0, fields.colour_key.1, fields.colour_key.2]
      colours.setKey(Array(samples.prefix(colourType.sampleCount)), of: picture)
    }
    return PNGPictureStart(picture: picture, colours: colours)
  }

  /// Reads a row as stored; `row` has room for all its bytes.
  func readRow(into row: UnsafeMutablePointer<UInt8>) throws {
    try check(cpng_read_row(session, row))
  }

  /// Reads to the end of IEND.
  func readEnd() throws {
    try check(cpng_read_end(session))
  }

  /// libpng's warnings; only the first few in its words.
  var warnings: [String] {
    let count = cpng_warning_count(session)
    var texts: [String] = []
    while let text = cpng_warning(session, texts.count) {
      texts.append(PNGFailure.words(for: String(cString: text)))
    }
    return texts.count < count ? texts + ["and \(count - texts.count) more"] : texts
  }

  private func check(_ status: CPNGStatus) throws {
    switch status {
    case .done:
      return
    case .failed:
      throw try PNGFailure.error(String(cString: cpng_message(session)), of: input.source)
    case .truncated:
      let chunk = cpng_current_chunk(session)
      throw PNGFailure.truncation(
        at: input.source.position, in: chunk == 0 ? nil : PNGChunkType(code: chunk))
    case .callbackFailed:
      throw try input.error
        ?? PNGFailure.error(String(cString: cpng_message(session)), of: input.source)
    case .outOfMemory:
      throw AllocationError(byteCount: cpng_refused_byte_count(session))
    }
  }

  /// What the C callback reads from, and what it could not say in a status.
  private final class Input {
    let source: ByteSource
    var error: (any Error)?

    init(_ source: ByteSource) {
      self.source = source
    }

    static let read: cpng_read_function = { context, buffer, count in
      guard let context, let buffer else { return -1 }
      let input = Unmanaged<Input>.fromOpaque(context).takeUnretainedValue()
      do {
        return try input.source.read(
          into: UnsafeMutableRawBufferPointer(start: buffer, count: count))
      } catch {
        input.error = error
        return -1
      }
    }
  }
}
