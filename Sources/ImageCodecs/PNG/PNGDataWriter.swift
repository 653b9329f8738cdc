internal import Deflate
import Raster

/// The picture data of one picture: rows filtered, a group at a time, and deflated.
///
/// Where there are several ways to filter, the way is found by the bytes that each makes of a group,
/// and kept for some groups more; then it is asked again, as a picture may have a sky above its town.
final class PNGDataWriter {
  private let rowByteCount: Int
  private let height: Int
  private let compression: PNGCompression
  private let pixelByteCount: Int

  /// This row and the one above, by turns, with margins around them.
  private let rows: ByteBuffer
  private let slotByteCount: Int
  private var rowIndex = 0

  /// For each way to filter the group's rows, each with its filter in front.
  private let filtered: ByteBuffer
  private let groupCapacity: Int
  private var groupCount = 0
  private var groupIndex = 0
  /// The ways that the group's rows are filtered.
  private var filterings: [Int]

  private var deflater: Deflater?

  /// The bytes of the stream that nobody has taken.
  private let stream = EncodedBytes()

  /// A chunk of picture data holds at least so many bytes, but for the last.
  static let chunkByteCount = 64 << 10
  /// And no more than this: a single row may have gigabytes.
  private static let maximumChunkByteCount = 1 << 30

  /// A group has about so many bytes.
  private static let groupByteCount = 96 << 10
  /// Every so many groups the way to filter is asked for.
  private static let choicePeriod = 4

  private static func groupCapacity(_ rowByteCount: Int, _ height: Int) -> Int {
    max(1, min(height, groupByteCount / (rowByteCount + 1)))
  }

  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(_ picture: PNGPictureHeader, compression: PNGCompression) throws {
    rowByteCount = try picture.packedRowByteCount()
    height = picture.size.height
    self.compression = compression
    pixelByteCount = picture.filterByteCount
    slotByteCount = try rowByteCount.plus(2 * FilterKernels.margin)
    rows = try ByteBuffer(count: slotByteCount.times(2))
    rows.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    groupCapacity = Self.groupCapacity(rowByteCount, height)
    filterings = Array(compression.filterings.indices)
    filtered = try ByteBuffer(
      count: (rowByteCount + 1).times(groupCapacity).plus(FilterKernels.margin)
        .times(filterings.count))
  }

  /// The most bytes that one holds, but for the stream.
  static func byteCount(
    for layout: RowLayout, effort: PNGCompression.Effort
  ) throws(SizeOverflow) -> Int {
    let row = try layout.bytesPerRow.plus(1)
    let group = try row.times(groupCapacity(layout.bytesPerRow, layout.height))
    return try Deflater.heldByteCount(byteCount: row.times(layout.height), effort: effort)
      .plus(group.plus(64).times(2)).plus(row.plus(64).times(2))
  }

  /// Takes the next row, packed as stored, from who fills it.
  func writeRow(_ fill: (UnsafeMutableRawBufferPointer) -> Void) throws {
    let here = slot(rowIndex % 2)
    fill(UnsafeMutableRawBufferPointer(start: here, count: rowByteCount))
    for filtering in filterings { filter(here, above: slot(1 - rowIndex % 2), by: filtering) }
    rowIndex += 1
    groupCount += 1
    if groupCount == groupCapacity || rowIndex == height { try writeGroup() }
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

  private func slot(_ index: Int) -> UnsafeMutablePointer<UInt8> {
    rows.pointer(at: index * slotByteCount + FilterKernels.margin)
  }

  private func filter(_ row: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>, by filtering: Int) {
    let count = rowByteCount
    let filter =
      switch compression.filterings[filtering] {
      case .fixed(let filter): filter
      case .adaptive:
        FilterKernels.best(for: row, above: above, count: count, pixelByteCount: pixelByteCount)
      case .fewestPairs:
        FilterKernels.fewestPairs(
          for: row, above: above, count: count, pixelByteCount: pixelByteCount)
      }
    let target = group(filtering) + groupCount * (count + 1)
    target[0] = filter
    FilterKernels.filter(
      filter, row, above: above, count: count, pixelByteCount: pixelByteCount, into: target + 1)
  }

  private func group(_ filtering: Int) -> UnsafeMutablePointer<UInt8> {
    filtered.pointer(at: filtering * (filtered.count / compression.filterings.count))
  }

  private func bytes(of filtering: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      start: group(filtering), count: groupCount * (rowByteCount + 1))
  }

  private func writeGroup() throws {
    let best = bestFiltering()
    let deflater = try self.deflater ?? makeDeflater()
    self.deflater = deflater
    try deflater.write(bytes(of: best)) { try stream.append($0) }
    if rowIndex == height { try deflater.finish { try stream.append($0) } }
    groupCount = 0
    groupIndex += 1
    filterings =
      groupIndex % Self.choicePeriod == 0 ? Array(compression.filterings.indices) : [best]
  }

  /// The way that gives the bytes of the smallest entropy; a later one has to be smaller by a
  /// twentieth, or the matches that it costs are worth more.
  private func bestFiltering() -> Int {
    var best = filterings[0]
    guard filterings.count > 1 else { return best }
    var bestEntropy = entropy(of: best)
    for filtering in filterings.dropFirst() {
      let entropy = entropy(of: filtering)
      if entropy < bestEntropy - bestEntropy / 20 { (best, bestEntropy) = (filtering, entropy) }
    }
    return best
  }

  private func entropy(of filtering: Int) -> Int {
    // A single row may have gigabytes.
    let sample = bytes(of: filtering).prefix(Self.groupByteCount)
    return ByteHistogram.of(UnsafeRawBufferPointer(rebasing: sample)) { $0.entropy }
  }

  private func makeDeflater() throws(AllocationError) -> Deflater {
    do throws(DeflateError) {
      return try Deflater(
        effort: compression.effort, byteCount: (rowByteCount + 1) * height)
    } catch {
      throw AllocationError(error)
    }
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
