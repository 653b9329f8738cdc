import Raster

/// Animated PNG files; the still of each is a sample as well.
struct AnimationSample {
  /// The file, and what a decoder of stills makes of it.
  var still: Sample
  /// What a decoder of animations does.
  var verdict: Sample.Verdict
  /// Frames, plays, and the delay of each frame, as fractions of a second.
  var header: (frameCount: Int, playCount: Int, delays: [String])?

  /// A good animation.
  ///
  /// - Parameter chunks: those of `animation`, or others that mean the same.
  init(_ name: String, _ animation: PNGAnimation, chunks: PNGChunks? = nil) {
    still = Sample(png: name, animation.still, chunks: chunks ?? animation.chunks)
    verdict = .pixels(sha256: ExpectedPixels.hash(of: animation))
    let delays = animation.frames.map { frame in
      // No denominator stands for hundredths.
      "\(frame.delay.numerator)/\(frame.delay.denominator == 0 ? 100 : frame.delay.denominator)"
    }
    header = (animation.frames.count, animation.playCount, delays)
  }

  /// An animation whose frames are lost, and its still is not.
  init(
    broken name: String, _ chunks: PNGChunks, still image: PNGImage, code: String = "corrupt",
    _ message: String
  ) {
    still = Sample(png: name, image, chunks: chunks)
    still.path = "damaged/\(name).png"
    verdict = .failure(code: code, message: message)
  }
}

/// Animations of every kind: how frames are drawn and how they go.
enum AnimationSamples {
  static var all: [AnimationSample] { operations + stills + colours + structures }

  private static func picture(
    _ channels: PixelFormat.Channels = .rgba, _ width: Int = 8, _ height: Int = 8,
    bitDepth: Int = 8
  ) -> PNGImage {
    PNGImage(TestPattern.picture(channels, width, height, bitDepth: bitDepth))
  }

  private static func turned(
    _ channels: PixelFormat.Channels = .rgba, bitDepth: Int = 8
  ) -> PNGImage {
    PNGImage(TestPattern.picture(channels, 8, 8, bitDepth: bitDepth).turnedCounterclockwise)
  }

  /// Frames that lie over each other in part, with each way to draw them and to let them go.
  private static var operations: [AnimationSample] {
    PNGAnimation.Disposal.allCases.flatMap { disposal in
      PNGAnimation.Blending.allCases.map { blending in
        let frames = [
          PNGAnimation.Frame(picture(.rgba, 5, 4), 2, 3, disposal, blending),
          PNGAnimation.Frame(picture(.rgba, 4, 6), 4, 1, .none, .over),
          PNGAnimation.Frame(picture(.rgba, 8, 2), 0, 4, disposal, blending),
          PNGAnimation.Frame(picture(.rgba, 1, 1), 7, 7, .none, blending),
        ]
        return AnimationSample(
          "animation-\(disposal)-\(blending)",
          PNGAnimation(PNGAnimation.Frame(turned(), 0, 0, disposal, blending), frames))
      }
    }
  }

  private static var stills: [AnimationSample] {
    let frames = [PNGAnimation.Frame(turned()), PNGAnimation.Frame(picture())]
    let parts = [
      PNGAnimation.Frame(picture(.rgb, 3, 3), 1, 2, .previous),
      PNGAnimation.Frame(picture(.rgb, 5, 2), 3, 6),
    ]
    return [
      AnimationSample("animation-of-2-frames", PNGAnimation(frames[1], [frames[0]])),
      AnimationSample(
        "animation-apart-from-the-picture", PNGAnimation(still: picture(), frames)),
      AnimationSample("animation-of-parts-alone", PNGAnimation(still: picture(.rgb), parts)),
      AnimationSample("animation-of-1-frame", PNGAnimation(frames[0], [])),
    ]
  }

  private static var colours: [AnimationSample] {
    func pair(_ name: String, _ change: (inout PNGImage) -> Void = { _ in }, of images: [PNGImage])
      -> AnimationSample
    {
      let images = images.map { image in
        var image = image
        change(&image)
        return image
      }
      return AnimationSample(
        "animation-\(name)",
        PNGAnimation(
          PNGAnimation.Frame(images[0], 0, 0, .background),
          [
            PNGAnimation.Frame(images[1], 2, 1, .previous, .over),
            PNGAnimation.Frame(images[1], 0, 3, .none, .over),
          ]))
    }
    func images(_ channels: PixelFormat.Channels, bitDepth: Int = 8) -> [PNGImage] {
      [picture(channels, bitDepth: bitDepth), picture(channels, 5, 5, bitDepth: bitDepth)]
    }
    let indexes = [(8, 8), (5, 5)].map { width, height in
      PNGImage(TestPattern.indexes(width, height, entryCount: 16, bitDepth: 4))
    }
    return [
      pair("gray-2", of: images(.gray, bitDepth: 2)),
      pair("gray+alpha-16", of: images(.grayAlpha, bitDepth: 16)),
      pair("rgb-8", of: images(.rgb)),
      pair("rgb-8-keyed", { $0.key = [0, 0, 0] }, of: images(.rgb)),
      pair("rgb+alpha-16", of: images(.rgba, bitDepth: 16)),
      pair("interlaced", { $0.isInterlaced = true }, of: images(.rgba)),
      pair(
        "palette-4",
        {
          $0.palette = TestPattern.palette(entryCount: 16)
          $0.paletteAlpha = [0, 64, 128, 192]
        }, of: indexes),
    ]
  }

  private static var structures: [AnimationSample] {
    var animation = PNGAnimation(
      PNGAnimation.Frame(picture()), [PNGAnimation.Frame(turned(), 0, 0, .none, .over)])
    animation.frames[0].delay = (0, 0)
    animation.frames[1].delay = (65535, 0)
    animation.playCount = 3
    var pieces = animation
    pieces.dataByteCount = 7
    let text = PNGChunk("tEXt", [UInt8]("Comment\0between"))
    let scattered = PNGChunks(
      list: pieces.chunks.list.flatMap { $0.type == "fdAT" ? [$0, text] : [$0] })
    return [
      AnimationSample("animation-without-denominators", animation),
      AnimationSample("animation-in-pieces", pieces),
      AnimationSample("animation-with-text-between", pieces, chunks: scattered),
    ]
  }
}
