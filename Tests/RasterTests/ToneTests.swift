import Foundation
import Raster
import Testing

@Suite("Tone curves")
struct ToneTests {
  static let curves: [any ToneTransform] = [
    Invert(), Gamma(2.2), Gamma(0.45), Brightness(factor: 1.3), Brightness(factor: 0),
    Contrast(factor: 1.75), Contrast(factor: 0), Levels(inputBlack: 0.1, inputWhite: 0.8),
    Levels(gamma: 1.8, outputBlack: 0.9, outputWhite: 0.2),
  ]

  @Test("every sample is mapped by itself, and alpha stays", arguments: everyFormat)
  func rows(format: PixelFormat) async throws {
    for (width, height) in [(1, 1), (1, 9), (9, 1), (7, 5)] {
      let picture = Picture.noise(width, height, format)
      for transform in Self.curves {
        let curve = transform.curve
        let expected = picture.mappingColours { curve.sample(for: $0, upTo: format.maximumSample) }
        #expect(try await picture.applying(transform) == expected)
      }
    }
  }

  @Test("the negative is full scale less the sample, and the negative of that is the picture")
  func invert() async throws {
    for format in everyFormat {
      let picture = Picture.levels(format)
      let negative = try await picture.applying(Invert())
      #expect(negative == picture.mappingColours { format.maximumSample - $0 })
      #expect(try await negative.applying(Invert()) == picture)
    }
  }

  @Test(
    "brightness and contrast are exact to the tie", arguments: [0, 1, 37, 100, 110, 175, 10000])
  func factors(percent: Int) async throws {
    let factor = Fraction(percent, 100)
    for format in everyFormat {
      let full = format.maximumSample
      let middle = Fraction(full, 2)
      let picture = Picture.levels(format)
      let brightened = try await picture.applying(Brightness(factor: Double(percent) / 100))
      #expect(
        brightened == picture.mappingColours { (Fraction($0) * factor).rounded(upTo: full) })
      let contrasted = try await picture.applying(Contrast(factor: Double(percent) / 100))
      let expected = picture.mappingColours {
        (middle + (Fraction($0) - middle) * factor).rounded(upTo: full)
      }
      #expect(contrasted == expected)
    }
  }

  @Test("gamma is the power of its inverse", arguments: [0.01, 0.5, 1.8, 2.2, 3, 100])
  func gamma(gamma: Double) {
    for full in [255, 65535] {
      for sample in stride(from: 0, through: full, by: full / 255) {
        let exact = pow(Double(sample) / Double(full), 1 / gamma) * Double(full)
        let result = Gamma(gamma).curve.sample(for: sample, upTo: full)
        #expect(abs(Double(result) - exact) <= 0.5 + 1e-9)
      }
      #expect(Gamma(gamma).curve.sample(for: 0, upTo: full) == 0)
      #expect(Gamma(gamma).curve.sample(for: full, upTo: full) == full)
    }
  }

  @Test("a square root is exact")
  func squareRoot() {
    for root in 0...255 {
      // √(root² / 65535) · 65535 = root · √65535
      let exact = Double(root) * 65535.0.squareRoot()
      let result = Gamma(2).curve.sample(for: root * root, upTo: 65535)
      #expect(abs(Double(result) - exact) <= 0.5 + 1e-9)
    }
  }

  @Test("levels meet their ends, and the middle between them")
  func levels() {
    for full in [255, 65535] {
      let unit = full / 255
      let levels = Levels(
        inputBlack: 51.0 / 255, inputWhite: 102.0 / 255, outputBlack: 0.2, outputWhite: 0.6)
      func result(_ sample: Int) -> Int { levels.curve.sample(for: sample * unit, upTo: full) }
      #expect(result(0) == 51 * unit && result(51) == 51 * unit)
      #expect(result(102) == 153 * unit && result(255) == 153 * unit)
      #expect(result(76) == 101 * unit)
      let inverted = Levels(outputBlack: 1, outputWhite: 0).curve
      #expect(inverted.sample(for: 3 * unit, upTo: full) == full - 3 * unit)
      let bent = Levels(inputBlack: 0, inputWhite: 1, gamma: 2.2)
      #expect(
        bent.curve.sample(for: 90 * unit, upTo: full)
          == Gamma(2.2).curve.sample(for: 90 * unit, upTo: full))
    }
  }

  @Test("curves never fall, but for those that invert")
  func monotony() {
    for transform in Self.curves {
      for full in [255, 65535] {
        let results = stride(from: 0, through: full, by: max(1, full / 1000)).map {
          transform.curve.sample(for: $0, upTo: full)
        }
        #expect(results.allSatisfy { (0...full).contains($0) })
        let isRising = zip(results, results.dropFirst()).allSatisfy { $0 <= $1 }
        let isFalling = zip(results, results.dropFirst()).allSatisfy { $0 >= $1 }
        #expect(isRising || (isFalling && results[0] > results[results.count - 1]))
      }
    }
  }

  @Test("16 bits are as 8 bits where those are doubled, to within a rounding of each")
  func depths() {
    for transform in Self.curves {
      for sample in 0...255 {
        let narrow = transform.curve.sample(for: sample, upTo: 255)
        let wide = transform.curve.sample(for: sample * 257, upTo: 65535)
        #expect(abs(narrow * 257 - wide) <= 129)
      }
    }
  }

  @Test("what changes nothing is not there", arguments: everyFormat)
  func neutral(format: PixelFormat) async throws {
    let picture = Picture.noise(3, 2, format)
    let neutral: [any ToneTransform] = [
      Gamma(1), Brightness(factor: 1), Contrast(factor: 1), Levels(), ToneCurve.identity,
      Gamma(1).curve.followed(by: Levels().curve),
    ]
    for transform in neutral {
      #expect(try await transform.returnsSource(of: picture))
      #expect(try transform.workingByteCount(for: picture.layout()) == 0)
    }
    #expect(try await !Invert().returnsSource(of: picture))
  }

  @Test("curves one after the other are rounded once")
  func composition() async throws {
    let darker = Brightness(factor: 0.1).curve
    let lighter = Brightness(factor: 10).curve
    for format in everyFormat {
      let picture = Picture.levels(format)
      #expect(try await picture.applying(darker.followed(by: lighter)) == picture)
      let clamped = try await picture.applying(lighter.followed(by: darker))
      let full = format.maximumSample
      #expect(
        clamped
          == picture.mappingColours { (Fraction(min($0 * 10, full), 10)).rounded(upTo: full) })
    }
  }

  @Test("the tables are what they are said to take")
  func memory() throws {
    let layout = try RowLayout(
      size: PixelSize(width: 9, height: 9), format: PixelFormat(.rgb, .eight))
    #expect(try Invert().workingByteCount(for: layout) == 256)
    let deep = try RowLayout(size: layout.size, format: PixelFormat(.rgb, .sixteen))
    #expect(try Invert().workingByteCount(for: deep) == 131_072)
  }
}
