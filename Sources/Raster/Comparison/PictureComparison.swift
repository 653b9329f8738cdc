import Glibc

/// Compares two pictures of one layout row by row.
///
/// It holds the rows under the window of structural similarity, as luma, and no pictures.
public final class PictureComparison {
  /// The layout of both pictures' rows.
  public let layout: RowLayout

  private var rows = DifferenceKernels.RowDifference()
  private var rowCount = 0
  /// The last rows in which nothing is translucent.
  private var opaqueRowCount = 0
  /// Over each backdrop that makes a difference.
  private let similarities: [(backdrop: Backdrop, similarity: StructuralSimilarity)]

  /// - Throws: `AllocationError`, `SizeOverflow`.
  public init(of layout: RowLayout) throws {
    self.layout = layout
    let full = Double(layout.format.maximumSample)
    similarities = try Backdrop.backdrops(for: layout.format).map {
      ($0, try StructuralSimilarity(size: layout.size, fullScale: full))
    }
  }

  /// The bytes that it holds.
  ///
  /// - Throws: `SizeOverflow`.
  public static func workingByteCount(for layout: RowLayout) throws(SizeOverflow) -> Int {
    try StructuralSimilarity.byteCount(for: layout.size)
      .times(Backdrop.backdrops(for: layout.format).count)
  }

  /// Takes the next row of either picture.
  ///
  /// Rows that are the same cost little; others mostly the sums under the window, some 100
  /// multiplications a pixel.
  ///
  /// - Parameters:
  ///   - first: `layout.bytesPerRow` bytes, aligned to samples.
  ///   - second: as many.
  public func addRow(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) {
    precondition(rowCount < layout.height, "there are only \(layout.height) rows")
    precondition(first.count == layout.bytesPerRow && second.count == layout.bytesPerRow)
    rowCount += 1
    let areEqual = Self.areEqual(first, second)
    if !areEqual { add(DifferenceKernels.measure(first, second, of: layout.format)) }
    let areOpaque =
      AlphaKernels.isOpaque(first, of: layout.format)
      && (areEqual || AlphaKernels.isOpaque(second, of: layout.format))
    opaqueRowCount = areOpaque ? opaqueRowCount + 1 : 0
    for (backdrop, similarity) in similarities {
      // Nothing shines through: the backdrop makes no difference.
      let hasTwin = backdrop != .black && opaqueRowCount >= similarity.windowHeight
      let twin = hasTwin ? similarities[0].similarity : nil
      similarity.addRow(areEqual: areEqual, twin: twin) { firstLuma, secondLuma in
        BackdropKernels.luma(first, of: layout.format, over: backdrop, into: firstLuma)
        BackdropKernels.luma(second, of: layout.format, over: backdrop, into: secondLuma)
      }
    }
  }

  private static func areEqual(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
  ) -> Bool {
    guard let one = first.baseAddress, let other = second.baseAddress else { return true }
    return memcmp(one, other, first.count) == 0
  }

  private func add(_ row: DifferenceKernels.RowDifference) {
    rows.maximum = max(rows.maximum, row.maximum)
    rows.pixelCount += row.pixelCount
    rows.squaresOverBlack += row.squaresOverBlack
    rows.squaresOverWhite += row.squaresOverWhite
  }

  /// What the rows came to.
  ///
  /// - Precondition: all rows were taken.
  public func difference() -> PictureDifference {
    precondition(rowCount == layout.height, "only \(rowCount) rows were taken")
    let format = layout.format
    let steps = Double(DifferenceKernels.stepsPerLevel(in: format))
    let sampleCount =
      Double(layout.width) * Double(layout.height) * (format.hasColour ? 3 : 1)
    let squares = max(rows.squaresOverBlack, rows.squaresOverWhite)
    return PictureDifference(
      depth: format.depth, maximum: Double(rows.maximum) / steps,
      differingPixelCount: rows.pixelCount,
      meanSquaredError: squares / (steps * steps) / sampleCount,
      similarity: similarities.map(\.similarity.mean).min() ?? 1)
  }
}

extension PixelFormat {
  /// The smallest format that holds every pixel of both exactly.
  public static func common(to first: PixelFormat, and second: PixelFormat) -> PixelFormat {
    PixelFormat(
      Channels(
        hasColour: first.hasColour || second.hasColour,
        hasAlpha: first.hasAlpha || second.hasAlpha),
      first.depth == .sixteen ? .sixteen : second.depth)
  }
}
