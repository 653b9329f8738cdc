internal import Glibc

/// A function of one colour sample: what each level becomes, whatever stands beside it.
///
/// Curves are made of those of the transforms (`Gamma(2.2).curve`) and put together by
/// `followed(by:)`; the result is a transform like them. Values between two curves are clamped to
/// what a sample holds and not rounded: there is one rounding, half up, at the end.
public struct ToneCurve: ToneTransform, Hashable {
  /// The curve that changes nothing.
  public static let identity = ToneCurve(steps: [])

  private let steps: [Step]

  private init(steps: [Step]) { self.steps = steps }

  init(_ step: Step) { self.init(steps: step.isNeutral ? [] : [step]) }

  /// Itself.
  public var curve: ToneCurve { self }

  /// Whether it is known to change nothing.
  public var isIdentity: Bool { steps.isEmpty }

  /// This curve, then `next`.
  public func followed(by next: ToneCurve) -> ToneCurve { ToneCurve(steps: steps + next.steps) }

  /// What a sample becomes where `full` is the largest one, as `PixelFormat.maximumSample` is.
  public func sample(for sample: Int, upTo full: Int) -> Int {
    let largest = Double(full)
    let value = steps.reduce(Double(sample)) { value, step in
      min(max(step.value(for: value, upTo: largest), 0), largest)
    }
    return Int((value + 0.5).rounded(.down))
  }
}

extension ToneCurve {
  /// One of the functions that a curve is made of.
  enum Step: Hashable, Sendable {
    case brightness(Factor)
    case contrast(Factor)
    case gamma(Double)
    case levels(Levels)
    case inversion

    var isNeutral: Bool {
      switch self {
      case .brightness(let factor), .contrast(let factor): factor.parts == Factor.one
      case .gamma(let gamma): gamma == 1
      case .levels(let levels): levels == Levels()
      case .inversion: false
      }
    }

    // In samples, not in fractions of full scale: for a whole sample and a factor all is a whole
    // number below 2^53 until the one division, which is then exact to the tie.
    func value(for sample: Double, upTo full: Double) -> Double {
      let one = Double(Factor.one)
      switch self {
      case .brightness(let factor):
        return sample * Double(factor.parts) / one
      case .contrast(let factor):
        let parts = Double(factor.parts)
        return (full * (one - parts) + 2 * sample * parts) / (2 * one)
      case .gamma(let gamma):
        return pow(sample / full, 1 / gamma) * full
      case .levels(let levels):
        let span = levels.inputWhite - levels.inputBlack
        let share = min(max((sample / full - levels.inputBlack) / span, 0), 1)
        let bent = levels.gamma == 1 ? share : pow(share, 1 / levels.gamma)
        return (levels.outputBlack + (levels.outputWhite - levels.outputBlack) * bent) * full
      case .inversion:
        return full - sample
      }
    }
  }
}
