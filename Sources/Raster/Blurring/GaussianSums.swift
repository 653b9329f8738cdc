/// A picture under a bell curve, row by row, before the one rounding.
///
/// First the columns, over a ring of rows, then the row that they make: between the two there are
/// 16 bits for samples of 8, and 32 for samples of 16 or their products with alpha. Both are the
/// same kernel, since a row's neighbours are rows too, that start a pixel apart.
final class GaussianSums {
  /// The layout of the rows that are summed.
  let layout: RowLayout

  private let source: any RowSource
  private let vertical: GaussianKernel
  private let horizontal: GaussianKernel
  private let sourceRow: ByteBuffer
  private let between: ByteBuffer
  private let sums: ByteBuffer
  private var ring: RowRing
  private var sourceRing: RowRing?
  private var rowIndex = 0

  /// - Parameter keepsSource: whether `currentSourceRow` will be asked for.
  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(_ source: any RowSource, sigma: Double, keepsSource: Bool) throws {
    let layout = source.layout
    let sizes = try Sizes(layout, sigma: sigma)
    let depth = layout.format.depth
    vertical = GaussianKernel(sigma: sigma, pixelCount: layout.height, depth: depth)
    horizontal = GaussianKernel(sigma: sigma, pixelCount: layout.width, depth: depth)
    sourceRow = try ByteBuffer(count: sizes.sourceRow)
    between = try ByteBuffer(count: sizes.between)
    sums = try ByteBuffer(count: sizes.sums)
    ring = try RowRing(rowCapacity: sizes.ringRowCount, bytesPerRow: sizes.ringRow)
    if keepsSource && layout.format.hasAlpha {
      sourceRing = try RowRing(
        rowCapacity: sizes.ringRowCount, bytesPerRow: layout.bytesPerRow)
    }
    self.source = source
    self.layout = layout
    between.bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// The bytes that it all takes.
  ///
  /// - Throws: `SizeOverflow`.
  static func byteCount(
    for layout: RowLayout, sigma: Double, keepsSource: Bool
  ) throws(SizeOverflow) -> Int {
    let sizes = try Sizes(layout, sigma: sigma)
    let depth = layout.format.depth
    var total = try RowRing.byteCount(
      rowCapacity: sizes.ringRowCount, bytesPerRow: sizes.ringRow)
    if keepsSource && layout.format.hasAlpha {
      total = try total.plus(
        try RowRing.byteCount(rowCapacity: sizes.ringRowCount, bytesPerRow: layout.bytesPerRow))
    }
    for count in [layout.width, layout.height] {
      total = try total.plus(
        GaussianKernel.byteBound(sigma: sigma, pixelCount: count, depth: depth))
    }
    return try total.plus(sizes.sourceRow).plus(sizes.between).plus(sizes.sums)
  }

  /// The bytes that stand in its buffers.
  var bufferByteCount: Int {
    var total = sourceRow.count + between.count + sums.count + ring.byteCount
    if sourceRing != nil { total += sourceRing?.byteCount ?? 0 }
    return total
  }

  /// The fraction bits of the sums, below the sample or below its product with alpha.
  var fractionBits: Int { betweenBits + horizontal.fractionBits }

  /// The sums of the next row of 8-bit samples, moved down by half a range.
  func nextNarrowRow() throws -> UnsafeBufferPointer<Int32> {
    try pullRows()
    sumColumns()
    rowIndex += 1
    return sumNarrowRow()
  }

  /// The sums of the next row of 16-bit samples, moved down by half a range.
  func nextWideRow() throws -> UnsafeBufferPointer<Int64> {
    try pullRows()
    sumColumns()
    rowIndex += 1
    return sumWideRow()
  }

  /// The row that went in where the last one of sums came out.
  var currentSourceRow: UnsafeRawBufferPointer {
    let rows = sourceRing?.rows(from: rowIndex - 1, count: 1)
    let row = rows ?? ring.rows(from: rowIndex - 1, count: 1)
    let start = row.start(ofTap: 0)
    return UnsafeRawBufferPointer(rebasing: row.slots[start..<start + layout.bytesPerRow])
  }
}

/// The bytes of each buffer.
private struct Sizes {
  let sourceRow: Int
  let ringRow: Int
  let ringRowCount: Int
  let between: Int
  let sums: Int

  init(_ layout: RowLayout, sigma: Double) throws(SizeOverflow) {
    let format = layout.format
    let isNarrow = format.depth == .eight
    let samples = try layout.width.times(format.channelCount)
    let radius = GaussianKernel.radius(
      sigma: sigma, pixelCount: layout.width, depth: format.depth)
    sourceRow = format.hasAlpha ? layout.bytesPerRow : 0
    ringRow = try layout.bytesPerRow.times(format.hasAlpha ? 2 : 1)
    ringRowCount = GaussianKernel.tapCount(
      sigma: sigma, pixelCount: layout.height, depth: format.depth)
    between = try layout.width.plus(2 * radius).times(format.channelCount)
      .times(isNarrow ? MemoryLayout<Int16>.size : MemoryLayout<UInt32>.size)
    sums = try samples.times(isNarrow ? MemoryLayout<Int32>.size : MemoryLayout<Int64>.size)
  }
}

extension GaussianSums {
  private var channelCount: Int { layout.format.channelCount }
  private var sampleCount: Int { layout.width * channelCount }

  // The fraction bits between the passes. What is alpha times a sample fills the bits as it is.
  private var betweenBits: Int {
    layout.format.hasAlpha ? 0 : layout.format.depth == .eight ? 8 : 16
  }

  private func pullRows() throws {
    precondition(rowIndex < layout.height, "every row has been read")
    while ring.rowCount <= vertical.taps(of: rowIndex).upperBound { try pullRow() }
  }

  private func pullRow() throws {
    let format = layout.format
    let slot = ring.nextSlot
    guard format.hasAlpha else {
      var row = UnsafeMutableRawBufferPointer(rebasing: slot[..<layout.bytesPerRow]).mutableBytes
      try source.readRow(into: &row)
      return ring.advance()
    }
    var row = sourceRow.bytes.mutableBytes
    try source.readRow(into: &row)
    let samples = UnsafeRawBufferPointer(sourceRow.bytes)
    switch (format.depth, format.channels) {
    case (.eight, .rgba):
      PremultiplyKernels.premultiplyRGBA8(samples, into: slot)
    case (.eight, _):
      PremultiplyKernels.premultiplyOneByOne(
        samples, of: UInt8.self, channelCount: channelCount, bias: 1 << 15, into: slot,
        of: UInt16.self)
    case (.sixteen, _):
      PremultiplyKernels.premultiplyOneByOne(
        samples, of: UInt16.self, channelCount: channelCount, bias: 0, into: slot, of: UInt32.self)
    }
    ring.advance()
    if sourceRing != nil {
      sourceRing?.nextSlot.copyMemory(from: samples)
      sourceRing?.advance()
    }
  }

  // The row between the passes, in the middle of its buffer; what is around it stays 0.
  private func sumColumns() {
    let taps = vertical.taps(of: rowIndex)
    let range = vertical.weightRange(of: rowIndex)
    let rows = ring.rows(from: taps.lowerBound, count: taps.count)
    let sum = vertical.weightSum(of: rowIndex)
    let scale = BlurKernels.Scale(
      one: vertical.fractionBits, weightSum: sum, keptBits: betweenBits)
    let margin = horizontal.radius * channelCount
    switch vertical.weights {
    case .narrow(let weights):
      let weights = weights.span.extracting(range)
      let results = sums.bytes.bindMemory(to: Int32.self)
      if layout.format.hasAlpha {
        VerticalKernels.weigh(words: rows, by: weights, start: 0, shift: 0, into: results)
      } else {
        VerticalKernels.weigh(
          bytes: rows, by: weights, start: -128 * Int32(sum), shift: 0, into: results)
      }
      let words = between.bytes.bindMemory(to: Int16.self)
      BlurKernels.narrow(
        UnsafeBufferPointer(results), by: scale,
        into: UnsafeMutableBufferPointer(rebasing: words[margin..<margin + sampleCount]))
    case .wide(let weights):
      let weights = weights.span.extracting(range)
      let results = sums.bytes.bindMemory(to: UInt64.self)
      if layout.format.hasAlpha {
        BlurKernels.weigh(rows, of: UInt32.self, by: weights, into: results)
      } else {
        BlurKernels.weigh(rows, of: UInt16.self, by: weights, into: results)
      }
      let words = between.bytes.bindMemory(to: UInt32.self)
      BlurKernels.narrow(
        UnsafeBufferPointer(results), by: scale,
        into: UnsafeMutableBufferPointer(rebasing: words[margin..<margin + sampleCount]))
    }
  }

  // The row between the passes once for each weight, each time a pixel farther on.
  private func neighbours(bytesPerSample: Int) -> TapRows {
    let count = 2 * horizontal.radius + 1
    return TapRows(
      slots: UnsafeRawBufferPointer(between.bytes), bytesPerSlot: channelCount * bytesPerSample,
      slotCount: count, firstSlot: 0, count: count)
  }

  private func sumNarrowRow() -> UnsafeBufferPointer<Int32> {
    let results = sums.bytes.bindMemory(to: Int32.self)
    guard case .narrow(let weights) = horizontal.weights else { return .init(results) }
    VerticalKernels.weigh(
      words: neighbours(bytesPerSample: 2), by: weights.span, start: 0, shift: 0, into: results)
    for x in horizontal.edges.joined() {
      BlurKernels.complete(
        results, from: x * channelCount, count: channelCount,
        by: edgeScale(of: x).factor)
    }
    return UnsafeBufferPointer(results)
  }

  private func sumWideRow() -> UnsafeBufferPointer<Int64> {
    let results = sums.bytes.bindMemory(to: UInt64.self)
    let centred = UnsafeRawBufferPointer(sums.bytes).bindMemory(to: Int64.self)
    guard case .wide(let weights) = horizontal.weights else { return centred }
    BlurKernels.weigh(
      neighbours(bytesPerSample: 4), of: UInt32.self, by: weights.span, into: results)
    for x in horizontal.edges.joined() {
      BlurKernels.complete(
        results, from: x * channelCount, count: channelCount,
        by: edgeScale(of: x).factor)
    }
    // Samples of 32 bits by weights of 30: half of the range is 2^61.
    for index in 0..<sampleCount { results[index] &-= 1 << 61 }
    return centred
  }

  private func edgeScale(of x: Int) -> BlurKernels.Scale {
    BlurKernels.Scale(
      one: horizontal.fractionBits, weightSum: horizontal.weightSum(of: x),
      keptBits: horizontal.fractionBits)
  }
}
