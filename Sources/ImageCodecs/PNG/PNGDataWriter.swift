internal import Deflate
import Raster

/// The picture data of one picture: rows filtered and deflated.
///
/// Where there are several ways to filter, rows wait until there are enough to ask which way is best,
/// by the bytes that each makes of some of them; that way is kept for many rows more, and then it is
/// asked again, as a picture may have a sky above its town.
final class PNGDataWriter {
  private let rowByteCount: Int
  private let height: Int
  private let filterings: [PNGCompression.Filtering]
  private let pixelByteCount: Int

  /// The rows that wait and the one above them, by turns, with margins of zeros around them. The
  /// margin in front of a row ends with what says that it goes without a filter.
  private let rows: ByteBuffer
  private let slotByteCount: Int
  private let groupCapacity: Int
  private var rowIndex = 0

  /// The way in which rows are filtered, until it is asked for again.
  private var filtering: PNGCompression.Filtering
  /// The first row behind those that may be filtered so.
  private var filteringEnd: Int
  /// How many rows are deflated.
  private var deflatedCount = 0
  /// A row as it is deflated, with its filter in front.
  private let filtered: ByteBuffer

  private let deflater: Deflater

  /// The bytes of the stream that nobody has taken.
  private let stream = EncodedBytes()

  /// A chunk of picture data holds at least so many bytes, but for the last.
  static let chunkByteCount = 64 << 10
  /// And no more than this: a single row may have gigabytes.
  private static let maximumChunkByteCount = 1 << 30

  /// The rows that wait have about so many bytes.
  private static let groupByteCount = 96 << 10
  /// The way that was found is kept for so many times as many rows.
  private static let choicePeriod = 4
  /// Of the rows that wait one in so many is asked, and of a few more of them.
  private static let sampleStep = 4

  private static func groupCapacity(slotByteCount: Int, _ height: Int) -> Int {
    max(1, min(height, groupByteCount / slotByteCount))
  }

  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(_ picture: PNGPictureHeader, compression: PNGCompression) throws {
    rowByteCount = try picture.packedRowByteCount()
    height = picture.size.height
    filterings = compression.filterings
    filtering = filterings[0]
    filteringEnd = filterings.count > 1 ? 0 : height
    pixelByteCount = picture.filterByteCount
    slotByteCount = try rowByteCount.plus(FilterKernels.margin)
    groupCapacity =
      filterings.count > 1 ? Self.groupCapacity(slotByteCount: slotByteCount, height) : 1
    rows = try ByteBuffer(
      count: slotByteCount.times(groupCapacity + 1).plus(FilterKernels.margin))
    rows.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    filtered = try ByteBuffer(count: slotByteCount + 1)
    let byteCount = try rowByteCount.plus(1).times(height)
    do throws(DeflateError) {
      deflater = try Deflater(effort: compression.effort, byteCount: byteCount)
    } catch {
      throw AllocationError(error)
    }
  }

  /// The most bytes that one holds, but for the stream.
  static func byteCount(
    for layout: RowLayout, effort: PNGCompression.Effort
  ) throws(SizeOverflow) -> Int {
    let row = try layout.bytesPerRow.plus(1)
    let slot = try row.plus(FilterKernels.margin)
    // In the form that is stored rows may be shorter, and more of them wait.
    let group = try min(slot.times(layout.height), max(slot, groupByteCount))
    return try Deflater.heldByteCount(byteCount: row.times(layout.height), effort: effort)
      .plus(group).plus(slot.times(2)).plus(3 * 64)
  }

  /// Where the next row is to stand, packed as stored, before it is written.
  var nextRow: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: slot(ofRow: rowIndex), count: rowByteCount)
  }

  /// Writes what stands in `nextRow`.
  func writeRow() throws {
    rowIndex += 1
    if rowIndex > filteringEnd {
      guard rowIndex == height || rowIndex - filteringEnd == groupCapacity else { return }
      filtering = bestFiltering(of: filteringEnd..<rowIndex)
      filteringEnd += Self.choicePeriod * groupCapacity
    }
    // Once for all of them.
    let (deflater, stream) = (deflater, stream)
    while deflatedCount < rowIndex {
      try deflater.write(filteredRow(deflatedCount, by: filtering)) { try stream.append($0) }
      deflatedCount += 1
    }
    if rowIndex == height { try deflater.finish { try stream.append($0) } }
  }

  /// Whether there is enough of the stream for a chunk.
  var fillsChunk: Bool { stream.count >= Self.chunkByteCount }

  /// Takes what there is of the stream, as the contents of one chunk, or of more where it is very
  /// long.
  ///
  /// - Throws: what `append` throws.
  func takeChunks(_ append: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    var rest = stream.bytes
    repeat {
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.maximumChunkByteCount))
      try append(part)
      rest = UnsafeRawBufferPointer(rebasing: rest[part.count...])
    } while !rest.isEmpty
    stream.clear()
  }

  /// Where a row stands, as long as no more than a group has come since; -1 is that above the first.
  private func slot(ofRow y: Int) -> UnsafeMutablePointer<UInt8> {
    let slotCount = groupCapacity + 1
    return rows.pointer(at: (y + slotCount) % slotCount * slotByteCount + FilterKernels.margin)
  }

  /// The row with its filter in front, until the next call.
  private func filteredRow(
    _ y: Int, by filtering: PNGCompression.Filtering
  ) -> UnsafeRawBufferPointer {
    let count = rowByteCount
    let row = slot(ofRow: y)
    let above = slot(ofRow: y - 1)
    let filter =
      switch filtering {
      case .fixed(let filter): filter
      case .adaptive:
        FilterKernels.best(for: row, above: above, count: count, pixelByteCount: pixelByteCount)
      case .fewestPairs:
        FilterKernels.fewestPairs(
          for: row, above: above, count: count, pixelByteCount: pixelByteCount)
      }
    guard filter != UnfilterKernels.none else {
      return UnsafeRawBufferPointer(start: row - 1, count: count + 1)
    }
    let target = filtered.pointer(at: 0)
    target[0] = filter
    FilterKernels.filter(
      filter, row, above: above, count: count, pixelByteCount: pixelByteCount, into: target + 1)
    return UnsafeRawBufferPointer(start: target, count: count + 1)
  }

  /// The way that gives the bytes of the smallest entropy; a later one has to be smaller by a
  /// twentieth, or the matches that it costs are worth more.
  private func bestFiltering(of rows: Range<Int>) -> PNGCompression.Filtering {
    var best = filterings[0]
    var bestEntropy = entropy(of: rows, by: best)
    for filtering in filterings.dropFirst() {
      let entropy = entropy(of: rows, by: filtering)
      if entropy < bestEntropy - bestEntropy / 20 { (best, bestEntropy) = (filtering, entropy) }
    }
    return best
  }

  private func entropy(of rows: Range<Int>, by filtering: PNGCompression.Filtering) -> Int {
    var histogram = ByteHistogram()
    let step = max(1, min(Self.sampleStep, rows.count / 8))
    for y in stride(from: rows.lowerBound + step / 2, to: rows.upperBound, by: step) {
      // A single row may have gigabytes.
      let sample = filteredRow(y, by: filtering).prefix(Self.groupByteCount)
      histogram.add(UnsafeRawBufferPointer(rebasing: sample))
    }
    return histogram.entropy
  }
}

extension AllocationError {
  /// What a stream was refused.
  init(_ error: DeflateError) {
    guard case .outOfMemory(let byteCount) = error else {
      preconditionFailure("\(error): a stream that is only made fails for nothing else")
    }
    self.init(byteCount: byteCount)
  }
}
