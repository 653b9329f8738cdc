import ImageCodecs
import Raster
import Testing

@testable import ImageBatch

@Suite("Pairs that are compared") struct PairConversionTests {
  private func header(
    _ width: Int, _ height: Int, _ pixelFormat: PixelFormat = PixelFormat(.rgb, .eight),
    orientation: Orientation = .upright, readerByteCount: Int = 0
  ) -> ImageHeader {
    ImageHeader(
      format: .png, size: PixelSize(width: width, height: height), storedColour: .rgb,
      storedBitDepth: pixelFormat.depth.rawValue, pixelFormat: pixelFormat,
      metadata: Metadata(orientation: orientation), readerByteCount: readerByteCount)
  }

  private func estimate(
    _ first: ImageHeader, _ second: ImageHeader, drawsDifferences: Bool = false
  ) throws -> Int {
    try PairConversion.memoryByteCount(
      (first, 1 << 20), (second, 1 << 20), drawsDifferences: drawsDifferences)
  }

  @Test("both come in the smallest format that holds both")
  func format() throws {
    let conversion = try PairConversion(
      header(4, 3, PixelFormat(.grayAlpha, .eight)), header(4, 3, PixelFormat(.rgb, .sixteen)))
    #expect(conversion.layout.format == PixelFormat(.rgba, .sixteen))
    #expect(conversion.layout.size == PixelSize(width: 4, height: 3))
    for steps in [conversion.steps.first, conversion.steps.second] {
      #expect(steps.count == 1 && steps.allSatisfy { $0 is ConvertFormat })
    }
  }

  @Test("pictures are turned only where that makes a difference", arguments: Orientation.allCases)
  func turns(orientation: Orientation) throws {
    let turned = header(40, 30, orientation: orientation)
    let alike = try PairConversion(turned, turned)
    #expect(!alike.steps.first.contains { $0 is Orient })
    #expect(alike.orientation == orientation)
    let upright = header(30, 40)
    let different = try PairConversion(turned, upright)
    #expect(different.steps.first.contains { $0 is Orient } == (orientation != .upright))
    #expect((different.sizes.first == different.sizes.second) == orientation.swapsSides)
    #expect(different.orientation == .upright)
  }

  @Test("the estimate covers both readers, every step, the rows and the window")
  func estimateCovers() throws {
    for orientation in Orientation.allCases {
      let size = orientation.applied(to: PixelSize(width: 300, height: 200))
      let first = header(
        size.width, size.height, PixelFormat(.rgba, .eight), orientation: orientation,
        readerByteCount: 5000)
      let second = header(300, 200, PixelFormat(.gray, .sixteen), readerByteCount: 7000)
      let conversion = try PairConversion(first, second)
      var needed = 2 * ByteSource.defaultBufferByteCount + 12_000
      for (header, steps) in [(first, conversion.steps.first), (second, conversion.steps.second)] {
        var layout = try header.layout()
        for step in steps {
          needed += try step.workingByteCount(for: layout)
          layout = try step.outputLayout(for: layout)
        }
        #expect(layout == conversion.layout)
        needed += layout.bytesPerRow
      }
      let window = try PictureComparison.workingByteCount(for: conversion.layout)
      #expect(try estimate(first, second) >= needed + window)
      // The picture of the differences may be as large as its rows.
      #expect(
        try estimate(first, second, drawsDifferences: true) >= needed + 300 * 200 * 3 + 300 * 16)
    }
  }

  @Test("where an orientation has not been read, the dearest is counted")
  func unreadOrientation() throws {
    var unread = header(300, 200)
    unread.unread = UnreadMetadata(byteCount: 100, hasOrientation: true)
    for orientation in Orientation.allCases {
      let read = header(300, 200, orientation: orientation)
      for second in [header(300, 200), header(200, 300, orientation: .transposed)] {
        #expect(try estimate(unread, second) >= estimate(read, second))
        #expect(try estimate(second, unread) >= estimate(second, read))
      }
    }
  }

  @Test("of pictures of different size no rows are held")
  func differentSizes() throws {
    let small = try estimate(header(3, 2), header(2, 3))
    let wide = try estimate(header(30_000, 2), header(2, 30_000))
    // But for the rows that reading is given: a long one, a band of short ones.
    let band = try DecodedRows.byteCount(for: header(2, 30_000).layout())
    #expect(wide - small <= 30_000 * 3 + band)
  }
}
