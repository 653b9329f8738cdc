import Raster

/// Pixels that lose what they do not need: the way back from `ConvertKernels`, with nothing asked.
enum NarrowKernels {
  /// Red, green and blue of 8-bit pixels that have alpha, too.
  static func dropAlpha(
    _ row: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) {
    let count = target.count / 3
    precondition(row.count == 4 * count)
    guard count > 0 else { return }
    // Four bytes at once; the fourth is overwritten by the next pixel, which the last has not.
    for x in 0..<count - 1 {
      let pixel = row.loadUnaligned(fromByteOffset: 4 * x, as: UInt32.self)
      target.storeBytes(of: pixel, toByteOffset: 3 * x, as: UInt32.self)
    }
    for channel in 0..<3 { target[3 * count - 3 + channel] = row[4 * count - 4 + channel] }
  }

  /// Channels and bits that `output` has; those that it has not are dropped.
  static func convert(
    _ row: UnsafeRawBufferPointer, of input: PixelFormat,
    into target: UnsafeMutableRawBufferPointer, of output: PixelFormat
  ) {
    switch (input.depth, output.depth) {
    case (.eight, .eight):
      convert(row, UInt8.self, input.channels, into: target, UInt8.self, output.channels)
    case (.sixteen, .eight):
      convert(row, UInt16.self, input.channels, into: target, UInt8.self, output.channels)
    case (.sixteen, .sixteen):
      convert(row, UInt16.self, input.channels, into: target, UInt16.self, output.channels)
    case (.eight, .sixteen):
      preconditionFailure("nothing is stored in more bits than it has")
    }
  }

  @inline(__always)
  private static func convert<
    Input: FixedWidthInteger & UnsignedInteger & BitwiseCopyable,
    Output: FixedWidthInteger & UnsignedInteger & BitwiseCopyable
  >(
    _ row: UnsafeRawBufferPointer, _: Input.Type, _ from: PixelFormat.Channels,
    into target: UnsafeMutableRawBufferPointer, _: Output.Type, _ to: PixelFormat.Channels
  ) {
    let samples = row.bindMemory(to: Input.self)
    let results = target.bindMemory(to: Output.self)
    let (inputCount, outputCount) = (from.rawValue, to.rawValue)
    let colourCount = outputCount >= 3 ? 3 : 1
    let hasAlpha = outputCount.isMultiple(of: 2)
    for x in 0..<samples.count / inputCount {
      for channel in 0..<colourCount {
        results[x * outputCount + channel] = Output(
          truncatingIfNeeded: samples[x * inputCount + channel])
      }
      if hasAlpha {
        results[x * outputCount + outputCount - 1] = Output(
          truncatingIfNeeded: samples[x * inputCount + inputCount - 1])
      }
    }
  }
}
