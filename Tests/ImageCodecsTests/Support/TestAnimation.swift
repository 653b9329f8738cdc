import ImageCodecs
import Raster
import TestSupport

/// An animated PNG made for tests, and what must be seen of it: a compositor that shares nothing with
/// the code under test, pixel by pixel with fractions as they are.
struct TestAnimation {
  struct Frame {
    var png: TestPNG
    var x = 0
    var y = 0
    /// 0 none, 1 background, 2 previous.
    var disposal = 0
    /// 0 source, 1 over.
    var blending = 0
    var delay = (1, 10)
  }

  var still: TestPNG
  var isStillApart = false
  /// The still is the first where it is not apart.
  var frames: [Frame]
  var playCount = 0
  var dataChunkCount = 1

  var chunks: [TestPNG.Chunk] {
    var number = 0
    func numbered(_ type: String, _ bytes: [UInt8]) -> TestPNG.Chunk {
      defer { number += 1 }
      return .init(type, bigEndian(number) + bytes)
    }
    func control(_ frame: Frame) -> TestPNG.Chunk {
      let sides = [frame.png.width, frame.png.height, frame.x, frame.y].flatMap(bigEndian)
      let delay = [frame.delay.0, frame.delay.1].flatMap { bigEndian($0).suffix(2) }
      return numbered(
        "fcTL", sides + delay + [UInt8(frame.disposal), UInt8(frame.blending)])
    }
    var result: [TestPNG.Chunk] = []
    for chunk in still.chunks {
      if chunk.type == "IDAT", !result.contains(where: { $0.type == "acTL" }) {
        result.append(.init("acTL", bigEndian(frames.count) + bigEndian(playCount)))
        if !isStillApart { result.append(control(frames[0])) }
      }
      if chunk.type == "IEND" {
        for frame in frames.dropFirst(isStillApart ? 0 : 1) {
          result.append(control(frame))
          var png = frame.png
          png.dataChunkCount = dataChunkCount
          for chunk in png.chunks where chunk.type == "IDAT" {
            result.append(numbered("fdAT", chunk.bytes))
          }
        }
      }
      result.append(chunk)
    }
    return result
  }

  var bytes: [UInt8] { TestPNG.signature + chunks.flatMap(\.framed) }

  /// A random animation of such a kind of picture.
  static func random(of kind: TestPNG, frameCount: Int, seed: UInt64) -> TestAnimation {
    var random = SplitMix64(seed: seed)
    var frames: [Frame] = []
    let isApart = Bool.random(using: &random)
    for index in 0..<frameCount {
      var frame = Frame(png: kind)
      frame.png.seed = random.next()
      if index > 0 || isApart {
        frame.png.width = Int.random(in: 1...kind.width, using: &random)
        frame.png.height = Int.random(in: 1...kind.height, using: &random)
        frame.x = Int.random(in: 0...kind.width - frame.png.width, using: &random)
        frame.y = Int.random(in: 0...kind.height - frame.png.height, using: &random)
      }
      frame.disposal = Int.random(in: 0...2, using: &random)
      frame.blending = Int.random(in: 0...1, using: &random)
      frame.delay = (index, Int.random(in: 0...2, using: &random))
      frames.append(frame)
    }
    var animation = TestAnimation(
      still: isApart ? kind : frames[0].png, isStillApart: isApart, frames: frames)
    animation.playCount = Int.random(in: 0...3, using: &random)
    animation.dataChunkCount = Int.random(in: 1...3, using: &random)
    return animation
  }
}

/// The frames of an animation as they are seen: red, green, blue and alpha of each pixel, from 0 to
/// 65535.
struct SeenFrames {
  private var canvas: [[Int]]
  private let width: Int
  /// 255 or 65535: to what the results are rounded.
  private let most: Int
  private var count = 0

  init(width: Int, height: Int, bitDepth: Int) {
    self.width = width
    canvas = Array(repeating: [0, 0, 0, 0], count: width * height)
    most = bitDepth == 16 ? 65535 : 255
  }

  /// What is seen of the next frame, whose pixels are `rgba`, two bytes a sample.
  mutating func next(_ rgba: [UInt8], of frame: TestAnimation.Frame) -> [[Int]] {
    let before = canvas
    let pixels = rgba.chunked(by: 8).map { bytes in
      bytes.chunked(by: 2).map { Int($0[0]) << 8 | Int($0[1]) }
    }
    let places = (0..<frame.png.height).flatMap { y in
      (0..<frame.png.width).map { (frame.y + y) * width + frame.x + $0 }
    }
    for (place, pixel) in zip(places, pixels) {
      canvas[place] = frame.blending == 0 ? pixel : over(pixel, canvas[place])
    }
    let seen = canvas
    if frame.disposal == 1 || (frame.disposal == 2 && count == 0) {
      for place in places { canvas[place] = [0, 0, 0, 0] }
    } else if frame.disposal == 2 {
      canvas = before
    }
    count += 1
    return seen
  }

  private func over(_ top: [Int], _ bottom: [Int]) -> [Int] {
    let unit = 65535 / most
    let (upper, lower) = (top.map { $0 / unit }, bottom.map { $0 / unit })
    // Alpha times the largest sample, squared, so that all numbers are whole.
    let weights = [upper[3] * most, lower[3] * (most - upper[3])]
    let sum = weights[0] + weights[1]
    guard sum > 0 else { return bottom }
    let colours = (0..<3).map { channel in
      rounded(upper[channel] * weights[0] + lower[channel] * weights[1], sum)
    }
    return (colours + [rounded(sum, most)]).map { $0 * unit }
  }

  /// The nearest whole number; halves go up.
  private func rounded(_ numerator: Int, _ denominator: Int) -> Int {
    (0...1).map { numerator / denominator + $0 }.min {
      let distances = [$0, $1].map { abs($0 * denominator - numerator) }
      return distances[0] == distances[1] ? $0 > $1 : distances[0] < distances[1]
    } ?? 0
  }
}

extension TestAnimation {
  /// What must be seen of each frame.
  var seen: [[[Int]]] {
    var seen = SeenFrames(width: still.width, height: still.height, bitDepth: still.bitDepth)
    return frames.map { seen.next($0.png.rgba16BigEndian, of: $0) }
  }
}

/// The pictures of an animation, read by the code under test.
struct DecodedAnimation: Equatable {
  var pictures: [Decoded] = []
  var delays: [FrameDelay?] = []
  var animation: Animation
  var warnings: [String] = []

  /// Red, green, blue and alpha of each pixel of each frame.
  var seen: [[[Int]]] {
    zip(pictures, delays).filter { $0.1 != nil }.map { picture, _ in
      picture.rgba16BigEndian.chunked(by: 8).map { bytes in
        bytes.chunked(by: 2).map { Int($0[0]) << 8 | Int($0[1]) }
      }
    }
  }
}

/// Not an animation.
struct NoAnimation: Error {}

func decodeAnimation(
  _ bytes: [UInt8], limits: DecodeLimits = DecodeLimits(), readSize: Int? = nil
) throws -> DecodedAnimation {
  let source = try byteSource(bytes, readSize: readSize)
  let header = try codec(for: bytes).probe(source, limits: limits)
  guard let animation = header.animation,
    let codec = try codec(for: bytes) as? any AnimationCodec
  else { throw NoAnimation() }
  let reader = try codec.makeReader(of: animation, in: source, header: header)
  var result = DecodedAnimation(animation: animation)
  while let picture = try reader.next() {
    let layout = picture.rows.layout
    var pixels = [UInt8](repeating: 0xA5, count: layout.byteCount)
    for y in 0..<layout.height {
      try pixels.withUnsafeMutableBytes { pixels in
        let slice = pixels[y * layout.bytesPerRow..<(y + 1) * layout.bytesPerRow]
        var row = UnsafeMutableRawBufferPointer(rebasing: slice).mutableBytes
        try picture.rows.readRow(into: &row)
      }
    }
    result.pictures.append(Decoded(layout: layout, bytes: pixels))
    result.delays.append(picture.delay)
  }
  result.warnings = reader.warnings
  return result
}

func encode(_ pictures: DecodedAnimation, compression: Int = 6) throws -> [UInt8] {
  let output = EncodedBytes()
  guard let codec = CodecRegistry.codec(for: .png) as? any AnimationCodec,
    let layout = pictures.pictures.first?.layout
  else { throw NoAnimation() }
  let writer = try codec.makeWriter(
    of: pictures.animation, layout: layout, in: .png, metadata: Metadata(),
    options: EncodeOptions(compression: compression), output: output)
  for (picture, delay) in zip(pictures.pictures, pictures.delays) {
    writer.begin(delay)
    try picture.bytes.withUnsafeBytes { bytes in
      for y in 0..<layout.height {
        let row = bytes[y * layout.bytesPerRow..<(y + 1) * layout.bytesPerRow]
        try writer.writeRow(UnsafeRawBufferPointer(rebasing: row).bytes)
      }
    }
    try writer.end {}
  }
  try writer.finish()
  return Array(output.bytes)
}
