import Raster

/// Reads a header byte by byte.
struct PNMHeaderParser {
  private let bytes: BufferedBytes
  private(set) var hasComments = false

  init(_ source: ByteSource) throws(AllocationError) {
    bytes = try BufferedBytes(source, from: 0, windowByteCount: 4096)
  }

  var position: Int { bytes.position }

  mutating func magic() throws -> Int {
    guard try byte() == UInt8(ascii: "P"), let digit = try PNMDigit.value(of: byte()),
      (1...7).contains(digit)
    else { throw CodecError(.notAnImage, "not a PNM: the signature is wrong") }
    return digit
  }

  /// P1 to P6: numbers between white space, and comments anywhere between them.
  mutating func anymap(_ magic: Int, _ limits: DecodeLimits) throws -> PNMHeader {
    guard PNMDigit.isSpace(try byteOrComment()) else {
      throw CodecError(.corrupt, "the header has no space after P\(magic)")
    }
    let width = try number("width")
    let height = try number("height")
    let isBitmap = magic == 1 || magic == 4
    let maximumSample = isBitmap ? 1 : try number("maximum")
    try Self.check(maximumSample)
    let format: ImageFormat = isBitmap ? .pbm : magic == 2 || magic == 5 ? .pgm : .ppm
    return PNMHeader(
      format: format, size: try limits.size(width: width, height: height),
      channels: format == .ppm ? .rgb : .gray,
      coding: magic <= 3 ? .text : isBitmap ? .bits : .binary, maximumSample: maximumSample,
      isInkBased: isBitmap)
  }

  /// P7: a line for each field, in any order, up to ENDHDR.
  mutating func arbitraryMap(_ limits: DecodeLimits) throws -> PNMHeader {
    var fields: [String: Int] = [:]
    var tupleType: String?
    while true {
      let words = try line().split { $0 == " " || $0 == "\t" || $0 == "\r" }
      guard let name = words.first.map(String.init) else { continue }
      if name == "ENDHDR" { break }
      if name.hasPrefix("#") {
        hasComments = true
      } else if name == "TUPLTYPE" {
        // Several lines of it are one type with spaces; none of those that we know has any.
        tupleType = ([tupleType].compactMap(\.self) + words.dropFirst().map(String.init))
          .joined(separator: " ")
      } else if ["WIDTH", "HEIGHT", "DEPTH", "MAXVAL"].contains(name) {
        guard words.count == 2, fields[name] == nil, words[1].allSatisfy(\.isNumber),
          let value = Int32(words[1])
        else { throw CodecError(.corrupt, "the header's \(name) makes no sense") }
        fields[name] = Int(value)
      }
    }
    func field(_ name: String) throws(CodecError) -> Int {
      guard let value = fields[name] else {
        throw CodecError(.corrupt, "the header has no \(name)")
      }
      return value
    }
    let size = try limits.size(width: field("WIDTH"), height: field("HEIGHT"))
    let maximumSample = try field("MAXVAL")
    try Self.check(maximumSample)
    let depth = try field("DEPTH")
    let channels = try Self.channels(of: tupleType ?? "", depth, maximumSample)
    return PNMHeader(
      format: .pam, size: size, channels: channels, coding: .binary, maximumSample: maximumSample,
      warnings: tupleType == nil
        ? ["the header names no tuple type; depth \(depth) is taken for \(channels)"] : [])
  }

  private static func check(_ maximumSample: Int) throws(CodecError) {
    guard (1...65535).contains(maximumSample) else {
      throw CodecError(.corrupt, "the largest sample is \(maximumSample), not 1 to 65535")
    }
  }

  private static func channels(
    of tupleType: String, _ depth: Int, _ maximumSample: Int
  ) throws(CodecError) -> PixelFormat.Channels {
    let named: PixelFormat.Channels? =
      switch tupleType {
      case "BLACKANDWHITE" where maximumSample == 1: .gray
      case "BLACKANDWHITE_ALPHA" where maximumSample == 1: .grayAlpha
      case "GRAYSCALE": .gray
      case "GRAYSCALE_ALPHA": .grayAlpha
      case "RGB": .rgb
      case "RGB_ALPHA": .rgba
      case "": PixelFormat.Channels(rawValue: depth)
      default: nil
      }
    guard let named else {
      throw CodecError(
        .unsupported, "a PAM of another tuple type than gray or RGB, depth \(depth)")
    }
    guard named.rawValue == depth else {
      throw CodecError(.corrupt, "depth \(depth) does not go with \(tupleType)")
    }
    return named
  }

  private func byte() throws -> UInt8 {
    guard bytes.position < PNMHeader.maximumByteCount else {
      throw CodecError(.corrupt, "the header has no end")
    }
    guard let byte = try bytes.next() else {
      throw CodecError(.truncated, "the file ends early, in the header")
    }
    return byte
  }

  /// The next byte; of a comment only the end of its line.
  private mutating func byteOrComment() throws -> UInt8 {
    var byte = try byte()
    guard byte == UInt8(ascii: "#") else { return byte }
    hasComments = true
    while !PNMDigit.isLineEnd(byte) { byte = try self.byte() }
    return byte
  }

  /// The next number, and the one byte of white space that ends it.
  private mutating func number(_ name: String) throws -> Int {
    var byte = try byteOrComment()
    while PNMDigit.isSpace(byte) { byte = try byteOrComment() }
    guard var value = PNMDigit.value(of: byte) else {
      throw CodecError(.corrupt, "the header's \(name) is no number")
    }
    byte = try byteOrComment()
    while let digit = PNMDigit.value(of: byte) {
      value = value * 10 + digit
      guard value <= Int(Int32.max) else {
        throw CodecError(.corrupt, "the header's \(name) is too large")
      }
      byte = try byteOrComment()
    }
    guard PNMDigit.isSpace(byte) else {
      throw CodecError(.corrupt, "the header's \(name) is no number")
    }
    return value
  }

  private func line() throws -> String {
    var line: [UInt8] = []
    while true {
      let byte = try byte()
      if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
  }
}

/// The characters that mean something in a PNM file.
enum PNMDigit {
  @inline(__always)
  static func value(of byte: UInt8) -> Int? {
    let value = byte &- UInt8(ascii: "0")
    return value < 10 ? Int(value) : nil
  }

  /// Blank, tab, line feed, vertical tab, form feed, carriage return.
  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}
