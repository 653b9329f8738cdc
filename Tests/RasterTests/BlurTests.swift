import Raster
import Testing

@Suite("Blur")
struct BlurTests {
  static let sigmas = [0.2, 0.4, 1, 2.3, 7, 40]

  @Test("every format is within one level of the curve itself", arguments: everyFormat)
  func accuracy(format: PixelFormat) async throws {
    for picture in [Picture.natural(31, 26, format), .noise(23, 29, format)] {
      for sigma in Self.sigmas {
        var comparison = Comparison()
        let result = try await picture.applying(Blur(sigma: sigma))
        let reference = ReferenceBlur(sigma: sigma).blur(picture)
        comparison.add(result, reference)
        #expect(comparison.maximum <= 1, "\(sigma)")
        #expect(abs(comparison.bias) <= 0.02, "\(sigma)")
        if format.hasAlpha { continue }
        // Half a level is the rounding's.
        let distances = zip(result.samples, reference).map { abs(Double($0) - $1) }
        #expect(try #require(distances.max()) <= 0.6, "\(sigma)")
      }
    }
  }

  @Test("pictures of one row, one column, one pixel", arguments: everyFormat)
  func thinPictures(format: PixelFormat) async throws {
    for (width, height) in [(1, 1), (1, 2), (2, 1), (1, 30), (30, 1), (3, 3), (2, 17)] {
      let picture = Picture.natural(width, height, format)
      for sigma in Self.sigmas + [Blur.maximumSigma] {
        var comparison = Comparison()
        let result = try await picture.applying(Blur(sigma: sigma))
        comparison.add(result, ReferenceBlur(sigma: sigma).blur(picture))
        #expect(comparison.maximum <= 1, "\(width)x\(height) \(sigma)")
      }
    }
  }

  @Test("what is one colour stays it, to the last bit", arguments: everyFormat)
  func constant(format: PixelFormat) async throws {
    for sigma in Self.sigmas {
      try await expectConstant(
        Blur(sigma: sigma), format, sizes: [(1, 1), (1, 9), (9, 1), (5, 4), (40, 37)])
    }
  }

  @Test("it favours no side", arguments: everyFormat)
  func symmetry(format: PixelFormat) async throws {
    for sigma in Self.sigmas {
      try await expectSymmetric(Blur(sigma: sigma), .noise(23, 17, format))
    }
  }

  @Test("hidden colour never bleeds, and comes out as nothing")
  func hiddenColour() async throws {
    for depth in PixelFormat.SampleDepth.allCases {
      let format = PixelFormat(.rgba, depth)
      let full = format.maximumSample
      // Opaque red beside a green that nobody is to see.
      let picture = Picture(24, 20, format) { x, y, channel in
        let isHidden = x < 12 || y < 4
        return isHidden ? [0, full, 0, 0][channel] : [full, 0, 0, full][channel]
      }
      for sigma in [0.4, 1.5, 6] {
        let result = try await picture.applying(Blur(sigma: sigma))
        for y in 0..<20 {
          for x in 0..<24 {
            let pixel = result.pixel(x, y)
            #expect(pixel[1] == 0 && pixel[2] == 0)
            #expect(pixel[0] == (pixel[3] == 0 ? 0 : full))
          }
        }
      }
    }
  }

  @Test("a point becomes the curve")
  func point() async throws {
    let picture = Picture(31, 31, PixelFormat(.gray, .sixteen)) { x, y, _ in
      x == 15 && y == 15 ? 65535 : 0
    }
    let result = try await picture.applying(Blur(sigma: 2))
    var variance = 0.0
    var mass = 0.0
    for y in 0..<31 {
      for x in 0..<31 {
        let level = Double(result[x, y, 0])
        mass += level
        variance += level * Double((x - 15) * (x - 15))
      }
    }
    #expect(abs(mass - 65535) <= 60)
    #expect(abs(variance / mass - 4) <= 0.02)
  }

  @Test("no sigma is no step")
  func neutral() async throws {
    try await expectNeutral(Blur(sigma: 0))
    try await expectNeutral(Blur(sigma: 0.1))
  }

  @Test("no row is pulled before an output row needs it")
  func streams() async throws {
    for (depth, reach) in [(PixelFormat.SampleDepth.eight, 4.0), (.sixteen, 5)] {
      let source = try Picture.noise(3, 60, PixelFormat(.rgba, depth)).rows()
      let rows = try await Blur(sigma: 1.7).rows(from: source)
      #expect(source.pulledCount == 0)
      let buffer = try ByteBuffer(count: rows.layout.bytesPerRow)
      for y in 0..<60 {
        var row = buffer.bytes.mutableBytes
        try rows.readRow(into: &row)
        #expect(source.pulledCount == min(60, y + Int((1.7 * reach).rounded(.up)) + 1))
      }
    }
  }

  @Test("the memory that is promised covers what is taken", arguments: everyFormat)
  func memory(format: PixelFormat) async throws {
    for (width, height) in [(1, 1), (40, 30), (5, 60)] {
      for sigma in Self.sigmas {
        let source = try Picture.noise(width, height, format).rows()
        let blur = Blur(sigma: sigma)
        let rows = try #require(try await blur.rows(from: source) as? BlurredRows)
        let promised = try blur.workingByteCount(for: source.layout)
        #expect(promised >= rows.bufferByteCount)
        #expect(promised <= rows.bufferByteCount + 40 * (width + height + 4))
      }
    }
  }

  @Test("sums of 64 bits, for every length up to 67")
  func wideKernel() throws {
    var generator = SeededGenerator(seed: 3)
    let weights: [Int32] = (0..<7).map { _ in Int32.random(in: 0...(1 << 27), using: &generator) }
    for count in 1...67 {
      let ring = try ByteBuffer(count: 9 * 67 * 4)
      for index in 0..<ring.count {
        ring.bytes[index] = UInt8.random(in: 0...255, using: &generator)
      }
      // The last two slots, and the first five.
      let rows = TapRows(
        slots: UnsafeRawBufferPointer(ring.bytes), bytesPerSlot: 67 * 4, slotCount: 9, firstSlot: 7,
        count: 7)
      func sums<Element>(_ type: Element.Type) -> (fast: [UInt64], plain: [UInt64])
      where Element: FixedWidthInteger & UnsignedInteger & SIMDScalar & BitwiseCopyable {
        var fast = [UInt64](repeating: 1, count: count)
        var plain = fast
        fast.withUnsafeMutableBufferPointer {
          BlurKernels.weigh(rows, of: type, by: weights.span, into: $0)
        }
        plain.withUnsafeMutableBufferPointer {
          BlurKernels.weighOneByOne(rows, of: type, by: weights.span, into: $0)
        }
        return (fast, plain)
      }
      let words = sums(UInt16.self)
      #expect(words.fast == words.plain)
      let longs = sums(UInt32.self)
      #expect(longs.fast == longs.plain)
    }
  }
}
