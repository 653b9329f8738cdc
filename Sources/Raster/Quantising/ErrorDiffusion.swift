/// Floyd and Steinberg's diffusion, row by row and to and fro, in whole sixteenths of a level.
///
/// A pixel without opacity takes no error and hands none on; an opaque one stays opaque. What is
/// beyond the least and the most that the palette has of a sample is dropped: no neighbours can make
/// up for it, and it would grow from row to row and spill over areas that are within.
struct ErrorDiffusion: ~Copyable {
  private let palette: Palette
  private let memory: ByteBuffer
  private let width: Int
  private var rowIndex = 0

  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(_ palette: Palette, width: Int) throws {
    self.palette = palette
    self.width = width
    memory = try ByteBuffer(count: try Self.byteCount(width: width))
    memory.bytes.bindMemory(to: SIMD4<Int32>.self).initialize(repeating: .zero)
  }

  /// Two rows of errors, with a pixel more at both ends.
  static func byteCount(width: Int) throws(SizeOverflow) -> Int {
    try width.plus(2).times(2 * MemoryLayout<SIMD4<Int32>>.stride)
  }

  /// Replaces the next row's colours by entries of the palette.
  mutating func apply(to row: UnsafeMutableBufferPointer<PackedColour>) {
    let all = memory.bytes.assumingMemoryBound(to: SIMD4<Int32>.self)
    let isOdd = rowIndex % 2 == 1
    let here = UnsafeMutableBufferPointer(rebasing: all[(isOdd ? width + 2 : 0)...])
    let below = UnsafeMutableBufferPointer(rebasing: all[(isOdd ? 0 : width + 2)...])
    for place in 0..<width + 2 { below[place] = .zero }
    let step = isOdd ? -1 : 1
    var x = isOdd ? width - 1 : 0
    for _ in 0..<width {
      replace(&row[x], at: x + 1, step: step, here, below)
      x += step
    }
    rowIndex += 1
  }

  // `place` is the pixel's in the rows of errors.
  private func replace(
    _ colour: inout PackedColour, at place: Int, step: Int,
    _ here: UnsafeMutableBufferPointer<SIMD4<Int32>>,
    _ below: UnsafeMutableBufferPointer<SIMD4<Int32>>
  ) {
    guard let candidates = palette.candidates(for: colour) else { return }
    var wanted = colour.premultiplied &* 16 &+ here[place]
    if colour.isOpaque { wanted.w = 255 * 16 }
    wanted.clamp(lowerBound: candidates.least &* 16, upperBound: candidates.most &* 16)
    let index = candidates.index(for: (wanted &+ 8) &>> 4)
    colour = candidates.colours[index]
    let error = wanted &- candidates.point(index) &* 16
    let ahead = (error &* 7) &>> 4
    let belowBehind = (error &* 3) &>> 4
    let belowHere = (error &* 5) &>> 4
    here[place + step] &+= ahead
    below[place - step] &+= belowBehind
    below[place] &+= belowHere
    // What is left, so that nothing is lost to rounding.
    below[place + step] &+= error &- ahead &- belowBehind &- belowHere
  }
}
