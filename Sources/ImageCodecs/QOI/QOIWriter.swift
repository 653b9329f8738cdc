import Raster

/// Writes a picture as QOI.
final class QOIWriter: ImageWriter {
  private let layout: RowLayout
  private let output: EncodedBytes
  private var state = State()
  private var rowIndex = 0

  init(_ layout: RowLayout, isLinear: Bool, output: EncodedBytes) throws {
    self.layout = layout
    self.output = output
    try QOIHeader(layout, isLinear: isLinear).bytes.withUnsafeBytes { try output.append($0) }
  }

  /// The most bytes that writing holds: a code byte comes before each pixel in the worst case.
  static func byteCount(for layout: RowLayout) throws(SizeOverflow) -> Int {
    let pixels = try layout.byteCount.plus(layout.size.pixelCount())
    return try pixels.plus(4096)
  }

  func writeRow(_ row: RawSpan) throws {
    precondition(rowIndex < layout.height, "there are only \(layout.height) rows")
    precondition(row.byteCount == layout.bytesPerRow, "a row has \(layout.bytesPerRow) bytes")
    try row.withUnsafeBytes { row in
      // Moved out of the object for a row: there each access would be checked for exclusivity.
      var state = state
      defer { self.state = state }
      // One more for the run that the row before may have left.
      var room = Room(try output.reserve(row.count + layout.width + 1))
      let byteCount = layout.format.channelCount
      for x in 0..<layout.width {
        let offset = byteCount * x
        let alpha = byteCount == 4 ? row[offset + 3] : 255
        state.encode(
          QOIPixel(
            red: row[offset], green: row[offset + 1], blue: row[offset + 2], alpha: alpha),
          to: &room)
      }
      output.commit(room.count)
    }
    rowIndex += 1
  }

  func finish() throws {
    precondition(rowIndex == layout.height, "only \(rowIndex) rows were written")
    var room = Room(try output.reserve(1 + QOICode.endMarker.count))
    state.endRun(&room)
    for byte in QOICode.endMarker { room.append(byte) }
    output.commit(room.count)
  }

  /// What an encoder remembers from pixel to pixel.
  private struct State {
    private var seen = InlineArray<64, QOIPixel>(repeating: QOIPixel())
    private var previous = QOIPixel.start
    private var run = 0

    mutating func encode(_ pixel: QOIPixel, to room: inout Room) {
      guard pixel != previous else {
        run += 1
        if run == QOICode.maximumRun { endRun(&room) }
        return
      }
      endRun(&room)
      let position = pixel.position
      if seen[position] == pixel {
        room.append(QOICode.index << 6 | UInt8(truncatingIfNeeded: position))
      } else {
        seen[position] = pixel
        encodeNew(pixel, to: &room)
      }
      previous = pixel
    }

    private func encodeNew(_ pixel: QOIPixel, to room: inout Room) {
      guard pixel.alpha == previous.alpha else {
        room.append(QOICode.rgba)
        room.append(pixel.red)
        room.append(pixel.green)
        room.append(pixel.blue)
        room.append(pixel.alpha)
        return
      }
      // Differences go round from 255 to 0, and the biased ones are small where the code can hold
      // them.
      let red = pixel.red &- previous.red
      let green = pixel.green &- previous.green
      let blue = pixel.blue &- previous.blue
      let (red2, green2, blue2) = (red &+ 2, green &+ 2, blue &+ 2)
      let (green6, red4, blue4) = (green &+ 32, red &- green &+ 8, blue &- green &+ 8)
      if red2 < 4, green2 < 4, blue2 < 4 {
        room.append(QOICode.difference << 6 | red2 << 4 | green2 << 2 | blue2)
      } else if green6 < 64, red4 < 16, blue4 < 16 {
        room.append(QOICode.luma << 6 | green6)
        room.append(red4 << 4 | blue4)
      } else {
        room.append(QOICode.rgb)
        room.append(pixel.red)
        room.append(pixel.green)
        room.append(pixel.blue)
      }
    }

    mutating func endRun(_ room: inout Room) {
      guard run > 0 else { return }
      room.append(QOICode.run << 6 | UInt8(truncatingIfNeeded: run - 1))
      run = 0
    }
  }

  /// Where codes go, bounds checked.
  private struct Room {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ bytes: UnsafeMutableRawBufferPointer) {
      self.bytes = bytes
    }

    mutating func append(_ byte: UInt8) {
      precondition(count < bytes.count)
      bytes[count] = byte
      count += 1
    }
  }
}
