import ImageBatch
import Raster

extension OperationDescription {
  /// What looks at a pixel's neighbours.
  static let detail = [
    OperationDescription(
      "blur", "Softens the picture with a bell curve.", example: "blur 2.5",
      .number(
        "sigma", "the curve's standard deviation in pixels", 0...Blur.maximumSigma, default: 1,
        isPositional: true)
    ) { sigma in SingleStep(Blur(sigma: sigma)) },
    OperationDescription(
      "sharpen", "Sharpens the picture by what a blur takes away from it.",
      example: "sharpen 0.8 amount=1.5",
      .number(
        "sigma", "the blur's standard deviation in pixels", 0...Blur.maximumSigma, default: 1,
        isPositional: true),
      .number("amount", "how much of it is added", 0...Sharpen.maximumAmount, default: 1),
      .number(
        "threshold", "the least difference that is sharpened, in levels of 255", 0...255,
        default: 0)
    ) { sigma, amount, threshold in
      SingleStep(Sharpen(sigma: sigma, amount: amount, threshold: threshold))
    },
  ]
}
