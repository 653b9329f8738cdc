import Raster

/// A picture as plain integers, for code that is to be read rather than fast.
struct Picture: Equatable, Sendable {
  let size: PixelSize
  let format: PixelFormat

  /// Rows from the top, pixels from the left, channels side by side.
  var samples: [Int]

  var width: Int { size.width }
  var height: Int { size.height }
  var channelCount: Int { format.channelCount }

  init(_ width: Int, _ height: Int, _ format: PixelFormat, _ sample: (Int, Int, Int) -> Int) {
    size = PixelSize(width: width, height: height)
    self.format = format
    samples = []
    samples.reserveCapacity(width * height * format.channelCount)
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<format.channelCount { samples.append(sample(x, y, channel)) }
      }
    }
  }

  subscript(x: Int, y: Int, channel: Int) -> Int {
    get { samples[(y * width + x) * channelCount + channel] }
    set { samples[(y * width + x) * channelCount + channel] = newValue }
  }

  func pixel(_ x: Int, _ y: Int) -> [Int] {
    (0..<channelCount).map { self[x, y, $0] }
  }

  /// Each pixel from where `place` says.
  func rearranged(to size: PixelSize, from place: (Int, Int) -> (Int, Int)) -> Picture {
    Picture(size.width, size.height, format) { x, y, channel in
      let (fromX, fromY) = place(x, y)
      return self[fromX, fromY, channel]
    }
  }

  var mirrored: Picture { rearranged(to: size) { (width - 1 - $0, $1) } }
  var transposed: Picture { rearranged(to: size.transposed) { ($1, $0) } }
}

extension Picture {
  func layout() throws -> RowLayout { try RowLayout(size: size, format: format) }

  func rows() throws -> PictureRows { try PictureRows(self) }

  /// What the transforms make of the picture, one after the other.
  func applying(_ transforms: any Transform...) async throws -> Picture {
    try await applying(transforms)
  }

  func applying(_ transforms: [any Transform]) async throws -> Picture {
    var rows: any RowSource = try rows()
    for transform in transforms {
      let promised = try transform.outputLayout(for: rows.layout)
      rows = try await transform.rows(from: rows)
      guard rows.layout == promised else { throw LayoutDiffers() }
    }
    return try Picture(reading: rows)
  }

  struct LayoutDiffers: Error {}

  init(reading rows: any RowSource) throws {
    size = rows.layout.size
    format = rows.layout.format
    samples = []
    var bytes = [UInt8](repeating: 0xa5, count: rows.layout.bytesPerRow)
    for _ in 0..<size.height {
      var span = bytes.mutableSpan
      var row = span.mutableBytes
      try rows.readRow(into: &row)
      switch format.depth {
      case .eight: samples += bytes.map { Int($0) }
      case .sixteen:
        bytes.withUnsafeBytes { samples += $0.bindMemory(to: UInt16.self).map { Int($0) } }
      }
    }
  }
}

/// Gives out a picture, and counts the rows that are pulled.
final class PictureRows: RowSource {
  let layout: RowLayout
  private let picture: Picture
  private(set) var pulledCount = 0

  init(_ picture: Picture) throws {
    self.picture = picture
    layout = try picture.layout()
  }

  func readRow(into row: inout MutableRawSpan) throws {
    precondition(pulledCount < layout.height, "more rows are pulled than there are")
    precondition(row.byteCount == layout.bytesPerRow)
    let count = picture.width * picture.channelCount
    let samples = picture.samples[pulledCount * count..<(pulledCount + 1) * count]
    pulledCount += 1
    row.withUnsafeMutableBytes { bytes in
      switch layout.format.depth {
      case .eight:
        for (index, sample) in samples.enumerated() { bytes[index] = UInt8(sample) }
      case .sixteen:
        let words = bytes.bindMemory(to: UInt16.self)
        for (index, sample) in samples.enumerated() { words[index] = UInt16(sample) }
      }
    }
  }
}

/// All eight formats.
let everyFormat = PixelFormat.Channels.allCases.flatMap { channels in
  PixelFormat.SampleDepth.allCases.map { PixelFormat(channels, $0) }
}
