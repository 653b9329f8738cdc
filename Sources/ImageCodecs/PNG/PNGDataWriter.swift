internal import Deflate
import Raster

/// The picture data of one picture: rows filtered, a group at a time, and deflated.
///
/// Where there are several ways to filter, the way is found by trial on a group's first rows, and
/// kept for some groups more; then there is another trial, as a picture may have a sky above its town.
/// The more often the same way is found, the rarer trials are.
/// A picture of one group is deflated each way, and the smallest stream kept.
final class PNGDataWriter {
  private let layout: RowLayout
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
  private var trialGroupIndex = 0
  private var trialPeriod = PNGDataWriter.trialPeriods.lowerBound
  private var way: Int?
  /// The ways that the group's rows are filtered.
  private var filterings: [Int]

  private var deflater: Deflater?

  /// The bytes of the stream that nobody has taken.
  let stream = EncodedBytes()

  /// A group has about so many bytes.
  private static let groupByteCount = 96 << 10
  /// Every so many groups there is a trial, of about so many bytes.
  private static let trialByteCount = 32 << 10
  private static let trialPeriods = 4...16

  private static func groupCapacity(_ layout: RowLayout) -> Int {
    max(1, min(layout.height, groupByteCount / (layout.bytesPerRow + 1)))
  }

  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(_ layout: RowLayout, compression: PNGCompression) throws {
    self.layout = layout
    self.compression = compression
    pixelByteCount = layout.format.bytesPerPixel
    slotByteCount = try layout.bytesPerRow.plus(2 * FilterKernels.margin)
    rows = try ByteBuffer(count: slotByteCount.times(2))
    rows.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    groupCapacity = Self.groupCapacity(layout)
    filterings = Array(compression.filterings.indices)
    filtered = try ByteBuffer(
      count: (layout.bytesPerRow + 1).times(groupCapacity).plus(FilterKernels.margin)
        .times(filterings.count))
  }

  /// The most bytes that one holds, but for the stream.
  static func byteCount(for layout: RowLayout) throws(SizeOverflow) -> Int {
    let row = try layout.bytesPerRow.plus(1)
    let group = try row.times(groupCapacity(layout))
    // A deflater for the picture, and the two of a trial with what they made.
    return try Deflater.heldByteCount(byteCount: row.times(layout.height))
      .plus(Deflater.heldByteCount(byteCount: group).times(2))
      .plus(group.plus(64).times(4)).plus(row.plus(64).times(2))
  }

  /// Takes the next row; 16-bit samples in the machine's byte order.
  func writeRow(_ row: UnsafeRawBufferPointer) throws {
    let here = slot(rowIndex % 2)
    let target = UnsafeMutableRawBufferPointer(start: here, count: row.count)
    if layout.format.depth == .sixteen {
      ByteOrder.swapBigEndian(row, into: target)
    } else {
      target.copyMemory(from: row)
    }
    for filtering in filterings { filter(here, above: slot(1 - rowIndex % 2), by: filtering) }
    rowIndex += 1
    groupCount += 1
    if groupCount == groupCapacity || rowIndex == layout.height { try writeGroup() }
  }

  private func slot(_ index: Int) -> UnsafeMutablePointer<UInt8> {
    rows.pointer(at: index * slotByteCount + FilterKernels.margin)
  }

  private func filter(_ row: UnsafePointer<UInt8>, above: UnsafePointer<UInt8>, by filtering: Int) {
    let count = layout.bytesPerRow
    let filter =
      switch compression.filterings[filtering] {
      case .fixed(let filter): filter
      case .adaptive:
        FilterKernels.best(for: row, above: above, count: count, pixelByteCount: pixelByteCount)
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
      start: group(filtering), count: groupCount * (layout.bytesPerRow + 1))
  }

  private func writeGroup() throws {
    let isLast = rowIndex == layout.height
    var best = filterings[0]
    if filterings.count > 1 {
      let isWhole = isLast && groupIndex == 0
      let rowCount =
        isWhole ? groupCount : max(1, min(groupCount, Self.trialByteCount / layout.bytesPerRow))
      let trials = try filterings.map {
        try trial(of: $0, rowCount: rowCount, isWhole ? compression.effort : .trial)
      }
      for filtering in filterings where trials[filtering].count < trials[best].count {
        best = filtering
      }
      if isWhole { return try stream.append(trials[best]) }
    }
    let deflater = try self.deflater ?? makeDeflater(layout.height, compression.effort)
    self.deflater = deflater
    try deflater.write(bytes(of: best)) { try stream.append($0) }
    if isLast { try deflater.finish { try stream.append($0) } }
    if groupIndex == trialGroupIndex {
      trialPeriod =
        best == way
        ? min(2 * trialPeriod, Self.trialPeriods.upperBound) : Self.trialPeriods.lowerBound
      trialGroupIndex += trialPeriod
      way = best
    }
    groupCount = 0
    groupIndex += 1
    filterings = groupIndex == trialGroupIndex ? Array(compression.filterings.indices) : [best]
  }

  private func makeDeflater(
    _ rowCount: Int, _ effort: Deflater.Effort
  ) throws(AllocationError) -> Deflater {
    do throws(DeflateError) {
      return try Deflater(
        effort: effort, byteCount: (layout.bytesPerRow + 1) * rowCount)
    } catch {
      throw AllocationError(error)
    }
  }

  /// The group's first rows as a stream of their own.
  private func trial(
    of filtering: Int, rowCount: Int, _ effort: Deflater.Effort
  ) throws -> EncodedBytes {
    let deflater = try makeDeflater(rowCount, effort)
    let stream = EncodedBytes()
    let bytes = bytes(of: filtering)[..<(rowCount * (layout.bytesPerRow + 1))]
    try deflater.write(UnsafeRawBufferPointer(rebasing: bytes)) { try stream.append($0) }
    try deflater.finish { try stream.append($0) }
    return stream
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
