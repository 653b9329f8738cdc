/// The buffers of one resampling.
struct ResampleBuffers: ~Copyable {
  /// One source row as it came, for samples that alpha is multiplied into, or that become light.
  let source: ByteBuffer

  /// What the vertical pass makes of the ring.
  let between: ByteBuffer

  /// What the horizontal pass makes of that.
  let sums: ByteBuffer

  var ring: RowRing

  /// - Throws: `AllocationError`, `SizeOverflow`.
  init(input: RowLayout, output: RowLayout, light: Light, ringRows: Int) throws {
    let counts = try Self.byteCounts(input: input, output: output, light: light)
    let source = try ByteBuffer(count: counts.source)
    let between = try ByteBuffer(count: counts.between)
    let sums = try ByteBuffer(count: counts.sums)
    ring = try RowRing(rowCapacity: ringRows, bytesPerRow: counts.ringRow)
    self.source = source
    self.between = between
    self.sums = sums
    // The kernels read beyond the last pixel, and make nothing of it.
    self.between.bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// The bytes that have been allocated.
  var byteCount: Int { source.count + between.count + sums.count + ring.byteCount }

  static func byteCount(
    input: RowLayout, output: RowLayout, light: Light, ringRows: Int
  ) throws(SizeOverflow) -> Int {
    let counts = try byteCounts(input: input, output: output, light: light)
    let ring = try RowRing.byteCount(rowCapacity: ringRows, bytesPerRow: counts.ringRow)
    return try counts.source.plus(counts.between).plus(counts.sums).plus(ring)
  }

  private static func byteCounts(
    input: RowLayout, output: RowLayout, light: Light
  ) throws(SizeOverflow) -> (source: Int, ringRow: Int, between: Int, sums: Int) {
    let format = input.format
    let samples = try input.width.times(format.channelCount)
    let results = try output.width.times(format.channelCount)
    return (
      source: format.hasAlpha || light == .linear ? input.bytesPerRow : 0,
      ringRow: try samples.times(ResampleArithmetic.elementByteCount(for: format, in: light)),
      between: try samples.plus(HorizontalKernels.padding).times(MemoryLayout<Int32>.stride),
      sums: input.width == output.width
        ? 0
        : try results.plus(HorizontalKernels.padding).times(MemoryLayout<Int64>.stride)
    )
  }
}

/// The rows that a `Resample` gives out.
package final class ResampledRows: RowSource {
  package let layout: RowLayout
  private let source: any RowSource
  /// The same, where its rows need not be copied.
  private let sourceLender: (any RowLender)?
  /// That of the source, which is asked for many times a row.
  private let input: RowLayout
  private let arithmetic: ResampleArithmetic
  private var buffers: ResampleBuffers
  private var rowIndex = 0

  init(_ source: any RowSource, output: RowLayout, arithmetic: ResampleArithmetic) throws {
    self.source = source
    sourceLender = source.lender
    input = source.layout
    self.arithmetic = arithmetic
    layout = output
    buffers = try ResampleBuffers(
      input: input, output: output,
      light: arithmetic.lights == nil ? .encoded : .linear,
      ringRows: arithmetic.vertical?.maximumTapCount ?? 1)
  }

  private var channelCount: Int { layout.format.channelCount }
  private var sampleCount: Int { input.width * channelCount }

  /// The bytes that stand in buffers of its own; the tables are others'.
  package var bufferByteCount: Int { buffers.byteCount }

  package func readRow(into row: inout MutableRawSpan) throws {
    precondition(rowIndex < layout.height, "every row has been read")
    precondition(row.byteCount == layout.bytesPerRow)
    let first = arithmetic.vertical.map { Int($0.firstTaps[rowIndex]) } ?? rowIndex
    let count = arithmetic.vertical.map { Int($0.tapCounts[rowIndex]) } ?? 1
    while buffers.ring.rowCount < first + count { try pullRow() }
    weighColumns(buffers.ring.rows(from: first, count: count))
    rowIndex += 1
    row.withUnsafeMutableBytes { weighRow(into: $0) }
  }
}

extension ResampledRows {
  // Reads the next source row into the ring, with its alpha multiplied into it.
  private func pullRow() throws {
    if let lights = arithmetic.lights { return try pullRow(as: lights) }
    let slot = buffers.ring.nextSlot
    let byteCount = input.bytesPerRow
    let format = input.format
    guard format.hasAlpha else {
      var row = UnsafeMutableRawBufferPointer(rebasing: slot[..<byteCount]).mutableBytes
      try source.readRow(into: &row)
      buffers.ring.advance()
      return
    }
    // A copy of the reference would be counted, for each row.
    if sourceLender?.readyRowCount == 0 { try sourceLender?.makeRows() }
    let lent: Void? = sourceLender?.lendRow { row in
      row.withUnsafeBytes { premultiply($0, into: slot) }
    }
    if lent == nil {
      var row = buffers.source.bytes.mutableBytes
      try source.readRow(into: &row)
      premultiply(UnsafeRawBufferPointer(buffers.source.bytes), into: slot)
    }
    buffers.ring.advance()
  }

  private func premultiply(
    _ samples: UnsafeRawBufferPointer, into slot: UnsafeMutableRawBufferPointer
  ) {
    switch arithmetic.element {
    case .centred16 where channelCount == 4:
      PremultiplyKernels.premultiplyRGBA8(samples, into: slot)
    case .centred16:
      PremultiplyKernels.premultiplyOneByOne(
        samples, of: UInt8.self, channelCount: channelCount, bias: 1 << 15, into: slot,
        of: UInt16.self)
    case .uint8, .uint16:
      PremultiplyKernels.premultiplyOneByOne(
        samples, of: UInt8.self, channelCount: channelCount, bias: 0, into: slot, of: UInt16.self)
    case .uint32:
      PremultiplyKernels.premultiplyOneByOne(
        samples, of: UInt16.self, channelCount: channelCount, bias: 0, into: slot, of: UInt32.self)
    }
  }

  private func pullRow(as lights: LightTable) throws {
    let slot = buffers.ring.nextSlot.bindMemory(to: UInt32.self)
    let format = input.format
    var row = buffers.source.bytes.mutableBytes
    try source.readRow(into: &row)
    let samples = UnsafeRawBufferPointer(buffers.source.bytes)
    switch format.depth {
    case .eight:
      LightKernels.decode(
        samples.bindMemory(to: UInt8.self), of: format.channels, by: lights.lights.span,
        into: slot)
    case .sixteen:
      LightKernels.decode(
        samples.bindMemory(to: UInt16.self), of: format.channels, by: lights.lights.span,
        into: slot)
    }
    buffers.ring.advance()
  }

  // The row between the passes as 16-bit elements, and as 32-bit ones.
  private var narrowBetween: UnsafeMutableBufferPointer<Int16> {
    buffers.between.bytes.bindMemory(to: Int16.self)
  }

  private var wideBetween: UnsafeMutableBufferPointer<Int32> {
    buffers.between.bytes.bindMemory(to: Int32.self)
  }

  // The vertical pass: the ring's rows become the one between the passes.
  private func weighColumns(_ rows: TapRows) {
    guard let table = arithmetic.vertical else {
      if arithmetic.isNarrowBetween { return spread(rows, into: narrowSamples) }
      return spread(rows, into: wideSamples)
    }
    let taps = rowIndex * table.tapStride..<rowIndex * table.tapStride + rows.count
    switch table.weights {
    case .narrow(let weights):
      weighColumns(rows, by: weights.span.extracting(taps), bits: table.fractionBits)
    case .wide(let weights):
      weighColumns(
        rows, by: weights.span.extracting(taps), bits: table.fractionBits, into: wideSamples)
    }
  }

  private var narrowSamples: UnsafeMutableBufferPointer<Int16> {
    UnsafeMutableBufferPointer(rebasing: narrowBetween[..<sampleCount])
  }

  private var wideSamples: UnsafeMutableBufferPointer<Int32> {
    UnsafeMutableBufferPointer(rebasing: wideBetween[..<sampleCount])
  }

  // By itself, so that there is one use of the weights above: for two, their array is counted.
  private func weighColumns(_ rows: TapRows, by weights: Span<Int16>, bits: Int) {
    if arithmetic.isNarrowBetween {
      weighColumns(rows, by: weights, bits: bits, into: narrowSamples)
    } else {
      weighColumns(rows, by: weights, bits: bits, into: wideSamples)
    }
  }

  @inline(__always)
  private func weighColumns<Sum: FixedWidthInteger & SIMDScalar & BitwiseCopyable>(
    _ rows: TapRows, by weights: Span<Int16>, bits: Int, into out: UnsafeMutableBufferPointer<Sum>
  ) {
    let (start, half, shift) = rounding(ofWeightsWith: bits)
    if arithmetic.element == .uint8 {
      VerticalKernels.weigh(bytes: rows, by: weights, start: Int32(start), shift: shift, into: out)
    } else {
      VerticalKernels.weigh(words: rows, by: weights, start: Int32(half), shift: shift, into: out)
    }
  }

  private func weighColumns(
    _ rows: TapRows, by weights: Span<Int32>, bits: Int,
    into out: UnsafeMutableBufferPointer<Int32>
  ) {
    let (start, _, shift) = rounding(ofWeightsWith: bits)
    switch arithmetic.element {
    case .uint8:
      WideVerticalKernels.weigh(
        rows, of: UInt8.self, by: weights, start: Int64(start), shift: shift, into: out)
    case .uint16, .centred16:
      WideVerticalKernels.weigh(
        rows, of: UInt16.self, by: weights, start: Int64(start), shift: shift, into: out)
    case .uint32:
      WideVerticalKernels.weigh(
        rows, of: UInt32.self, by: weights, start: Int64(start), shift: shift, into: out)
    }
  }

  // What vertical sums are shifted down by; half of that, which rounds; and the half less what
  // moves elements down.
  private func rounding(ofWeightsWith bits: Int) -> (start: Int, half: Int, shift: Int) {
    let shift = bits - arithmetic.intermediateBits
    let half = shift > 0 ? 1 << (shift - 1) : 0
    return (half - arithmetic.centre << bits, half, shift)
  }

  @inline(__always)
  private func spread<Sum: FixedWidthInteger>(
    _ rows: TapRows, into out: UnsafeMutableBufferPointer<Sum>
  ) {
    let bits = arithmetic.intermediateBits
    let row = UnsafeRawBufferPointer(rebasing: rows.slots[rows.start(ofTap: 0)...])
    switch arithmetic.element {
    case .uint8:
      SpreadKernels.spread(
        row, of: UInt8.self, centre: arithmetic.centre, bits: bits, into: out)
    case .uint16:
      SpreadKernels.spread(
        row, of: UInt16.self, centre: arithmetic.centre, bits: bits, into: out)
    case .uint32:
      SpreadKernels.spread(
        row, of: UInt32.self, centre: arithmetic.centre, bits: bits, into: out)
    case .centred16:
      SpreadKernels.spread(row, of: Int16.self, centre: 0, bits: bits, into: out)
    }
  }

  // The horizontal pass over the row between the passes, and the rounding.
  private func weighRow(into bytes: UnsafeMutableRawBufferPointer) {
    guard let table = arithmetic.horizontal else {
      return finish(UnsafeBufferPointer(wideBetween), into: bytes)
    }
    switch table.weights {
    case .narrow(let weights):
      let sums = buffers.sums.bytes.bindMemory(to: Int32.self)
      HorizontalKernels.weigh(
        UnsafeBufferPointer(narrowBetween), channelCount: channelCount, table: table,
        weights: weights.span, into: sums)
      finish(UnsafeBufferPointer(sums), into: bytes)
    case .wide(let weights):
      let sums = buffers.sums.bytes.bindMemory(to: Int64.self)
      WideHorizontalKernels.weigh(
        UnsafeBufferPointer(wideBetween), channelCount: channelCount, table: table,
        weights: weights.span, into: sums)
      finish(UnsafeBufferPointer(sums), into: bytes)
    }
  }

  @inline(__always)
  private func finish<Sum: FixedWidthInteger & SignedInteger>(
    _ sums: UnsafeBufferPointer<Sum>, into bytes: UnsafeMutableRawBufferPointer
  ) {
    let bits = arithmetic.resultBits
    if let lights = arithmetic.lights {
      return encode(sums, bits: bits, by: lights.samples.span, into: bytes)
    }
    switch (layout.format.depth, layout.format.hasAlpha) {
    case (.eight, false):
      FinishKernels.round(sums, bits: bits, into: bytes.bindMemory(to: UInt8.self))
    case (.sixteen, false):
      FinishKernels.round(sums, bits: bits, into: bytes.bindMemory(to: UInt16.self))
    case (.eight, true):
      FinishKernels.unpremultiply(
        sums, channelCount: channelCount, bits: bits, into: bytes.bindMemory(to: UInt8.self))
    case (.sixteen, true):
      FinishKernels.unpremultiply(
        sums, channelCount: channelCount, bits: bits, into: bytes.bindMemory(to: UInt16.self))
    }
  }

  @inline(__always)
  private func encode<Sum: FixedWidthInteger & SignedInteger>(
    _ sums: UnsafeBufferPointer<Sum>, bits: Int, by samples: Span<UInt32>,
    into bytes: UnsafeMutableRawBufferPointer
  ) {
    let channels = layout.format.channels
    switch layout.format.depth {
    case .eight:
      LightKernels.encode(
        sums, bits: bits, of: channels, by: samples, into: bytes.bindMemory(to: UInt8.self))
    case .sixteen:
      LightKernels.encode(
        sums, bits: bits, of: channels, by: samples, into: bytes.bindMemory(to: UInt16.self))
    }
  }
}
