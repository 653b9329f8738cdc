import Foundation
import Raster
import Testing

@Suite("Resample in linear light against the reference in Double")
struct LinearLightTests {
  static let filters = ResamplingFilter.allCases.filter { $0 != .nearest }
  static let sizes = [
    PixelSize(width: 13, height: 9), PixelSize(width: 37, height: 11),
    PixelSize(width: 20, height: 29), PixelSize(width: 53, height: 47),
    PixelSize(width: 1, height: 1),
  ]
  static let transfers: [TransferFunction] = [.sRGB, .power(2.2), .power(0.5), .power(2.8)]

  @Test("every filter and format is within one level of it", arguments: filters, everyFormat)
  func accuracy(filter: ResamplingFilter, format: PixelFormat) async throws {
    let comparison = try await compare(
      .natural(37, 29, format), to: Self.sizes, filter: filter, transfer: .sRGB)
    #expect(comparison.maximum <= 1)
    #expect(comparison.psnr >= 75)
    #expect(abs(comparison.bias) <= 0.005)
  }

  @Test("so is every transfer function, on white noise", arguments: transfers, everyFormat)
  func functions(transfer: TransferFunction, format: PixelFormat) async throws {
    for size in [PixelSize(width: 9, height: 8), PixelSize(width: 40, height: 31)] {
      let comparison = try await compare(.noise(32, 30, format), to: size, transfer: transfer)
      #expect(comparison.maximum <= 1)
      #expect(comparison.psnr >= 75)
    }
  }

  @Test("so is what is nearly black", arguments: everyFormat)
  func nearlyBlack(format: PixelFormat) async throws {
    var picture = Picture.noise(32, 30, format)
    for index in picture.samples.indices where index % format.channelCount < format.colourCount {
      picture.samples[index] = picture.samples[index] * 12 / 255
    }
    let size = PixelSize(width: 15, height: 9)
    for transfer in [TransferFunction.sRGB, .power(2.2)] {
      let comparison = try await compare(picture, to: size, transfer: transfer)
      #expect(comparison.maximum <= 1)
      #expect(comparison.psnr >= 70)
    }
  }

  @Test("pictures of one row, one column, one pixel", arguments: everyFormat)
  func thinPictures(format: PixelFormat) async throws {
    let cases = [(1, 40, 1, 7), (40, 1, 7, 1), (1, 1, 5, 4), (1, 9, 6, 2), (2, 2, 1, 1)]
    for (width, height, newWidth, newHeight) in cases {
      let comparison = try await compare(
        .natural(width, height, format), to: PixelSize(width: newWidth, height: newHeight),
        transfer: .sRGB)
      #expect(comparison.maximum <= 1, "\(width)x\(height) to \(newWidth)x\(newHeight)")
    }
  }

  @Test("a checker of black and white is half the light", arguments: everyFormat)
  func checker(format: PixelFormat) async throws {
    let full = format.maximumSample
    let picture = Picture(32, 32, format) { x, y, channel in
      channel >= format.colourCount || (x + y).isMultiple(of: 2) ? full : 0
    }
    let half = 1.055 * pow(0.5, 1 / 2.4) - 0.055
    let size = PixelSize(width: 16, height: 16)
    let result = try await picture.applying(Resample(to: size, filter: .box, transfer: .sRGB))
    for y in 0..<16 {
      for x in 0..<16 {
        for sample in result.pixel(x, y).prefix(format.colourCount) {
          #expect(sample == Int((half * Double(full)).rounded()))
        }
        if format.hasAlpha { #expect(result.pixel(x, y).last == full) }
      }
    }
  }

  @Test("a constant colour stays what it is, at every level", arguments: everyFormat)
  func constants(format: PixelFormat) async throws {
    let full = format.maximumSample
    for level in Array(stride(from: 0, through: 255, by: 5)) + [1, 2, 3, 254] {
      let colour = (0..<format.channelCount).map { channel in
        let isAlpha = channel >= format.colourCount
        return isAlpha ? max(full - level * (full / 255), 1) : level * (full / 255)
      }
      let picture = Picture(5, 4, format) { _, _, channel in colour[channel] }
      for transfer in [TransferFunction.sRGB, .power(2.2), .power(0.4545)] {
        let resample = Resample(to: PixelSize(width: 3, height: 7), transfer: transfer)
        let result = try await picture.applying(resample)
        let isConstant = (0..<7).allSatisfy { y in
          (0..<3).allSatisfy { result.pixel($0, y) == colour }
        }
        #expect(isConstant, "\(level) by \(transfer)")
      }
    }
  }

  @Test("alpha is what it is without", arguments: everyFormat.filter(\.hasAlpha))
  func alpha(format: PixelFormat) async throws {
    let picture = Picture.natural(37, 29, format)
    for size in Self.sizes {
      let plain = try await picture.applying(Resample(to: size))
      let inLight = try await picture.applying(Resample(to: size, transfer: .sRGB))
      for y in 0..<size.height {
        for x in 0..<size.width {
          let (ours, other) = (inLight.pixel(x, y), plain.pixel(x, y))
          #expect(abs(ours[format.colourCount] - other[format.colourCount]) <= 1)
          if ours[format.colourCount] == 0 { #expect(ours.allSatisfy { $0 == 0 }) }
        }
      }
    }
  }

  @Test("what is light already, and what has its size, is as without", arguments: everyFormat)
  func nothingToDo(format: PixelFormat) async throws {
    let picture = Picture.noise(19, 14, format)
    let size = PixelSize(width: 8, height: 9)
    #expect(
      try await picture.applying(Resample(to: size, transfer: .linear))
        == picture.applying(Resample(to: size)))
    #expect(
      try await picture.applying(Resample(to: size, filter: .nearest, transfer: .sRGB))
        == picture.applying(Resample(to: size, filter: .nearest)))
    let same = Resample(to: picture.size, transfer: .sRGB)
    #expect(try await same.returnsSource(of: picture))
    #expect(try same.workingByteCount(for: picture.layout()) == 0)
  }

  @Test("a request in linear light is one step, turned or not")
  func request() throws {
    let layout = try RowLayout(
      size: PixelSize(width: 40, height: 30), format: PixelFormat(.rgb, .eight))
    var request = ResizeRequest(size: .width(20), light: .linear)
    for orientation in Orientation.allCases {
      let steps = try request.steps(for: layout, turnedBy: orientation)
      #expect(steps.compactMap { ($0 as? Resample)?.transfer } == [.sRGB])
    }
    request.transfer = .power(2.2)
    #expect(try (request.steps(for: layout)[0] as? Resample)?.transfer == .power(2.2))
    request.light = .encoded
    #expect(try (request.steps(for: layout)[0] as? Resample)?.transfer == .none)
  }
}
