import Raster
import Testing

extension Picture {
  var flipped: Picture { rearranged(to: size) { ($0, height - 1 - $1) } }

  /// A picture of one pixel over and over.
  static func constant(_ width: Int, _ height: Int, _ format: PixelFormat, _ pixel: [Int])
    -> Picture
  {
    Picture(width, height, format) { _, _, channel in pixel[channel] }
  }
}

/// The pixel's samples for that format, of levels of 255 for red, green, blue and alpha.
func pixel(_ levels: [Int], _ format: PixelFormat) -> [Int] {
  let colour = format.hasColour ? Array(levels.prefix(3)) : [levels[0]]
  let scale = format.maximumSample / 255
  return (colour + (format.hasAlpha ? [levels[3]] : [])).map { $0 * scale }
}

/// That a step is the same on a picture mirrored, and upside down.
func expectSymmetric(
  _ transform: any Transform, _ picture: Picture,
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let result = try await picture.applying(transform)
  let mirrored = try await picture.mirrored.applying(transform)
  let flipped = try await picture.flipped.applying(transform)
  #expect(mirrored == result.mirrored, sourceLocation: sourceLocation)
  #expect(flipped == result.flipped, sourceLocation: sourceLocation)
}

/// That a step leaves pictures of one pixel over and over as they are, whatever the pixel.
func expectConstant(
  _ transform: any Transform, _ format: PixelFormat, sizes: [(Int, Int)],
  sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  let full = format.maximumSample
  for (width, height) in sizes {
    for levels in [[0, 0, 0], [full, full, full], [1, full / 3, full - 1], [77, 200, 5]] {
      // An alpha of 1 is the hardest: colours are its quotients.
      for alpha in format.hasAlpha ? [full, 1, full / 2] : [full] {
        let colour = format.hasColour ? levels : [levels[1]]
        let samples = colour + (format.hasAlpha ? [alpha] : [])
        let picture = Picture.constant(width, height, format, samples)
        let result = try await picture.applying(transform)
        #expect(result == picture, "\(format) \(samples)", sourceLocation: sourceLocation)
      }
    }
  }
}

/// That a step hands back a source that it has nothing to do to.
func expectNeutral(
  _ transform: any Transform, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  for format in everyFormat {
    let source = try Picture.noise(5, 4, format).rows()
    let rows = try await transform.rows(from: source)
    #expect(rows === source, sourceLocation: sourceLocation)
    #expect(
      try transform.workingByteCount(for: source.layout) == 0, sourceLocation: sourceLocation)
    #expect(
      try transform.outputLayout(for: source.layout) == source.layout,
      sourceLocation: sourceLocation)
  }
}
