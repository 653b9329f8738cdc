import Raster

/// The rows of a QOI picture.
final class QOIReader: ImageReader {
  /// The most bytes that a reader holds.
  static let byteCount = BufferedBytes.windowByteCount + 4096

  let layout: RowLayout
  private(set) var warnings: [String] = []

  private let bytes: BufferedBytes
  private var state = State()
  private var rowIndex = 0
  private var failure: (any Error)?

  init(_ source: ByteSource, header: QOIHeader) throws {
    layout = try RowLayout(size: header.size, format: header.pixelFormat)
    bytes = try BufferedBytes(source, from: QOIHeader.byteCount)
  }

  /// The offset behind what was read so far.
  var position: Int { bytes.position }

  func readRow(into row: inout MutableRawSpan) throws {
    precondition(rowIndex < layout.height, "there are only \(layout.height) rows")
    precondition(row.byteCount == layout.bytesPerRow, "a row has \(layout.bytesPerRow) bytes")
    if let failure { throw failure }
    do {
      try row.withUnsafeMutableBytes { row in
        if layout.format.hasAlpha {
          try decode(into: row, byteCount: 4)
        } else {
          try decode(into: row, byteCount: 3)
        }
      }
    } catch {
      failure = error
      throw error
    }
    rowIndex += 1
  }

  func finish() throws {
    precondition(rowIndex == layout.height, "only \(rowIndex) rows were read")
    guard state.run == 0 else { throw CodecError(.corrupt, "a run goes beyond the last pixel") }
    for expected in QOICode.endMarker {
      guard let byte = try bytes.next() else {
        throw CodecError(.truncated, "the file ends early, in the end marker")
      }
      guard byte == expected else { throw CodecError(.corrupt, "the end marker is wrong") }
    }
    if bytes.remainingByteCount > 0 {
      warnings.append("\(bytes.remainingByteCount) bytes follow the end of the picture")
    }
  }

  /// Inlined for each number of bytes, which then is a constant in the loop. The state is moved out
  /// of the object for a row: there each access would be checked for exclusivity.
  @inline(__always)
  private func decode(into row: UnsafeMutableRawBufferPointer, byteCount: Int) throws {
    var state = state
    defer { self.state = state }
    for x in 0..<layout.width {
      if state.run > 0 {
        state.run -= 1
      } else if try !state.decodeNext(from: bytes) {
        throw CodecError(
          .truncated, "row \(rowIndex + 1) of \(layout.height): the file ends early")
      }
      row[byteCount * x] = state.pixel.red
      row[byteCount * x + 1] = state.pixel.green
      row[byteCount * x + 2] = state.pixel.blue
      if byteCount == 4 { row[4 * x + 3] = state.pixel.alpha }
    }
  }

  /// What a decoder remembers from pixel to pixel.
  private struct State {
    var pixel = QOIPixel.start

    /// How often the pixel comes again before the next code.
    var run = 0

    private var seen = InlineArray<64, QOIPixel>(repeating: QOIPixel())

    /// Decodes one code; false where the bytes end.
    @inline(__always)
    mutating func decodeNext(from bytes: BufferedBytes) throws -> Bool {
      guard let code = try bytes.next() else { return false }
      switch code {
      case QOICode.rgb, QOICode.rgba:
        guard let red = try bytes.next(), let green = try bytes.next(),
          let blue = try bytes.next()
        else { return false }
        (pixel.red, pixel.green, pixel.blue) = (red, green, blue)
        guard code == QOICode.rgba else { break }
        guard let alpha = try bytes.next() else { return false }
        pixel.alpha = alpha
      default:
        let low = code & 0x3F
        switch code >> 6 {
        case QOICode.index:
          pixel = seen[Int(low)]
        case QOICode.difference:
          // Three differences of two bits each, 2 above what they mean.
          pixel.red &+= (low >> 4 & 3) &- 2
          pixel.green &+= (low >> 2 & 3) &- 2
          pixel.blue &+= (low & 3) &- 2
        case QOICode.luma:
          // Green's difference, 32 above; then by how much red's and blue's exceed it, 8 above.
          let green = low &- 32
          guard let others = try bytes.next() else { return false }
          pixel.red &+= green &+ (others >> 4) &- 8
          pixel.green &+= green
          pixel.blue &+= green &+ (others & 0x0F) &- 8
        default:
          // One less than the run, of which this pixel is the first.
          run = Int(low)
        }
      }
      seen[pixel.position] = pixel
      return true
    }
  }
}
