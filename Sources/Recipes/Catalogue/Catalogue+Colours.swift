import ImageBatch
import Raster

extension OperationDescription {
  /// What changes colours.
  static let colours = [
    OperationDescription("grayscale", "Makes the picture gray.", example: "grayscale") {
      SingleStep(Grayscale())
    },
    OperationDescription("invert", "Makes a negative; alpha stays.", example: "invert") {
      SingleStep(Invert())
    },
    OperationDescription(
      "brightness", "Makes the picture lighter or darker.", example: "brightness 1.2",
      .number(
        "factor", "what samples are multiplied by, 1 changes nothing", Brightness.range,
        isPositional: true)
    ) { factor in SingleStep(Brightness(factor: factor)) },
    OperationDescription(
      "contrast", "Moves samples away from middle gray, or towards it.", example: "contrast 1.2",
      .number(
        "factor", "what distances from it are multiplied by, 1 changes nothing", Contrast.range,
        isPositional: true)
    ) { factor in SingleStep(Contrast(factor: factor)) },
    OperationDescription(
      "saturation", "Makes colours stronger or weaker.", example: "saturation 1.3",
      .number(
        "factor", "what distances from gray are multiplied by, 1 changes nothing",
        Saturation.range, isPositional: true)
    ) { factor in SingleStep(Saturation(factor: factor)) },
    OperationDescription(
      "gamma", "Makes the middle tones lighter or darker.", example: "gamma 1.4",
      .number("gamma", "above 1 is lighter, below darker", Gamma.range, isPositional: true)
    ) { gamma in SingleStep(Gamma(gamma)) },
    OperationDescription(
      "levels", "Stretches a range of tones over another one.",
      example: "levels black=0.05 white=0.95 gamma=1.1",
      .number("black", "the tone that becomes out-black, of full scale", Levels.range, default: 0),
      .number("white", "the tone that becomes out-white, of full scale", Levels.range, default: 1),
      .number("gamma", "between them, above 1 is lighter", Gamma.range, default: 1),
      .number("out-black", "what black becomes, of full scale", Levels.range, default: 0),
      .number("out-white", "what white becomes, of full scale", Levels.range, default: 1)
    ) { black, white, gamma, outputBlack, outputWhite throws(Refusal) in
      guard black < white else { throw Refusal(reason: "'black' is not below 'white'") }
      return SingleStep(
        Levels(
          inputBlack: black, inputWhite: white, gamma: gamma, outputBlack: outputBlack,
          outputWhite: outputWhite))
    },
    OperationDescription(
      "tint", "Colours the picture as if it were printed with one ink.",
      example: "tint #704214 amount=0.8",
      .opaqueColour("colour", "the ink, such as #ff8800 or #fff", isPositional: true),
      .number("amount", "how much of the result is tinted", Tint.range, default: 1)
    ) { colour, amount in SingleStep(Tint(colour, amount: amount)) },
    OperationDescription(
      "quantise", "Leaves no more than so many colours, chosen for the picture.",
      example: "quantise 64 dithering=none",
      .integer("colours", "how many", Quantise.range, default: 256, isPositional: true),
      .choice(
        "dithering", "what becomes of the difference to the colours that are left",
        default: Dithering.floydSteinberg)
    ) { count, dithering in SingleStep(Quantise(to: count, dithering: dithering)) },
  ]

  /// What changes opacity.
  static let alpha = [
    OperationDescription(
      "flatten", "Puts a picture with alpha onto a colour.", example: "flatten white",
      .opaqueColour(
        "background", "what is behind it, such as #ff8800, #fff or white", default: .black,
        isPositional: true)
    ) { background in SingleStep(Flatten(onto: background)) },
    OperationDescription(
      "remove-alpha", "Drops alpha and leaves the colours as they are, also those that it hid.",
      example: "remove-alpha"
    ) { SingleStep(RemoveAlpha()) },
    OperationDescription(
      "extract-alpha", "Makes a gray picture of the alpha: opaque is white.",
      example: "extract-alpha"
    ) { SingleStep(ExtractAlpha()) },
  ]
}
