import Raster
import Testing

@Suite("Orient")
struct OrientTests {
  // Where a pixel of the upright picture is stored, from the tag's words: which side of the scene
  // row 0 and column 0 are.
  private func place(_ orientation: Orientation, _ x: Int, _ y: Int, in stored: PixelSize) -> (
    Int, Int
  ) {
    let (right, bottom) = (stored.width - 1, stored.height - 1)
    return switch orientation {
    case .upright: (x, y)
    case .mirrored: (right - x, y)
    case .rotated180: (right - x, bottom - y)
    case .flipped: (x, bottom - y)
    case .transposed: (y, x)
    case .rotated90Clockwise: (y, bottom - x)
    case .transversed: (right - y, bottom - x)
    case .rotated90Counterclockwise: (right - y, x)
    }
  }

  @Test("every pixel goes where the tag says", arguments: Orientation.allCases, everyFormat)
  func mapping(orientation: Orientation, format: PixelFormat) async throws {
    for height in 1...5 {
      for width in 1...5 {
        let picture = Picture.noise(width, height, format, seed: UInt64(height * 8 + width))
        let expected = picture.rearranged(to: orientation.applied(to: picture.size)) {
          place(orientation, $0, $1, in: picture.size)
        }
        #expect(try await picture.applying(Orient(orientation)) == expected)
      }
    }
  }

  @Test("pictures of several bands", arguments: Orientation.allCases)
  func bands(orientation: Orientation) async throws {
    for (width, height) in [(16, 3), (17, 3), (33, 18), (3, 40)] {
      let picture = Picture.noise(width, height, PixelFormat(.rgb, .eight))
      let expected = picture.rearranged(to: orientation.applied(to: picture.size)) {
        place(orientation, $0, $1, in: picture.size)
      }
      #expect(try await picture.applying(Orient(orientation)) == expected)
    }
  }

  @Test("only what has to hold the picture does")
  func memory() async throws {
    let picture = Picture.noise(6, 50, PixelFormat(.rgb, .eight))
    for orientation in Orientation.allCases {
      let source = try picture.rows()
      let orient = Orient(orientation)
      let rows = try await orient.rows(from: source)
      #expect(source.pulledCount == 0)
      let buffer = try ByteBuffer(count: rows.layout.bytesPerRow)
      var row = buffer.bytes.mutableBytes
      try rows.readRow(into: &row)
      let streams = orientation == .upright || orientation == .mirrored
      #expect(source.pulledCount == (streams ? 1 : 50))
      #expect(
        try (orient.workingByteCount(for: source.layout) >= source.layout.byteCount) == !streams)
    }
  }
}
