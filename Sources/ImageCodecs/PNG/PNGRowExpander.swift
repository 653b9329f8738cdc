import Raster

/// Turns rows as PNG stores them into rows as `PixelFormat` describes them.
///
/// No libpng transform does this: half of libpng's faults of recent years stood in those, and here
/// every index is looked up in a table that is as long as the index can grow.
struct PNGRowExpander {
  private enum Step {
    /// 8-bit samples: nothing to do.
    case none
    /// 16-bit samples: into the machine's byte order.
    case sixteenBit
    /// One sample of up to 8 bits a pixel: looked up.
    case lookup(bitDepth: Int)
    /// 8-bit RGB, of which one colour is transparent.
    case keyedRGB
    /// 16-bit gray or RGB, of which one colour is transparent.
    case keyedSixteenBit(channelCount: Int)
  }

  private let step: Step
  private let width: Int
  private let packedRowByteCount: Int
  private let key: [UInt16]
  private let outputByteCount: Int

  /// For each value of a sample the bytes of its pixel, the first in the lowest bits; empty where
  /// nothing is looked up.
  private let table: [UInt32]

  /// The first index that the palette has no entry for.
  private let indexLimit: Int

  /// Whether a pixel had an index that the palette has no entry for; it became opaque black.
  private(set) var foundInvalidIndex = false

  /// - Parameter format: what `colours` and `picture` come to.
  ///   The reader has held both together.
  /// - Throws: `SizeOverflow`.
  init(
    picture: PNGPictureHeader, colours: PNGColours, format: PixelFormat
  ) throws(SizeOverflow) {
    width = picture.size.width
    packedRowByteCount = try picture.packedRowByteCount()
    key = colours.key ?? []
    outputByteCount = format.bytesPerPixel
    switch (picture.colourType, picture.bitDepth) {
    case (.gray, 16) where !key.isEmpty: step = .keyedSixteenBit(channelCount: 1)
    case (.rgb, 16) where !key.isEmpty: step = .keyedSixteenBit(channelCount: 3)
    case (_, 16): step = .sixteenBit
    case (.rgb, _) where !key.isEmpty: step = .keyedRGB
    case (.gray, 8) where key.isEmpty: step = .none
    case (.gray, let depth), (.palette, let depth): step = .lookup(bitDepth: depth)
    case (.rgb, _), (.grayAlpha, _), (.rgba, _): step = .none
    }
    guard case .lookup = step else {
      (indexLimit, table) = (256, [])
      return
    }
    if picture.colourType == .palette {
      indexLimit = colours.paletteEntryCount
      table = (0..<256).map { Self.entry($0, of: colours, as: format) }
    } else {
      indexLimit = 256
      // The largest sample becomes 255 exactly: 255 is a multiple of 1, 3, 15 and 255.
      let scale = picture.bitDepth <= 8 ? 255 / ((1 << picture.bitDepth) - 1) : 1
      let transparent = colours.key.map { Int($0[0]) }
      table = (0..<256).map { value in
        let alpha: UInt32 = value == transparent ? 0 : 255
        return UInt32(value * scale & 0xFF) | alpha << 8
      }
    }
  }

  /// Whether rows already come as they must go out.
  var isIdentity: Bool {
    if case .none = step { true } else { false }
  }

  private static func entry(_ index: Int, of colours: PNGColours, as format: PixelFormat) -> UInt32
  {
    guard index < colours.paletteEntryCount else {
      // Section 11.2.2 calls it an error and leaves the way out to decoders: black, as libpng.
      return format.hasColour ? 0xFF00_0000 : 0xFF00
    }
    let red = UInt32(colours.palette[3 * index])
    let green = UInt32(colours.palette[3 * index + 1])
    let blue = UInt32(colours.palette[3 * index + 2])
    let alpha = index < colours.paletteAlpha.count ? UInt32(colours.paletteAlpha[index]) : 255
    return format.hasColour
      ? red | green << 8 | blue << 16 | alpha << 24 : red | alpha << 8
  }

  /// Expands a row.
  ///
  /// - Parameters:
  ///   - raw: the row as stored; all its bytes.
  ///   - row: the row to fill; it may be `raw` itself where both have the same length.
  mutating func expand(
    _ raw: UnsafeRawBufferPointer, into row: UnsafeMutableRawBufferPointer
  ) {
    // Once a row, and then no index below needs a check of its own.
    precondition(raw.count == packedRowByteCount && row.count == width * outputByteCount)
    switch step {
    case .none:
      row.copyMemory(from: raw)
    case .sixteenBit:
      ByteOrder.swapBigEndian(raw, into: row)
    case .lookup(let bitDepth):
      lookUp(raw, bitDepth, row)
    case .keyedRGB:
      let (red, green, blue) = (UInt8(key[0]), UInt8(key[1]), UInt8(key[2]))
      for x in 0..<width {
        let (r, g, b) = (raw[3 * x], raw[3 * x + 1], raw[3 * x + 2])
        row[4 * x] = r
        row[4 * x + 1] = g
        row[4 * x + 2] = b
        row[4 * x + 3] = r == red && g == green && b == blue ? 0 : 255
      }
    case .keyedSixteenBit(let channelCount):
      for x in 0..<width {
        var isTransparent = true
        for channel in 0..<channelCount {
          let offset = 2 * (channelCount * x + channel)
          let sample = UInt16(raw[offset]) << 8 | UInt16(raw[offset + 1])
          isTransparent = isTransparent && sample == key[channel]
          row.storeBytes(
            of: sample, toByteOffset: 2 * ((channelCount + 1) * x + channel), as: UInt16.self)
        }
        row.storeBytes(
          of: isTransparent ? 0 : .max, toByteOffset: 2 * ((channelCount + 1) * x + channelCount),
          as: UInt16.self)
      }
    }
  }

  private mutating func lookUp(
    _ raw: UnsafeRawBufferPointer, _ bitDepth: Int, _ row: UnsafeMutableRawBufferPointer
  ) {
    let highest =
      switch outputByteCount {
      case 1: lookUp(raw, bitDepth, row, storing: 1)
      case 2: lookUp(raw, bitDepth, row, storing: 2)
      case 3: lookUp(raw, bitDepth, row, storing: 3)
      default: lookUp(raw, bitDepth, row, storing: 4)
      }
    if highest >= indexLimit { foundInvalidIndex = true }
  }

  /// Looks up each sample, and returns the highest.
  ///
  /// Inlined for each number of bytes, which then is a constant in the loops.
  @inline(__always)
  private func lookUp(
    _ raw: UnsafeRawBufferPointer, _ bitDepth: Int, _ row: UnsafeMutableRawBufferPointer,
    storing byteCount: Int
  ) -> Int {
    guard let source = raw.baseAddress, let target = row.baseAddress else { return 0 }
    var highest: UInt8 = 0
    table.withUnsafeBufferPointer { table in
      @inline(__always)
      func expand(_ sample: UInt8, to x: Int) {
        highest = max(highest, sample)
        store(table[Int(sample)], at: target + byteCount &* x, byteCount)
      }
      if bitDepth == 8 {
        for x in 0..<width { expand(source.load(fromByteOffset: x, as: UInt8.self), to: x) }
        return
      }
      // A power of two.
      let samplesPerByte = 8 / bitDepth
      let mask = UInt8.max >> UInt8(8 - bitDepth)
      for x in 0..<width {
        let byte = source.load(
          fromByteOffset: x &>> samplesPerByte.trailingZeroBitCount, as: UInt8.self)
        let index = x & (samplesPerByte &- 1)
        let shift = UInt8(truncatingIfNeeded: 8 &- bitDepth &* (index &+ 1))
        expand(byte &>> shift & mask, to: x)
      }
    }
    return Int(highest)
  }

  /// Stores the first bytes of an entry.
  @inline(__always)
  private func store(_ entry: UInt32, at target: UnsafeMutableRawPointer, _ byteCount: Int) {
    if byteCount == 4 { return target.storeBytes(of: entry.littleEndian, as: UInt32.self) }
    for index in 0..<byteCount {
      target.storeBytes(
        of: UInt8(truncatingIfNeeded: entry &>> UInt32(truncatingIfNeeded: 8 &* index)),
        toByteOffset: index, as: UInt8.self)
    }
  }
}
