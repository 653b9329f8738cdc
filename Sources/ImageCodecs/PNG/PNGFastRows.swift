internal import Deflate
import Raster

/// The rows of a picture that is as it should be, and not interlaced: inflated, and their filters
/// undone, a few at a time and while they are in the cache.
///
/// Whatever is odd about the data ends it with `PNGOddity`.
final class PNGFastRows {
  private let data: PNGDataFeed
  private let inflater: Inflater
  private let rowByteCount: Int
  private let pixelByteCount: Int
  private let height: Int

  /// The row above the group, zeros above the first, and the group's rows.
  private let slots: ByteBuffer
  private let slotByteCount: Int
  private let groupCapacity: Int
  private var groupStart = 0
  private var groupCount = 0
  private var rowIndex = 0

  /// The rows that are made together are as many as fit this, and two at least.
  private static let groupByteCount = 64 << 10

  private static func groupCapacity(_ rowByteCount: Int, _ height: Int) -> Int {
    min(max(height, 1), max(2, min(16, groupByteCount / max(rowByteCount, 1))))
  }

  /// The bytes that one holds for such a picture.
  ///
  /// - Throws: `SizeOverflow`.
  static func byteCount(of picture: PNGPictureHeader) throws(SizeOverflow) -> Int {
    let row = try picture.packedRowByteCount().plus(1)
    let group = groupCapacity(row, picture.size.height)
    let filtered = try row.times(picture.size.height)
    let slots = try row.plus(64).times(group + 2)
    return try Inflater.heldByteCount(
      compressedByteCount: filtered, byteCount: filtered, pieceByteCount: row.times(group)
    ).plus(slots)
  }

  /// - Parameter source: stands behind the length and type of the first IDAT chunk.
  /// - Throws: `AllocationError`, `SizeOverflow`, what the source throws.
  init(_ source: ByteSource, of picture: PNGPictureHeader) throws {
    rowByteCount = try picture.packedRowByteCount()
    pixelByteCount = picture.filterByteCount
    height = picture.size.height
    groupCapacity = Self.groupCapacity(rowByteCount + 1, height)
    slotByteCount = (rowByteCount + UnfilterKernels.margin + 63) & ~63
    slots = try ByteBuffer(count: slotByteCount.times(groupCapacity + 1))
    let filteredByteCount = try (rowByteCount + 1).times(height)
    data = try PNGDataFeed(source)
    do throws(DeflateError) {
      inflater = try Inflater(
        compressedByteCount: max(0, source.byteCount - source.position),
        byteCount: filteredByteCount, pieceByteCount: (rowByteCount + 1) * groupCapacity)
    } catch {
      throw AllocationError(error)
    }
    slot(0).update(repeating: 0, count: slotByteCount)
  }

  /// The next row as stored, its samples packed, until the next call.
  ///
  /// - Throws: `PNGOddity`; what the source throws.
  func next() throws -> UnsafeRawBufferPointer {
    if readyRowCount == 0 { try makeRows() }
    return nextReady()
  }

  /// How many of the next rows are made.
  var readyRowCount: Int { groupStart + groupCount - rowIndex }

  /// The next row, which is made.
  func nextReady() -> UnsafeRawBufferPointer {
    precondition(readyRowCount > 0, "no row is made")
    defer { rowIndex += 1 }
    return UnsafeRawBufferPointer(start: slot(1 + rowIndex - groupStart), count: rowByteCount)
  }

  /// Reads to the end of the file.
  ///
  /// - Throws: `PNGOddity`; what the source throws.
  func finish() throws {
    do {
      try inflater.finish { try data.read(into: $0) }
    } catch let error as DeflateError {
      throw PNGOddity(isWrongChecksum: error == .wrongChecksum)
    }
    try data.finish()
  }

  /// Slot 0 is the row above the group.
  private func slot(_ index: Int) -> UnsafeMutablePointer<UInt8> {
    slots.pointer(at: index * slotByteCount)
  }

  /// Makes the next rows, where none is made.
  ///
  /// - Throws: as above.
  func makeRows() throws {
    precondition(readyRowCount == 0, "rows would be lost")
    if groupCount > 0 { slot(0).update(from: slot(groupCount), count: rowByteCount) }
    let count = min(groupCapacity, height - rowIndex)
    let filtered: UnsafeRawBufferPointer
    do {
      filtered = try inflater.next(count * (rowByteCount + 1)) { try data.read(into: $0) }
    } catch is DeflateError {
      throw PNGOddity()
    }
    guard let start = filtered.bindMemory(to: UInt8.self).baseAddress else { return }
    let rows = UnfilterKernels.Rows(
      filtered: start, slots: slot(0), slotByteCount: slotByteCount, byteCount: rowByteCount,
      pixelByteCount: pixelByteCount)
    guard UnfilterKernels.unfilter(rows, rowCount: count) else { throw PNGOddity() }
    (groupStart, groupCount) = (rowIndex, count)
  }
}
