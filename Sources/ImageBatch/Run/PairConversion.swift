import ImageCodecs
import Raster

/// How two pictures are brought to rows that can be compared, worked out from their headers alone.
///
/// Both stand upright, as a viewer would show them; where their orientation is the same, that takes
/// no turning. Their format is the smallest that holds the pixels of both exactly.
struct PairConversion {
  /// From either reader's rows to the rows that are compared.
  let steps: (first: [any Transform], second: [any Transform])

  /// The sizes of both, upright.
  let sizes: (first: PixelSize, second: PixelSize)

  /// The layout of the rows that are compared, where the sizes are the same.
  let layout: RowLayout

  /// How these rows must be turned to stand upright.
  let orientation: Orientation

  /// - Throws: `SizeOverflow`, `TransformError`.
  init(_ first: ImageHeader, _ second: ImageHeader) throws {
    let orientations = (first.metadata.orientation, second.metadata.orientation)
    let turns = orientations.0 != orientations.1
    let format = PixelFormat.common(to: first.pixelFormat, and: second.pixelFormat)
    func steps(_ orientation: Orientation) -> [any Transform] {
      let turn: [any Transform] =
        turns && orientation != .upright ? [Orient(orientation)] : []
      return turn + [ConvertFormat(to: format)]
    }
    orientation = turns ? .upright : orientations.0
    self.steps = (steps(orientations.0), steps(orientations.1))
    sizes = (orientations.0.applied(to: first.size), orientations.1.applied(to: second.size))
    layout = try self.steps.first.reduce(first.layout()) { try $1.outputLayout(for: $0) }
  }

  /// The most bytes that a comparison holds at once, known before any of them is allocated.
  ///
  /// Where an orientation has not been read yet, the dearest is counted.
  ///
  /// - Throws: what making the conversion throws; `SizeOverflow`.
  static func memoryByteCount(
    _ first: (header: ImageHeader, inputByteCount: Int),
    _ second: (header: ImageHeader, inputByteCount: Int), drawsDifferences: Bool
  ) throws -> Int {
    let reading = try ReadingCost.byteCount(
      header: first.header, inputByteCount: first.inputByteCount
    ).plus(
      ReadingCost.byteCount(header: second.header, inputByteCount: second.inputByteCount))
    var dearest = 0
    for first in first.header.possibilities {
      for second in second.header.possibilities {
        let conversion = try PairConversion(first, second)
        let working = try conversion.workingByteCount(
          first, second, drawsDifferences: drawsDifferences)
        dearest = max(dearest, working)
      }
    }
    return try reading.plus(dearest)
  }

  private func workingByteCount(
    _ first: ImageHeader, _ second: ImageHeader, drawsDifferences: Bool
  ) throws -> Int {
    guard sizes.first == sizes.second else { return 0 }
    var total = 0
    for (header, steps) in [(first, steps.first), (second, steps.second)] {
      var layout = try header.layout()
      for step in steps {
        total = try total.plus(step.workingByteCount(for: layout))
        layout = try step.outputLayout(for: layout)
      }
      total = try total.plus(layout.bytesPerRow)
    }
    let measuring = try PictureComparison.workingByteCount(for: layout)
    let drawing = drawsDifferences ? try drawingByteCount() : 0
    return try total.plus(max(measuring, drawing))
  }

  private func drawingByteCount() throws -> Int {
    let output = try DifferencePicture.outputLayout(for: layout)
    let writing =
      try CodecRegistry.codec(for: .png)?
      .writerByteCount(
        for: output, in: .png, metadata: Metadata(), options: EncodeOptions()) ?? 0
    return try DifferencePicture.workingByteCount(for: layout).plus(output.bytesPerRow)
      .plus(writing)
  }
}
