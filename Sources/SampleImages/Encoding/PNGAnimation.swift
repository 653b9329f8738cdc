import Raster

/// An animated PNG (PNG specification, third edition, sections 4.9 and 11.3.5), and what is seen of
/// it.
struct PNGAnimation {
  enum Disposal: UInt8, CaseIterable {
    case none, background, previous
  }

  enum Blending: UInt8, CaseIterable {
    case source, over
  }

  struct Frame {
    /// Of the still's colour type, bit depth, palette and transparent colour.
    var image: PNGImage
    var (x, y) = (0, 0)
    var delay: (numerator: UInt16, denominator: UInt16) = (1, 10)
    var disposal = Disposal.none
    var blending = Blending.source

    init(
      _ image: PNGImage, _ x: Int = 0, _ y: Int = 0, _ disposal: Disposal = .none,
      _ blending: Blending = .source
    ) {
      self.image = image
      (self.x, self.y) = (x, y)
      self.disposal = disposal
      self.blending = blending
    }
  }

  /// The picture in IDAT.
  var still: PNGImage
  /// Whether that is the first frame.
  var stillIsFrame = true
  var frames: [Frame]
  var playCount = 0

  /// The bytes of frame data in one chunk.
  var dataByteCount = Int.max

  /// An animation that starts with its still.
  init(_ first: Frame, _ others: [Frame]) {
    still = first.image
    frames = [first] + others
  }

  /// An animation with a still apart.
  init(still: PNGImage, _ frames: [Frame]) {
    self.still = still
    self.frames = frames
    stillIsFrame = false
  }

  var chunks: PNGChunks {
    var number: UInt32 = 0
    func nextNumber() -> [UInt8] {
      defer { number += 1 }
      return [UInt8](bigEndian: number)
    }
    func control(_ frame: Frame) -> PNGChunk {
      let picture = frame.image.picture
      let fields = [picture.width, picture.height, frame.x, frame.y].flatMap {
        [UInt8](bigEndian: UInt32($0))
      }
      let delay =
        [UInt8](bigEndian: frame.delay.numerator) + [UInt8](bigEndian: frame.delay.denominator)
      return PNGChunk(
        "fcTL",
        nextNumber() + fields + delay + [frame.disposal.rawValue, frame.blending.rawValue])
    }
    let counts = [UInt32(frames.count), UInt32(playCount)].flatMap { [UInt8](bigEndian: $0) }
    var start = [PNGChunk("acTL", counts)]
    if stillIsFrame { start.append(control(frames[0])) }
    var end: [PNGChunk] = []
    for frame in frames.dropFirst(stillIsFrame ? 1 : 0) {
      end.append(control(frame))
      let data = Zlib.stream(frame.image.filteredRows, frame.image.blockKind)
      let step = min(dataByteCount, data.count)
      for place in stride(from: 0, to: data.count, by: step) {
        end.append(PNGChunk("fdAT", nextNumber() + data[place...].prefix(step)))
      }
    }
    return still.chunks.inserting(start, before: "IDAT").inserting(end, before: "IEND")
  }
}

extension PNGAnimation {
  /// What is seen of each frame: red, green, blue and alpha of each pixel, from 0 to 65535.
  var canvases: [[[Int]]] {
    let (width, height) = (still.picture.width, still.picture.height)
    let clear = [0, 0, 0, 0]
    var canvas = [[Int]](repeating: clear, count: width * height)
    // Where pixels are mixed, the result is rounded to the samples that the file could hold.
    let unit = still.picture.bitDepth == 16 ? 1 : 257
    return frames.enumerated().map { index, frame in
      let before = canvas
      let picture = frame.image.picture
      let pixels = ExpectedPixels.pixels(of: frame.image)
      for y in 0..<picture.height {
        for x in 0..<picture.width {
          let place = (frame.y + y) * width + frame.x + x
          let pixel = pixels[y * picture.width + x]
          canvas[place] =
            frame.blending == .source ? pixel : Self.over(pixel, canvas[place], unit: unit)
        }
      }
      let seen = canvas
      switch frame.disposal {
      case .none:
        break
      case .previous where index > 0:
        canvas = before
      case .background, .previous:
        for y in frame.y..<frame.y + picture.height {
          for x in frame.x..<frame.x + picture.width { canvas[y * width + x] = clear }
        }
      }
      return seen
    }
  }

  /// A pixel over another, by exact fractions.
  private static func over(_ top: [Int], _ bottom: [Int], unit: Int) -> [Int] {
    let most = 65535 / unit
    let (upper, lower) = (top.map { $0 / unit }, bottom.map { $0 / unit })
    let shares = (upper[3] * most, lower[3] * (most - upper[3]))
    let sum = shares.0 + shares.1
    guard sum > 0 else { return bottom }
    func rounded(_ numerator: Int, _ denominator: Int) -> Int {
      let (whole, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
      return (whole + (2 * rest >= denominator ? 1 : 0)) * unit
    }
    let colours = (0..<3).map { rounded(upper[$0] * shares.0 + lower[$0] * shares.1, sum) }
    return colours + [rounded(sum, most)]
  }
}
