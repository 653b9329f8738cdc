import Raster

/// Animations of which a frame cannot be trusted: each a good one with one change.
enum DamagedAnimations {
  static var all: [AnimationSample] { controls + order + data }

  private static let still = PNGImage(TestPattern.picture(.rgba, 8, 8))
  private static let animation = PNGAnimation(
    PNGAnimation.Frame(still),
    [PNGAnimation.Frame(PNGImage(TestPattern.picture(.rgba, 4, 3)), 2, 5)])
  private static var chunks: PNGChunks { animation.chunks }

  /// The chunks with one of them changed: 1 is acTL, 2 and 4 are fcTL, 3 is IDAT, 5 is fdAT.
  private static func changing(_ index: Int, _ change: (inout PNGChunk) -> Void) -> PNGChunks {
    var chunks = chunks
    change(&chunks.list[index])
    return chunks
  }

  private static func offset(_ index: Int) -> Int {
    PNGChunks(list: Array(chunks.list[..<index])).bytes.count
  }

  private static func sample(
    _ name: String, _ chunks: PNGChunks, code: String = "corrupt", _ message: String
  ) -> AnimationSample {
    AnimationSample(
      broken: "animation-\(name)", chunks, still: still, code: code, message)
  }

  private static var controls: [AnimationSample] {
    func change(
      _ name: String, _ index: Int, at place: Int, _ bytes: [UInt8], code: String = "corrupt",
      _ message: String
    ) -> AnimationSample {
      let changed = changing(index) {
        $0.contents.replaceSubrange(place..<place + bytes.count, with: bytes)
      }
      return sample(name, changed, code: code, message)
    }
    let (acTL, first, second) = (1, 2, 4)
    let (count, plays) = ("acTL at byte \(offset(acTL))", 4)
    let (opening, part) = ("fcTL at byte \(offset(first))", "fcTL at byte \(offset(second))")
    return [
      change(
        "of-0-frames", acTL, at: 0, [0, 0, 0, 0],
        "\(count): no animation has 0 frames, played 0 times"),
      change(
        "of-too-few-frames", acTL, at: 3, [3], "\(count): 3 frames are claimed, and there are 2"),
      change(
        "of-too-many-frames", acTL, at: 3, [1], "\(count): 1 frames are claimed, and there are 2"),
      change(
        "claims-2-gi-frames", acTL, at: 0, [0x7F, 0xFF, 0xFF, 0xFF],
        "\(count): 2147483647 frames are claimed, and there are 2"),
      change(
        "plays-negative", acTL, at: plays, [0x80],
        "\(count): no animation has 2 frames, played 2147483648 times"),
      change("without-width", second, at: 4, [0, 0, 0, 0], "\(part): the frame has 0x3 pixels"),
      change(
        "beyond-the-right", second, at: 15, [5],
        "\(part): the frame, 4x3 at (5,5), is not within 8x8"),
      change(
        "beyond-the-bottom", second, at: 19, [6],
        "\(part): the frame, 4x3 at (2,6), is not within 8x8"),
      change(
        "beyond-all", second, at: 12, [0xFF, 0xFF, 0xFF, 0xFF],
        "\(part): the frame, 4x3 at (4294967295,5), is not within 8x8"),
      change(
        "of-a-part-in-idat", first, at: 7, [7],
        "\(opening): the frame, 7x8 at (0,0), is the picture in IDAT, of 8x8"),
      change("disposal-3", second, at: 24, [3], "\(part): dispose operation 3 does not exist"),
      change("blending-2", second, at: 25, [2], "\(part): blend operation 2 does not exist"),
    ]
  }

  private static var order: [AnimationSample] {
    let list = chunks.list
    func moved(_ name: String, _ order: [Int], _ message: String) -> AnimationSample {
      sample(name, PNGChunks(list: order.map { list[$0] }), message)
    }
    let width = list[4].bytes.count
    return [
      moved(
        "without-data", [0, 1, 2, 3, 4, 6], "fcTL at byte \(offset(4)): IEND follows, and no fdAT"),
      moved(
        "data-without-control", [0, 1, 2, 3, 5, 6],
        "fdAT at byte \(offset(4)): no fcTL stands before it"),
      moved(
        "data-before-the-picture", [0, 1, 2, 5, 3, 4, 6],
        "fdAT at byte \(offset(3)): no fcTL stands before it"),
      moved(
        "two-counts", [0, 1, 1, 2, 3, 4, 5, 6], "acTL at byte \(offset(2)): there twice"),
      moved(
        "two-controls-before-the-picture", [0, 1, 2, 2, 3, 4, 5, 6],
        "fcTL at byte \(offset(3)): sequence number 0 where 1 is due"),
      moved(
        "data-twice", [0, 1, 2, 3, 4, 5, 5, 6],
        "fdAT at byte \(offset(6)): sequence number 2 where 3 is due"),
      moved(
        "control-twice", [0, 1, 2, 3, 4, 4, 5, 6],
        "fcTL at byte \(offset(4) + width): sequence number 1 where 2 is due"),
    ]
  }

  private static var data: [AnimationSample] {
    let rows = animation.frames[1].image.filteredRows
    let place = "fdAT: frame 2, from byte \(offset(4)) on"
    func stream(
      _ name: String, _ message: String, _ change: (inout [UInt8]) -> Void
    ) -> AnimationSample {
      let changed = changing(5) {
        var bytes = Array($0.contents.dropFirst(4))
        change(&bytes)
        $0.contents.replaceSubrange(4..., with: bytes)
      }
      return sample(name, changed, "\(place): \(message)")
    }
    let names = [1: "acTL", 4: "fcTL", 5: "fdAT"]
    let checksums = names.sorted { $0.key < $1.key }.map { index, type in
      sample(
        "checksum-of-\(type.lowercased())", changing(index) { $0.hasWrongChecksum = true },
        "\(type) at byte \(offset(index)): CRC mismatch")
    }
    let lengths = [
      (1, "acTL", 7, "not 8"), (4, "fcTL", 25, "not 26"), (5, "fdAT", 3, "and its number has 4"),
    ]
    let short = lengths.map { index, type, count, reason in
      sample(
        "\(type.lowercased())-of-\(count)-bytes",
        changing(index) { $0.contents = Array($0.contents.prefix(count)) },
        "\(type) at byte \(offset(index)): \(count) bytes long, \(reason)")
    }
    return checksums + short + [
      stream("adler", "incorrect data check") { $0[$0.count - 1] ^= 1 },
      stream("zlib-header", "incorrect header check") { $0[1] ^= 1 },
      stream("block-type-3", "invalid block type") { $0[2] = 0b111 },
      stream("row-filter-5", "bad adaptive filter value") {
        $0 = Zlib.stream([5] + rows.dropFirst(), .stored)
      },
      stream("one-row-missing", "not enough image data") {
        $0 = Zlib.stream(rows.dropLast(rows.count / 3), .stored)
      },
      stream("empty", "not enough image data") { $0 = [] },
    ]
  }
}
