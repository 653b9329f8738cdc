import Raster

/// The rows of a PNM or PAM picture.
final class PNMReader: ImageReader {
  let layout: RowLayout
  private(set) var warnings: [String] = []

  private let header: PNMHeader
  private let bytes: BufferedBytes

  /// A row of bits as stored; empty for the other codings.
  private let packedRow: ByteBuffer

  private var rowIndex = 0
  private var failure: (any Error)?

  init(_ source: ByteSource, header: PNMHeader) throws {
    self.header = header
    layout = try RowLayout(size: header.size, format: header.pixelFormat)
    packedRow = try ByteBuffer(
      count: header.coding == .bits ? header.codedRowByteCount() ?? 0 : 0)
    bytes = try BufferedBytes(source, from: header.byteCount)
  }

  /// The most bytes that a reader of such a picture holds.
  static func byteCount(for header: PNMHeader) throws(SizeOverflow) -> Int {
    let row = header.coding == .bits ? try header.codedRowByteCount() ?? 0 : 0
    return try row.plus(BufferedBytes.windowByteCount + 4096)
  }

  func readRow(into row: inout MutableRawSpan) throws {
    precondition(rowIndex < layout.height, "there are only \(layout.height) rows")
    precondition(row.byteCount == layout.bytesPerRow, "a row has \(layout.bytesPerRow) bytes")
    if let failure { throw failure }
    do {
      try row.withUnsafeMutableBytes { row in
        switch header.coding {
        case .text: try readText(into: row)
        case .bits: try readBits(into: row)
        case .binary: try readBinary(into: row)
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
    if header.coding == .text {
      var byte = try bytes.next()
      while let space = byte, PNMDigit.isSpace(space) { byte = try bytes.next() }
      guard byte == nil else { return warnings.append("more follows the end of the picture") }
    } else if bytes.remainingByteCount > 0 {
      warnings.append("\(bytes.remainingByteCount) bytes follow the end of the picture")
    }
  }

  private var place: String { "row \(rowIndex + 1) of \(layout.height)" }

  private var truncation: CodecError {
    CodecError(.truncated, "\(place): the file ends early")
  }

  private func sampleTooLarge(_ sample: Int) -> CodecError {
    CodecError(
      .corrupt, "\(place): a sample is \(sample), above the largest, \(header.maximumSample)")
  }

  private func readBits(into row: UnsafeMutableRawBufferPointer) throws {
    guard try bytes.read(into: packedRow.bytes) == packedRow.count else { throw truncation }
    for x in 0..<layout.width {
      let bit = packedRow.bytes[x >> 3] >> UInt8(7 - x & 7) & 1
      row[x] = bit == 1 ? 0 : 255
    }
  }

  private func readBinary(into row: UnsafeMutableRawBufferPointer) throws {
    guard try bytes.read(into: row) == row.count else { throw truncation }
    let maximum = header.maximumSample
    switch layout.format.depth {
    case .eight where maximum == 255:
      break
    case .eight:
      let highest = row.reduce(0) { max($0, $1) }
      guard highest <= maximum else { throw sampleTooLarge(Int(highest)) }
      for index in row.indices {
        row[index] = UInt8(truncatingIfNeeded: scaled(Int(row[index]), to: 255))
      }
    case .sixteen:
      ByteOrder.swapBigEndian(UnsafeRawBufferPointer(row), into: row)
      guard maximum < 65535 else { return }
      try row.withMemoryRebound(to: UInt16.self) { row in
        for index in row.indices {
          let sample = Int(row[index])
          guard sample <= maximum else { throw sampleTooLarge(sample) }
          row[index] = UInt16(truncatingIfNeeded: scaled(sample, to: 65535))
        }
      }
    }
  }

  private func readText(into row: UnsafeMutableRawBufferPointer) throws {
    let sampleCount = layout.width * layout.format.channelCount
    for index in 0..<sampleCount {
      let sample = header.isInkBased ? 1 - (try readBitCharacter()) : try readNumber()
      switch layout.format.depth {
      case .eight:
        row[index] = UInt8(truncatingIfNeeded: scaled(sample, to: 255))
      case .sixteen:
        row.storeBytes(
          of: UInt16(truncatingIfNeeded: scaled(sample, to: 65535)), toByteOffset: 2 * index,
          as: UInt16.self)
      }
    }
  }

  /// Half a step is rounded up. `sample` is no larger than the largest.
  private func scaled(_ sample: Int, to full: Int) -> Int {
    (sample * full + header.maximumSample / 2) / header.maximumSample
  }

  /// A character of a plain bitmap, which need not have white space around it.
  private func readBitCharacter() throws -> Int {
    guard let bit = PNMDigit.value(of: try firstCharacter()), bit <= 1 else {
      throw CodecError(.corrupt, "\(place): a pixel is neither 0 nor 1")
    }
    return bit
  }

  private func readNumber() throws -> Int {
    guard var sample = PNMDigit.value(of: try firstCharacter()) else {
      throw CodecError(.corrupt, "\(place): a sample is no number")
    }
    // As netpbm has it, white space ends the last number too: a file that was cut inside it would
    // else show a smaller one.
    while true {
      guard sample <= header.maximumSample else { throw sampleTooLarge(sample) }
      guard let byte = try bytes.next() else { throw truncation }
      if let digit = PNMDigit.value(of: byte) {
        sample = sample * 10 + digit
      } else if PNMDigit.isSpace(byte) {
        return sample
      } else {
        throw CodecError(.corrupt, "\(place): a sample is no number")
      }
    }
  }

  /// The next character that is neither white space nor part of a comment.
  private func firstCharacter() throws -> UInt8 {
    while let byte = try bytes.next() {
      if byte == UInt8(ascii: "#") {
        while let byte = try bytes.next(), !PNMDigit.isLineEnd(byte) {}
      } else if !PNMDigit.isSpace(byte) {
        return byte
      }
    }
    throw truncation
  }
}
