import ImageBatch
import Raster

extension OperationDescription {
  /// What changes sizes and places.
  static let geometry = [
    OperationDescription(
      "resize", "Brings the picture to a size.", example: "resize 640x480 fit=cover",
      .size("size", "the box 800x600, 800 for a square one, 800x or x600 for one side, or 50%"),
      .choice(
        "fit", "inside and outside keep the shape, cover crops, contain pads, fill distorts",
        default: Fit.inside),
      .flag("enlarge", "makes small pictures larger, too"),
      .choice("filter", "the resampling filter", default: ResamplingFilter.lanczos3),
      .choice(
        "light", "whether samples are mixed as they are stored, or as the light they stand for",
        default: Light.encoded),
      .placement("position", "what cover keeps, and where contain puts the picture"),
      .colour(
        "background", "what contain pads with, such as #ff8800, #fff, white or transparent",
        otherwise: transparentOrBlack)
    ) { size, fit, enlarges, filter, light, placement, background throws(Refusal) in
      if let strategy = placement.strategy, fit != .cover {
        throw Refusal(reason: "'position: \(strategy.rawValue)' needs 'fit: cover'")
      }
      return ResizeRequest(
        size: size, fit: fit, enlarges: enlarges, filter: filter, light: light,
        position: placement.position, strategy: placement.strategy, background: background)
    },
    OperationDescription(
      "crop", "Cuts to a size; a side that is no longer stays.",
      example: "crop 400x400 position=top",
      .frame(
        "size", "the width and height of what stays in pixels, 400x300, or 400 for a square"),
      .placement("position", "what stays")
    ) { size, placement in
      CropRequest(to: size, position: placement.position, strategy: placement.strategy)
    },
    OperationDescription(
      "trim", "Cuts off a border that is like the top left pixel, or transparent as that is.",
      example: "trim",
      .integer(
        "tolerance", "how far samples may be from that pixel's, in levels of 255", 0...255,
        default: 10, isPositional: true)
    ) { tolerance in SingleStep(Trim(tolerance: tolerance)) },
    OperationDescription(
      "pad", "Puts the picture into a frame; a side that is no shorter stays.",
      example: "pad 800x800 background=#fff",
      .frame(
        "size", "the width and height of the frame in pixels, 400x300, or 400 for a square"),
      .position("position", "where the picture stands"),
      .colour(
        "background", "what is around it, such as #ff8800, #fff, white or transparent",
        otherwise: transparentOrBlack)
    ) { size, position, background in
      PadRequest(to: size, position: position, background: background)
    },
    OperationDescription(
      "rotate", "Turns the picture clockwise, onto a frame that holds all of it.",
      example: "rotate 90",
      .number("angle", "in degrees; quarter turns are exact", -360...360, isPositional: true),
      .colour(
        "background", "what is around it, such as #ff8800, #fff, white or transparent",
        otherwise: transparentOrBlack)
    ) { degrees, background in RotateRequest(degrees: degrees, background: background) },
    OperationDescription("flip", "Exchanges top and bottom.", example: "flip") {
      SingleStep(Orient(.flipped))
    },
    OperationDescription("flop", "Exchanges left and right.", example: "flop") {
      SingleStep(Orient(.mirrored))
    },
  ]

  /// What puts another picture over it.
  static let overlay = OperationDescription(
    "overlay", "Lays another picture over it, a watermark say.",
    example: "overlay logo.png position=bottom-right x=16 y=16 opacity=0.5",
    .file("picture", "the file; in a recipe, its path from where that is"),
    .position("position", "where it stands"),
    .integer(
      "x", "how far it is moved inwards, else to the right, in pixels",
      -Overlay.maximumOffset...Overlay.maximumOffset, default: 0),
    .integer(
      "y", "how far it is moved inwards, else down, in pixels",
      -Overlay.maximumOffset...Overlay.maximumOffset, default: 0),
    .number("opacity", "how much of its own opacity it has", 0...1, default: 1)
  ) { path, position, x, y, opacity throws(Refusal) in
    SingleStep(
      Overlay(
        try .reading(path), at: position, offset: PixelPoint(x: x, y: y), opacity: opacity))
  }

  private static let transparentOrBlack =
    "transparent, or black where the picture has no alpha"
}
