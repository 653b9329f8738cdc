import Foundation
import Raster

/// A transfer function by its definition, in `Double` and with libm's powers.
struct ReferenceLight {
  let decode: (Double) -> Double
  let encode: (Double) -> Double

  init(_ transfer: TransferFunction) {
    switch transfer {
    case .sRGB:
      decode = { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
      encode = { $0 <= 0.0031308 ? $0 * 12.92 : 1.055 * pow($0, 1 / 2.4) - 0.055 }
    case .power(let exponent):
      decode = { pow($0, exponent) }
      encode = { pow($0, 1 / exponent) }
    }
  }
}
