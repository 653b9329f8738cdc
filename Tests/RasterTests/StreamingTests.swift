import Raster
import Testing

@Suite("Resample streams")
struct StreamingTests {
  @Test("no row is pulled before an output row needs it", arguments: ResamplingFilter.allCases)
  func pulls(filter: ResamplingFilter) async throws {
    for (height, newHeight) in [(100, 7), (100, 99), (30, 64), (64, 32), (5, 1), (9, 9)] {
      for format in [PixelFormat(.gray, .eight), PixelFormat(.rgba, .sixteen)] {
        let source = try Picture.noise(4, height, format).rows()
        let size = PixelSize(width: 3, height: newHeight)
        let rows = try await Resample(to: size, filter: filter).rows(from: source)
        #expect(source.pulledCount == 0)
        let buffer = try ByteBuffer(count: rows.layout.bytesPerRow)
        let scale = Double(height) / Double(newHeight)
        for y in 0..<newHeight {
          var row = buffer.bytes.mutableBytes
          try rows.readRow(into: &row)
          // The last centre within reach of this row's.
          let reach = height == newHeight ? 0.5 : filter.support * max(scale, 1)
          let last = ((Double(y) + 0.5) * scale + reach - 0.5 + 1e-9).rounded(.down)
          #expect(source.pulledCount <= min(height, Int(last) + 1))
        }
      }
    }
  }

  @Test("the memory that is promised covers what is taken", arguments: everyFormat)
  func memory(format: PixelFormat) async throws {
    let sizes = [(40, 30), (1, 1), (100, 30), (40, 90), (100, 90), (7, 5)]
    let transfers: [TransferFunction?] = [nil, .sRGB, .linear]
    for (filter, transfer) in ResamplingFilter.allCases.flatMap({ filter in
      transfers.map { (filter, $0) }
    }) where filter != .nearest {
      for (width, height) in sizes {
        let input = try RowLayout(size: PixelSize(width: 40, height: 30), format: format)
        let resample = Resample(
          to: PixelSize(width: width, height: height), filter: filter, transfer: transfer)
        let source = try Picture.noise(40, 30, format).rows()
        let rows = try await resample.rows(from: source)
        let taken = (rows as? ResampledRows)?.bufferByteCount ?? 0
        #expect(try resample.workingByteCount(for: input) >= taken)
      }
    }
  }

  @Test("a tall picture is reduced in the memory of a few rows")
  func tallPicture() async throws {
    let layout = try RowLayout(
      size: PixelSize(width: 20_000, height: 20_000), format: PixelFormat(.rgba, .eight))
    let resample = Resample(to: PixelSize(width: 1024, height: 1024))
    #expect(try resample.workingByteCount(for: layout) < 40_000_000)
    let inLight = Resample(to: resample.size, transfer: .sRGB)
    #expect(try inLight.workingByteCount(for: layout) < 60_000_000)
  }

  @Test("an error from the source comes out unchanged")
  func errors() async throws {
    let rows = try await Resample(to: PixelSize(width: 3, height: 3)).rows(from: FailingRows())
    let buffer = try ByteBuffer(count: rows.layout.bytesPerRow)
    #expect(throws: FailingRows.Failure.self) {
      var row = buffer.bytes.mutableBytes
      try rows.readRow(into: &row)
    }
  }
}

private final class FailingRows: RowSource {
  struct Failure: Error {}

  let layout: RowLayout

  init() throws {
    layout = try RowLayout(
      size: PixelSize(width: 9, height: 9), format: PixelFormat(.rgb, .eight))
  }

  func readRow(into row: inout MutableRawSpan) throws { throw Failure() }
}
