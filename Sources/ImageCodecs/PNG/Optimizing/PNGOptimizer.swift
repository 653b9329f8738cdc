import Raster

/// Writes a picture as PNG in the fewest bytes that are found: it holds the whole picture, tries ways
/// to store it, to filter it and to deflate it, and keeps the smallest outcome.
///
/// The ways are held against each other by a quick deflate; those that come out first are deflated
/// by the shortest path.
final class PNGOptimizer: ImageWriter {
  private let layout: RowLayout
  private let metadata: Metadata
  private let trials: PNGTrials
  private let output: EncodedBytes

  private var picture: Image
  private var rowCount = 0
  private let census: ColourCensus

  /// - Throws: `AllocationError`.
  init(
    _ layout: RowLayout, metadata: Metadata, level: Int, output: EncodedBytes
  ) throws {
    self.layout = layout
    self.metadata = metadata
    self.output = output
    trials = PNGTrials(level: level)
    picture = try Image(layout: layout)
    census = PNGStorage.census(of: layout, metadata)
  }

  /// The most bytes that writing holds, all of the output included.
  static func byteCount(
    for layout: RowLayout, metadata: Metadata, level: Int
  ) throws(SizeOverflow) -> Int {
    // The picture, the best outcome so far, and the one that is being made, with its tools.
    let trial = try PNGPictureWriter.byteCount(
      for: layout, metadata: metadata, effort: PNGTrials(level: level).finalEffort)
    return try layout.byteCount.plus(trial.times(2))
  }

  func writeRow(_ row: RawSpan) throws {
    precondition(rowCount < layout.height, "there are only \(layout.height) rows")
    precondition(row.byteCount == layout.bytesPerRow, "a row has \(layout.bytesPerRow) bytes")
    row.withUnsafeBytes { row in
      picture.mutableBytes(ofRow: rowCount).copyMemory(from: row)
      if census.isOpen { _ = census.take(row) }
    }
    rowCount += 1
  }

  func finish() throws { try finish {} }

  func finish(checking check: () throws -> Void) throws {
    precondition(rowCount == layout.height, "only \(rowCount) rows were written")
    var best: EncodedBytes?
    var outcomes: [(trial: PNGTrials.Trial, byteCount: Int)] = []
    for trial in trials.all(over: storages) {
      let bytes = try encode(trial, trials.effort, check)
      outcomes.append((trial, bytes.count))
      if bytes.count < best?.count ?? .max { best = bytes }
    }
    // Of those that are equal the one that was tried first.
    let ranked = outcomes.enumerated().sorted {
      ($0.element.byteCount, $0.offset) < ($1.element.byteCount, $1.offset)
    }
    for outcome in ranked.prefix(trials.finalistCount) {
      let bytes = try encode(outcome.element.trial, trials.finalEffort, check)
      if bytes.count < best?.count ?? .max { best = bytes }
    }
    if let best { try output.append(best) }
  }

  private var storages: [PNGStorage] {
    guard census.isOpen else { return [PNGStorage(asIs: layout)] }
    let key = TransparentColour.found(
      in: layout.format, census,
      rows: (0..<layout.height).lazy.map { self.picture.bytes(ofRow: $0) })
    return PNGStorage.candidates(for: layout, census, key: key).flatMap { storage in
      trials.triesOrders ? [storage] + storage.otherOrders : [storage]
    }
  }

  private func encode(
    _ trial: PNGTrials.Trial, _ effort: PNGCompression.Effort, _ check: () throws -> Void
  ) throws -> EncodedBytes {
    let bytes = EncodedBytes()
    let writer = try PNGPictureWriter(
      trial.storage, from: layout.format, metadata: metadata,
      compression: PNGCompression(filterings: trial.filterings, effort: effort), output: bytes)
    for y in 0..<layout.height {
      try check()
      try writer.writeRow(picture.bytes(ofRow: y))
    }
    try writer.finish()
    return bytes
  }
}
