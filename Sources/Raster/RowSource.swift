/// A picture that gives out its rows once, from top to bottom.
///
/// A decoder is one, and so is each transform over another source: a pipeline is a chain of them,
/// pulled from its end, so that no more than a few rows stand in memory. A source belongs to one
/// job and is used by one thread at a time.
public protocol RowSource: AnyObject {
  /// The size and shape of the rows to come.
  var layout: RowLayout { get }

  /// Fills `row` with the next row.
  ///
  /// - Parameter row: exactly `layout.bytesPerRow` bytes; every byte is written.
  /// - Precondition: called at most `layout.height` times.
  /// - Throws: what keeps the row from being made; after an error the source is spent.
  func readRow(into row: inout MutableRawSpan) throws

  /// The same rows, to be lent; nil, and by default nil, where they stand nowhere until they are read.
  var lender: (any RowLender)? { get }
}

/// Where the rows of a picture go, from top to bottom.
public protocol RowSink: AnyObject {
  /// Takes the next row, of the layout that the sink was made for.
  ///
  /// - Throws: what keeps the row from being taken; after an error the sink is spent.
  func writeRow(_ row: RawSpan) throws
}
