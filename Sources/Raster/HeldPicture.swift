/// A picture in memory that gives out its rows as often as it is asked to: what several outputs are
/// made of.
public final class HeldPicture {
  private var image: Image
  private var filledCount = 0

  /// The size and the shape of the rows.
  public var layout: RowLayout { image.layout }

  /// A picture whose rows are still to come.
  ///
  /// - Throws: `AllocationError`.
  public init(layout: RowLayout) throws(AllocationError) {
    image = try Image(layout: layout)
  }

  /// Takes the next row of `source`.
  ///
  /// - Precondition: it has the layout of the picture, and so many rows have not been taken yet.
  /// - Throws: what the source throws.
  public func takeRow(of source: any RowSource) throws {
    precondition(source.layout == layout, "rows of another picture")
    var row = image.mutableBytes(ofRow: filledCount).mutableBytes
    try source.readRow(into: &row)
    filledCount += 1
  }

  /// The rows from the first to the last.
  ///
  /// - Precondition: all have been taken.
  public func rows() -> any RowSource {
    precondition(filledCount == layout.height, "a picture that is not complete")
    return HeldPictureRows(self)
  }

  fileprivate func copyRow(_ y: Int, into row: inout MutableRawSpan) {
    let stored = image.bytes(ofRow: y)
    row.withUnsafeMutableBytes { $0.copyMemory(from: stored) }
  }
}

private final class HeldPictureRows: RowSource {
  var layout: RowLayout { picture.layout }
  private let picture: HeldPicture
  private var rowIndex = 0

  init(_ picture: HeldPicture) { self.picture = picture }

  func readRow(into row: inout MutableRawSpan) throws {
    picture.copyRow(rowIndex, into: &row)
    rowIndex += 1
  }
}
