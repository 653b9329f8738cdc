import Raster

/// One file of the testdata, and what a decoder must make of it.
struct Sample {
  /// What the header says; nil where not even that can be read.
  struct Header {
    var format: String
    var width: Int
    var height: Int
    /// How a pixel is stored: a palette, or the channels by name.
    var colour: String
    var bitDepth: Int
    var orientation = 1
  }

  enum Verdict {
    /// It decodes, to pixels with this hash.
    case pixels(sha256: String)
    /// It fails, with this code and this message.
    case failure(code: String, message: String)
  }

  /// Below the folder, with `/` between names.
  var path: String
  var bytes: [UInt8]
  var header: Header?
  var verdict: Verdict
}

extension Sample {
  /// A good PNG file.
  ///
  /// - Parameter chunks: those of `image`, or others that mean the same pixels.
  init(png name: String, _ image: PNGImage, chunks: PNGChunks? = nil, orientation: Int = 1) {
    path = "png/\(name).png"
    bytes = (chunks ?? image.chunks).bytes
    header = Header(image)
    header?.orientation = orientation
    verdict = .pixels(sha256: ExpectedPixels.hash(of: image))
  }

  /// A file that fails behind its header, or before its end.
  init(
    broken path: String, _ bytes: [UInt8], header: Header? = nil, code: String, message: String
  ) {
    self.path = path
    self.bytes = bytes
    self.header = header
    verdict = .failure(code: code, message: message)
  }
}

extension Sample.Header {
  /// The header of a PNG picture.
  init(_ image: PNGImage) {
    self.init(format: "png", image.picture)
    if image.palette != nil { colour = "palette" }
  }

  /// The header of a picture that is stored as it was drawn.
  init(format: String, _ picture: Picture) {
    let colour =
      switch picture.channels {
      case .gray: "gray"
      case .grayAlpha: "gray+alpha"
      case .rgb: "rgb"
      case .rgba: "rgb+alpha"
      }
    self.init(
      format: format, width: picture.width, height: picture.height, colour: colour,
      bitDepth: picture.bitDepth)
  }
}
