import Raster
import Testing

@Suite("Overlay")
struct OverlayTests {
  private func overlay(_ picture: Picture) throws -> OverlayPicture {
    try OverlayPicture(collecting: picture.rows())
  }

  // Half up.
  private func quotient(_ dividend: UInt128, _ divisor: UInt128) -> Int {
    Int((dividend * 2 + divisor) / (divisor * 2))
  }

  // Fractions over one denominator, with 128 bits to spare.
  private func laid(
    _ above: Picture, at origin: PixelPoint, opacity: Int, over below: Picture
  ) -> Picture {
    var result = below
    let full = UInt128(below.format.maximumSample)
    let colours = below.format.hasColour ? 3 : 1
    for y in 0..<above.height {
      for x in 0..<above.width {
        let (left, top) = (x + origin.x, y + origin.y)
        guard (0..<below.width).contains(left), (0..<below.height).contains(top) else { continue }
        var pixel = above.pixel(x, y).map {
          above.format.depth == below.format.depth
            ? $0 : above.format.depth == .eight ? $0 * 257 : quotient(UInt128($0), 257)
        }
        let alpha = above.format.hasAlpha ? pixel.removeLast() : Int(full)
        if pixel.count < colours { pixel = [pixel[0], pixel[0], pixel[0]] }
        let weight = UInt128(alpha * opacity)
        if weight == 0 { continue }
        let one = full * 65535
        let alphaBelow = below.format.hasAlpha ? UInt128(below[left, top, colours]) : full
        let (ours, theirs) = (weight * full, alphaBelow * (one - weight))
        for channel in 0..<colours {
          let sum = UInt128(pixel[channel]) * ours + UInt128(below[left, top, channel]) * theirs
          result[left, top, channel] = quotient(sum, ours + theirs)
        }
        guard below.format.hasAlpha else { continue }
        let sum = quotient(ours + theirs, one)
        result[left, top, colours] = sum
        if sum == 0 { for channel in 0..<colours { result[left, top, channel] = 0 } }
      }
    }
    return result
  }

  private func fitted(_ picture: Picture, under above: PixelFormat) async throws -> Picture {
    let channels = PixelFormat.Channels(
      hasColour: picture.format.hasColour || above.hasColour, hasAlpha: picture.format.hasAlpha)
    return try await picture.applying(
      ConvertFormat(to: PixelFormat(channels, picture.format.depth)))
  }

  @Test("every format over every format is exact", arguments: everyFormat, everyFormat)
  func exactness(above: PixelFormat, below: PixelFormat) async throws {
    var picture = Picture.noise(9, 7, below)
    var mark = Picture.noise(4, 5, above, seed: 2)
    // Nothing, everything, and hardly anything.
    for (x, alpha) in [0, above.maximumSample, 1].enumerated() where above.hasAlpha {
      for y in 0..<5 { mark[x, y, above.channelCount - 1] = alpha }
    }
    for (y, alpha) in [0, below.maximumSample, 1].enumerated() where below.hasAlpha {
      for x in 0..<9 { picture[x, y + 1, below.channelCount - 1] = alpha }
    }
    for (opacity, share) in [(1.0, 65535), (0.5, 32768), (0.001, 66)] {
      let step = Overlay(
        try overlay(mark), at: .topLeft, offset: PixelPoint(x: 3, y: 1), opacity: opacity)
      let result = try await picture.applying(step)
      let base = try await fitted(picture, under: above)
      let expected = laid(mark, at: PixelPoint(x: 3, y: 1), opacity: share, over: base)
      #expect(result == expected, "\(opacity)")
    }
  }

  @Test("the extremes of 16 bits do not overflow")
  func extremes() async throws {
    let format = PixelFormat(.grayAlpha, .sixteen)
    for samples in [[65535, 65535], [65535, 65534], [65535, 1], [0, 65535]] {
      for others in [[65535, 65535], [0, 65535], [65535, 1]] {
        let picture = Picture.constant(2, 2, format, samples)
        let mark = Picture.constant(2, 2, format, others)
        for (opacity, share) in [(1.0, 65535), (1 / 65535, 1), (65534 / 65535, 65534)] {
          let result = try await picture.applying(Overlay(try overlay(mark), opacity: opacity))
          #expect(result == laid(mark, at: .zero, opacity: share, over: picture))
        }
      }
    }
  }

  @Test("it stands where it is put, and what stands out is cut off", arguments: Position.allCases)
  func places(position: Position) async throws {
    let format = PixelFormat(.rgb, .eight)
    let picture = Picture.noise(9, 8, format)
    for (width, height) in [(1, 1), (4, 3), (9, 8), (12, 3), (3, 11), (14, 13)] {
      let mark = Picture.noise(width, height, format, seed: 3)
      for offset in [PixelPoint.zero, PixelPoint(x: 2, y: 1), PixelPoint(x: -3, y: -2)] {
        let isRight = [Position.right, .topRight, .bottomRight].contains(position)
        let isLeft = [Position.left, .topLeft, .bottomLeft].contains(position)
        let isTop = [Position.top, .topLeft, .topRight].contains(position)
        let isBottom = [Position.bottom, .bottomLeft, .bottomRight].contains(position)
        let restX = Double(9 - width)
        let restY = Double(8 - height)
        let x = isLeft ? 0 : isRight ? restX : (restX / 2).rounded(.down)
        let y = isTop ? 0 : isBottom ? restY : (restY / 2).rounded(.down)
        let origin = PixelPoint(
          x: Int(x) + (isRight ? -offset.x : offset.x),
          y: Int(y) + (isBottom ? -offset.y : offset.y))
        let step = Overlay(try overlay(mark), at: position, offset: offset)
        let result = try await picture.applying(step)
        #expect(result == laid(mark, at: origin, opacity: 65535, over: picture))
      }
    }
  }

  @Test("what can't be seen is no step, not even to colour")
  func neutral() async throws {
    let mark = try overlay(.noise(3, 3, PixelFormat(.rgba, .eight)))
    try await expectNeutral(Overlay(mark, opacity: 0))
    try await expectNeutral(Overlay(mark, at: .topLeft, offset: PixelPoint(x: 5, y: 0)))
    try await expectNeutral(Overlay(mark, at: .bottom, offset: PixelPoint(x: 0, y: -3)))
    try await expectNeutral(
      Overlay(mark, offset: PixelPoint(x: Overlay.maximumOffset, y: -Overlay.maximumOffset)))
  }

  @Test("a hidden colour is kept where nothing is laid on it, and has no say elsewhere")
  func hiddenColours() async throws {
    let format = PixelFormat(.rgba, .eight)
    let picture = Picture.constant(3, 1, format, [10, 200, 30, 0])
    let mark = Picture(3, 1, format) { x, _, channel in [90, 80, 70, x * 100][channel] }
    let result = try await picture.applying(Overlay(try overlay(mark)))
    #expect(result.pixel(0, 0) == [10, 200, 30, 0])
    #expect(result.pixel(1, 0) == [90, 80, 70, 100])
    #expect(result.pixel(2, 0) == [90, 80, 70, 200])
  }

  @Test("rows stream, and many jobs share one picture")
  func shared() async throws {
    let mark = try overlay(.noise(5, 5, PixelFormat(.rgba, .sixteen)))
    let picture = Picture.noise(8, 30, PixelFormat(.gray, .eight))
    let step = Overlay(mark, at: .bottomRight, opacity: 0.7)
    let source = try picture.rows()
    let rows = try await step.rows(from: source)
    let buffer = try ByteBuffer(count: rows.layout.bytesPerRow)
    for y in 0..<30 {
      var row = buffer.bytes.mutableBytes
      try rows.readRow(into: &row)
      #expect(source.pulledCount == y + 1)
    }
    let expected = try await picture.applying(step)
    try await withThrowingTaskGroup(of: Picture.self) { group in
      for _ in 0..<8 { group.addTask { try await picture.applying(step) } }
      for try await result in group { #expect(result == expected) }
    }
  }
}
