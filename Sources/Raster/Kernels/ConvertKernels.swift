/// Rows from one pixel format to another, as long as every pixel stays what it is.
package enum ConvertKernels {
  /// The first pixel that the other format can't hold.
  package struct Refusal: Equatable {
    /// What it lacks.
    package enum Reason: Equatable {
      case translucent, coloured, deep
    }

    /// The pixel's place in the row.
    package let x: Int

    /// What the format lacks for it.
    package let reason: Reason
  }

  /// Converts a row.
  ///
  /// - Parameter out: as many pixels as `row` has.
  /// - Returns: nil where every pixel could be converted; else `out` is partly written.
  package static func convert(
    _ row: UnsafeRawBufferPointer, of input: PixelFormat,
    into out: UnsafeMutableRawBufferPointer, of output: PixelFormat
  ) -> Refusal? {
    switch (input.depth, output.depth) {
    case (.eight, .eight):
      convert(row, UInt8.self, input.channels, into: out, UInt8.self, output.channels)
    case (.eight, .sixteen):
      convert(row, UInt8.self, input.channels, into: out, UInt16.self, output.channels)
    case (.sixteen, .eight):
      convert(row, UInt16.self, input.channels, into: out, UInt8.self, output.channels)
    case (.sixteen, .sixteen):
      convert(row, UInt16.self, input.channels, into: out, UInt16.self, output.channels)
    }
  }

  @inline(__always)
  private static func convert<
    Input: FixedWidthInteger & UnsignedInteger & BitwiseCopyable,
    Output: FixedWidthInteger & UnsignedInteger & BitwiseCopyable
  >(
    _ row: UnsafeRawBufferPointer, _: Input.Type, _ from: PixelFormat.Channels,
    into out: UnsafeMutableRawBufferPointer, _: Output.Type, _ to: PixelFormat.Channels
  ) -> Refusal? {
    let samples = row.bindMemory(to: Input.self)
    let results = out.bindMemory(to: Output.self)
    let inputCount = from.rawValue
    let outputCount = to.rawValue
    let hadColour = inputCount >= 3
    let hadAlpha = inputCount.isMultiple(of: 2)
    let hasColour = outputCount >= 3
    let hasAlpha = outputCount.isMultiple(of: 2)
    var place = 0
    var result = 0
    for x in 0..<samples.count / inputCount {
      let red = samples[place]
      let green = hadColour ? samples[place + 1] : red
      let blue = hadColour ? samples[place + 2] : red
      let alpha = hadAlpha ? samples[place + inputCount - 1] : Input.max
      if !hasAlpha && alpha != .max { return Refusal(x: x, reason: .translucent) }
      if !hasColour && (green != red || blue != red) { return Refusal(x: x, reason: .coloured) }
      if Output.bitWidth < Input.bitWidth {
        // An exact 16-bit sample is one byte twice.
        guard isDoubled(red), isDoubled(green), isDoubled(blue), isDoubled(alpha) else {
          return Refusal(x: x, reason: .deep)
        }
      }
      results[result] = fitted(red)
      if hasColour {
        results[result + 1] = fitted(green)
        results[result + 2] = fitted(blue)
      }
      if hasAlpha { results[result + outputCount - 1] = fitted(alpha) }
      place += inputCount
      result += outputCount
    }
    return nil
  }

  @inline(__always)
  private static func isDoubled<Sample: FixedWidthInteger>(_ sample: Sample) -> Bool {
    sample >> 8 == sample & 0xff
  }

  // 8 bits to 16 by 257, which is a byte twice, and back.
  @inline(__always)
  private static func fitted<Input: FixedWidthInteger, Output: FixedWidthInteger>(
    _ sample: Input
  ) -> Output {
    if Output.bitWidth <= Input.bitWidth { return Output(truncatingIfNeeded: sample) }
    return Output(truncatingIfNeeded: sample) &* 257
  }
}
