import Raster
import Testing

@Suite("Resample favours no side")
struct ResampleSymmetryTests {
  static let sizes = [
    PixelSize(width: 12, height: 8), PixelSize(width: 31, height: 40),
    PixelSize(width: 7, height: 23),
  ]

  @Test("mirroring before and after is the same, bit for bit", arguments: everyFormat)
  func mirrored(format: PixelFormat) async throws {
    let picture = Picture.noise(29, 23, format)
    for size in Self.sizes {
      for filter in ResamplingFilter.allCases where filter != .nearest {
        let resample = Resample(to: size, filter: filter)
        let after = try await picture.applying(resample).mirrored
        #expect(try await picture.mirrored.applying(resample) == after, "\(filter) \(size)")
      }
    }
  }

  @Test("turning before and after is the same to within one level", arguments: everyFormat)
  func turned(format: PixelFormat) async throws {
    let picture = Picture.natural(29, 23, format)
    for size in Self.sizes {
      let after = try await picture.applying(Resample(to: size)).transposed
      let before = try await picture.transposed.applying(Resample(to: size.transposed))
      // Colours are compared where alpha lets them be seen.
      for y in 0..<after.height {
        for x in 0..<after.width {
          let (left, right) = (after.pixel(x, y), before.pixel(x, y))
          let alpha = format.hasAlpha ? left[left.count - 1] : format.maximumSample
          for (one, other) in zip(left, right) {
            #expect(abs(one - other) * alpha <= format.maximumSample)
          }
        }
      }
    }
  }

  @Test("ramps up and down keep their place and their mean", arguments: [21, 50, 64, 150, 233])
  func phase(width: Int) async throws {
    // A slope of 1 a pixel in 16 bits: what is left is rounding, of at most half a level.
    let slope = 256
    let count = 100
    let up = Picture(count, 3, PixelFormat(.gray, .sixteen)) { x, _, _ in 10_000 + slope * x }
    let size = PixelSize(width: width, height: 2)
    let result = try await up.applying(Resample(to: size))
    let down = try await up.mirrored.applying(Resample(to: size))
    let margin = width / 5
    var shift = 0.0
    var bias = 0.0
    for x in margin..<width - margin {
      let place = (Double(x) + 0.5) * Double(count) / Double(width) - 0.5
      let expectedUp = 10_000 + Double(slope) * place
      let expectedDown = 10_000 + Double(slope) * (Double(count - 1) - place)
      let errorUp = Double(result[x, 0, 0]) - expectedUp
      let errorDown = Double(down[x, 0, 0]) - expectedDown
      shift += (errorUp - errorDown) / 2 / Double(slope)
      bias += (errorUp + errorDown) / 2 / 257
    }
    let samples = Double(width - 2 * margin)
    #expect(abs(shift / samples) <= 0.005)
    #expect(abs(bias / samples) <= 0.005)
  }

  @Test("hidden colour never bleeds, and comes out as nothing")
  func hiddenColour() async throws {
    for depth in PixelFormat.SampleDepth.allCases {
      let format = PixelFormat(.rgba, depth)
      let full = format.maximumSample
      // Opaque red beside a green that nobody is to see.
      let picture = Picture(24, 24, format) { x, y, channel in
        let isHidden = (x / 5 + y / 7).isMultiple(of: 2)
        return isHidden ? [0, full, 0, 0][channel] : [full, 0, 0, full][channel]
      }
      for filter in ResamplingFilter.allCases where filter != .nearest {
        for size in [PixelSize(width: 9, height: 10), PixelSize(width: 50, height: 31)] {
          let result = try await picture.applying(Resample(to: size, filter: filter))
          for y in 0..<size.height {
            for x in 0..<size.width {
              let pixel = result.pixel(x, y)
              #expect(pixel[1] == 0 && pixel[2] == 0)
              // Between the passes 8-bit colours have 7 bits under an alpha of 1, 8 under one of 2
              // and so on: under the faintest they are off by what nobody sees, 7/255 of a level.
              let error = pixel[3] == 0 ? pixel[0] : full - pixel[0]
              #expect(error == 0 || depth == .eight && error * pixel[3] <= 7)
            }
          }
        }
      }
    }
  }

  @Test("an opaque picture with alpha is as exact as one without", arguments: everyFormat)
  func opaqueAlpha(format: PixelFormat) async throws {
    guard !format.hasAlpha else { return }
    let picture = Picture.natural(33, 27, format)
    let withAlpha = PixelFormat(
      PixelFormat.Channels(hasColour: format.hasColour, hasAlpha: true), format.depth)
    let opaque = try await picture.applying(ConvertFormat(to: withAlpha))
    var comparison = Comparison()
    for size in Self.sizes {
      let result = try await opaque.applying(Resample(to: size), ConvertFormat(to: format))
      comparison.add(result, ReferenceResampler(filter: .lanczos3).resample(picture, to: size))
    }
    #expect(comparison.maximum <= 1)
    #expect(comparison.psnr >= 65)
  }

  @Test("nearest copies whole pixels from under the centres", arguments: everyFormat)
  func nearest(format: PixelFormat) async throws {
    let picture = Picture.noise(17, 13, format)
    for size in Self.sizes + [PixelSize(width: 1, height: 1), PixelSize(width: 17, height: 30)] {
      let expected = picture.rearranged(to: size) { x, y in
        (
          Int((Double(x) + 0.5) * 17 / Double(size.width)),
          Int((Double(y) + 0.5) * 13 / Double(size.height))
        )
      }
      #expect(try await picture.applying(Resample(to: size, filter: .nearest)) == expected)
    }
  }

  @Test("nearest takes the same pixels, however the picture is stored", arguments: everyFormat)
  func nearestOfTurned(format: PixelFormat) async throws {
    let upright = Picture.noise(6, 4, format)
    var request = ResizeRequest(size: .percent(thousandths: 50_000), filter: .nearest)
    request.enlarges = true
    let expected = try await upright.applying(request.steps(for: upright.layout()))
    for orientation in Orientation.allCases {
      // What turns it back is the turn itself, but for the two quarters.
      let back: Orientation =
        switch orientation {
        case .rotated90Clockwise: .rotated90Counterclockwise
        case .rotated90Counterclockwise: .rotated90Clockwise
        default: orientation
        }
      let stored = try await upright.applying([Orient(back)])
      let steps = try request.steps(for: stored.layout(), turnedBy: orientation)
      #expect(try await stored.applying(steps) == expected, "\(orientation)")
    }
  }
}
