import Raster

/// Turns rows as `PixelFormat` describes them into rows as PNG stores them; what `PNGRowExpander`
/// does the other way round.
///
/// The pixels were counted before, so that every one of them can be stored exactly.
struct PNGRowPacker: ~Copyable {
  private enum Step {
    /// The samples as they are.
    case copy
    /// The samples, those of 16 bits with the high byte first.
    case swap
    /// Three samples of 8 bits of four.
    case dropAlpha
    /// Other channels, or fewer bits a sample.
    case convert(PixelFormat)
    /// The upper bits of 8-bit gray, packed.
    case gray(bitDepth: Int)
    /// Places in the palette, packed.
    case index(bitDepth: Int)
  }

  private let step: Step
  private let format: PixelFormat

  /// The palette's places, by colour, where there is one.
  private let table: ColourTable?

  init(_ format: PixelFormat, into storage: PNGStorage) {
    self.format = format
    let picture = storage.picture
    let depth: PixelFormat.SampleDepth = picture.bitDepth == 16 ? .sixteen : .eight
    table = picture.colourType == .palette ? ColourTable(storage.colours) : nil
    switch picture.colourType {
    case .palette:
      step = .index(bitDepth: picture.bitDepth)
    case .gray where picture.bitDepth < 8:
      step = .gray(bitDepth: picture.bitDepth)
    case .gray, .rgb, .grayAlpha, .rgba:
      let target = PixelFormat(picture.colourType.channels, depth)
      if target == format {
        step = depth == .sixteen ? .swap : .copy
      } else if format == PixelFormat(.rgba, .eight), target == PixelFormat(.rgb, .eight) {
        step = .dropAlpha
      } else {
        step = .convert(target)
      }
    }
  }

  /// Packs a row.
  ///
  /// - Parameter target: exactly the bytes of a packed row.
  func pack(
    _ row: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) {
    switch step {
    case .copy: target.copyMemory(from: row)
    case .swap: ByteOrder.swapBigEndian(row, into: target)
    case .dropAlpha: NarrowKernels.dropAlpha(row, into: target)
    case .convert(let output):
      NarrowKernels.convert(row, of: format, into: target, of: output)
      if output.depth == .sixteen {
        ByteOrder.swapBigEndian(UnsafeRawBufferPointer(target), into: target)
      }
    case .gray(let bitDepth):
      forEachColour(of: row, bitDepth, into: target) { colour in
        UInt8(truncatingIfNeeded: colour) >> UInt8(8 - bitDepth)
      }
    case .index(let bitDepth):
      var (last, lastPlace): (UInt32?, UInt8) = (nil, 0)
      forEachColour(of: row, bitDepth, into: target) { colour in
        if colour != last {
          (last, lastPlace) = (colour, UInt8(truncatingIfNeeded: table?.place(of: colour) ?? 0))
        }
        return lastPlace
      }
    }
  }

  // Packs what `value` makes of each colour, the first pixel in the highest bits.
  private func forEachColour(
    of row: UnsafeRawBufferPointer, _ bitDepth: Int, into target: UnsafeMutableRawBufferPointer,
    _ value: (UInt32) -> UInt8
  ) {
    let count = row.count / format.bytesPerPixel
    let pixelsPerByte = 8 / bitDepth
    for place in target.indices {
      var byte: UInt8 = 0
      for index in 0..<pixelsPerByte {
        let x = place * pixelsPerByte + index
        guard x < count else { break }
        let bits = value(colour(of: row, at: x))
        byte |= bits << UInt8(8 - bitDepth * (index + 1))
      }
      target[place] = byte
    }
  }

  private func colour(of row: UnsafeRawBufferPointer, at x: Int) -> UInt32 {
    let place = x * format.channelCount
    return switch format.depth {
    case .eight:
      CensusKernels.colour(
        of: row.bindMemory(to: UInt8.self), at: place, channelCount: format.channelCount)
    case .sixteen:
      CensusKernels.colour(
        of: row.bindMemory(to: UInt16.self), at: place, channelCount: format.channelCount)
    }
  }
}
