import Configuration
import ImageBatch
import Raster

extension OperationDescription {
  /// Every operation that there is.
  public static let all: [OperationDescription] = [
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
      .position("position", "what cover keeps, and where contain puts the picture"),
      .colour(
        "background", "what contain pads with, such as #ff8800, #fff, white or transparent",
        otherwise: transparentOrBlack)
    ) { size, fit, enlarges, filter, light, position, background in
      ResizeRequest(
        size: size, fit: fit, enlarges: enlarges, filter: filter, light: light,
        position: position, background: background)
    },
    OperationDescription(
      "crop", "Cuts to a size; a side that is no longer stays.",
      example: "crop 400x400 position=top",
      .frame("size", "the width and height of what stays in pixels, 400x300, or 400 for a square"),
      .position("position", "what stays")
    ) { size, position in CropRequest(to: size, position: position) },
    OperationDescription(
      "pad", "Puts the picture into a frame; a side that is no shorter stays.",
      example: "pad 800x800 background=#fff",
      .frame("size", "the width and height of the frame in pixels, 400x300, or 400 for a square"),
      .position("position", "where the picture stands"),
      .colour(
        "background", "what is around it, such as #ff8800, #fff, white or transparent",
        otherwise: transparentOrBlack)
    ) { size, position, background in
      PadRequest(to: size, position: position, background: background)
    },
    OperationDescription(
      "rotate", "Turns the picture clockwise.", example: "rotate 90",
      .turn("angle", "in degrees")
    ) { orientation in SingleStep(Orient(orientation)) },
    OperationDescription("flip", "Exchanges top and bottom.", example: "flip") {
      SingleStep(Orient(.flipped))
    },
    OperationDescription("flop", "Exchanges left and right.", example: "flop") {
      SingleStep(Orient(.mirrored))
    },
  ]

  private static let transparentOrBlack =
    "transparent, or black where the picture has no alpha"

  /// The operation of that name.
  static func named(_ name: String) -> OperationDescription? { all.first { $0.name == name } }
}

extension Parameter where Value == Orientation {
  /// Quarter turns.
  fileprivate static func turn(_ name: String, _ meaning: String) -> Parameter {
    Parameter(
      name, meaning, schema: ["enum": [90, 180, 270]], default: nil, defaultText: nil,
      isPositional: true
    ) {
      switch $0.value {
      case .number(90): .rotated90Clockwise
      case .number(180): .rotated180
      case .number(270): .rotated90Counterclockwise
      default: nil
      }
    }
  }
}
