import ImageCodecs
import Raster
import TestSupport
import Testing

@Suite("Reading animated PNG")
struct AnimationReadingTests {
  @Test("frames are drawn and disposed of as the specification says, whatever the pixels are")
  func frames() throws {
    for (index, kind) in (TestPNG.kinds(7, 5) + TestPNG.kinds(5, 6, isInterlaced: true))
      .enumerated()
    {
      let animation = TestAnimation.random(of: kind, frameCount: 5, seed: UInt64(index))
      let decoded = try decodeAnimation(animation.bytes)
      #expect(decoded.seen == animation.seen, "\(kind.label), seed \(index)")
      #expect(decoded.animation.frameCount == 5)
      #expect(decoded.animation.playCount == animation.playCount)
      #expect(decoded.animation.hasStillApart == animation.isStillApart)
      let delays = animation.frames.map {
        FrameDelay(numerator: UInt16($0.delay.0), denominator: UInt16($0.delay.1))
      }
      #expect(decoded.delays.compactMap { $0 } == delays)
      if animation.isStillApart {
        #expect(decoded.delays.first == .some(nil))
        #expect(decoded.pictures[0].rgba16BigEndian == animation.still.rgba16BigEndian)
      }
    }
  }

  @Test("each way to dispose of a frame and to draw it follows each other way")
  func operations() throws {
    let kind = TestPNG(width: 4, height: 3, colourType: 6, seed: 5)
    for first in 0..<6 {
      for second in 0..<6 {
        var frames = (0..<4).map { _ in TestAnimation.Frame(png: kind) }
        for (index, operation) in [first, second, first, second].enumerated() {
          frames[index].png.seed = UInt64(7 * index + operation)
          frames[index].disposal = operation % 3
          frames[index].blending = operation / 3
          if index > 0 {
            (frames[index].png.width, frames[index].png.height) = (2, 2)
            (frames[index].x, frames[index].y) = (index % 3, index % 2)
          }
        }
        let animation = TestAnimation(still: frames[0].png, frames: frames)
        #expect(try decodeAnimation(animation.bytes).seen == animation.seen)
      }
    }
  }

  @Test("opaque frames have alpha only where one of them leaves the canvas empty")
  func alpha() throws {
    let kind = TestPNG(width: 4, height: 3)
    let part = TestPNG(width: 2, height: 2)
    func hasAlpha(
      apart: Bool = false, _ frames: [(png: TestPNG, disposal: Int)]
    ) throws -> Bool {
      let animation = TestAnimation(
        still: kind, isStillApart: apart,
        frames: frames.map { TestAnimation.Frame(png: $0.png, disposal: $0.disposal) })
      let decoded = try decodeAnimation(animation.bytes)
      #expect(decoded.seen == animation.seen)
      return decoded.animation.pixelFormat.hasAlpha
    }
    #expect(try !hasAlpha([(kind, 0), (part, 0), (part, 2), (part, 1)]))
    #expect(try !hasAlpha([(kind, 1), (kind, 0), (part, 0)]))
    #expect(try hasAlpha([(kind, 1), (part, 0)]))
    #expect(try hasAlpha([(kind, 2), (part, 0)]))
    #expect(try hasAlpha([(kind, 0), (part, 1), (part, 0)]))
    #expect(try !hasAlpha([(kind, 0), (part, 2), (part, 0)]))
    #expect(try hasAlpha(apart: true, [(part, 0), (kind, 0)]))
    #expect(try !hasAlpha(apart: true, [(kind, 0), (part, 0)]))
    #expect(try hasAlpha([(kind, 1), (kind, 2), (part, 0)]))
  }

  @Test("a source may give its bytes one by one")
  func smallReads() throws {
    let animation = TestAnimation.random(
      of: TestPNG(width: 5, height: 4, colourType: 6), frameCount: 4, seed: 2)
    let whole = try decodeAnimation(animation.bytes)
    for size in [1, 2, 7, 64] {
      #expect(try decodeAnimation(animation.bytes, readSize: size) == whole)
    }
  }

  @Test("every truncation is an error")
  func truncations() throws {
    let bytes = TestAnimation.random(
      of: TestPNG(width: 3, height: 3), frameCount: 3, seed: 4
    ).bytes
    for count in bytes.indices {
      do {
        _ = try decodeAnimation(Array(bytes.prefix(count)))
        Issue.record("\(count) bytes are no animation")
      } catch is CodecError {
      } catch is NoAnimation {
        #expect(count < 8 + 25 + 20)
      }
    }
  }

  @Test("every flipped bit in what makes the frames is an error, or changes none")
  func flippedBits() throws {
    let animation = TestAnimation.random(
      of: TestPNG(width: 3, height: 2, colourType: 4), frameCount: 3, seed: 8)
    let bytes = animation.bytes
    let intact = try decodeAnimation(bytes)
    for place in 8..<bytes.count {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8(bit)
        do {
          let decoded = try decodeAnimation(
            damaged, limits: DecodeLimits(maximumPixelCount: 100_000))
          #expect(decoded == intact, "byte \(place), bit \(bit)")
        } catch is CodecError {
        } catch is NoAnimation {
          // Another type than acTL.
        }
      }
    }
  }

  @Test("mutations whose checksums are right are errors or animations, and nothing worse")
  func mutations() throws {
    var random = SplitMix64(seed: 11)
    let kinds = TestPNG.kinds(5, 4) + TestPNG.kinds(5, 4, isInterlaced: true)
    var decodedCount = 0
    for round in 0..<(Environment.number("IMGBATCH_MUTATIONS") ?? 600) {
      let kind = kinds[Int.random(in: 0..<kinds.count, using: &random)]
      var chunks = TestAnimation.random(of: kind, frameCount: 4, seed: UInt64(round)).chunks
      for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&chunks, &random) }
      let bytes = TestPNG.signature + chunks.flatMap { $0.framed }
      do {
        let decoded = try decodeAnimation(
          bytes, limits: DecodeLimits(maximumPixelCount: 10_000, maximumSide: 1000))
        #expect(decoded.delays.compactMap { $0 }.count == decoded.animation.frameCount)
        decodedCount += 1
      } catch is CodecError {
      } catch is NoAnimation {
      }
    }
    #expect(decodedCount > 0)
  }

  private func mutate(_ chunks: inout [TestPNG.Chunk], _ random: inout SplitMix64) {
    let index = Int.random(in: 0..<chunks.count, using: &random)
    switch Int.random(in: 0..<8, using: &random) {
    case 0:
      chunks.remove(at: index)
      if chunks.isEmpty { chunks.append(.init("IEND")) }
    case 1:
      chunks.insert(chunks[index], at: Int.random(in: 0...chunks.count, using: &random))
    case 2:
      chunks.swapAt(index, Int.random(in: 0..<chunks.count, using: &random))
    case 3:
      chunks[index].bytes = Array(
        chunks[index].bytes.prefix(Int.random(in: 0...chunks[index].bytes.count, using: &random)))
    default:
      guard !chunks[index].bytes.isEmpty else { return }
      let place = Int.random(in: 0..<min(40, chunks[index].bytes.count), using: &random)
      chunks[index].bytes[place] =
        [0, 1, 2, 0x7F, 0x80, 0xFF, UInt8(truncatingIfNeeded: random.next())][
          Int.random(in: 0..<7, using: &random)]
    }
  }

  @Test("all frames together are held against a limit")
  func limit() throws {
    let animation = TestAnimation(
      still: TestPNG(width: 10, height: 10),
      frames: Array(repeating: .init(png: TestPNG(width: 10, height: 10)), count: 17))
    let bytes = animation.bytes
    #expect(
      throws: CodecError(
        .limitExceeded, "17 frames of 10x10 = 0 Mpx > limit 0 Mpx")
    ) { try decodeAnimation(bytes, limits: DecodeLimits(maximumPixelCount: 106)) }
    #expect(
      try decodeAnimation(bytes, limits: DecodeLimits(maximumPixelCount: 107)).pictures.count == 17)
    #expect(DecodeLimits(maximumPixelCount: .max).maximumAnimationPixelCount == .max)
    // The still can be read whatever the frames are.
    #expect(try decode(bytes, limits: DecodeLimits(maximumPixelCount: 100)).layout.width == 10)
  }

  @Test("chunks of animations without a count, or with one behind the picture, mean nothing")
  func strays() throws {
    var png = TestPNG(width: 2, height: 2)
    png.late = [.init("fcTL", [1]), .init("fdAT"), .init("acTL", bigEndian(2) + bigEndian(0))]
    #expect(try probe(png.bytes).animation == nil)
    #expect(throws: NoAnimation.self) { try decodeAnimation(png.bytes) }
  }

  @Test("what is odd about a frame's data is told with the frame's number")
  func warnings() throws {
    var animation = TestAnimation(
      still: TestPNG(width: 3, height: 3),
      frames: Array(repeating: .init(png: TestPNG(width: 3, height: 3)), count: 2))
    animation.frames[1].png.height = 2
    let chunks = animation.chunks.map { chunk in
      // The frame has two rows, and data for three.
      chunk.type == "fdAT"
        ? TestPNG.Chunk("fdAT", bigEndian(2) + animation.still.chunks[1].bytes) : chunk
    }
    let decoded = try decodeAnimation(TestPNG.signature + chunks.flatMap { $0.framed })
    #expect(decoded.warnings.count == 1)
    #expect(decoded.warnings.allSatisfy { $0.hasPrefix("frame 2: ") })
  }
}
