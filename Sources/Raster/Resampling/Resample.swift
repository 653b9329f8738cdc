/// Makes a picture larger or smaller, each axis by a ratio of its own.
///
/// First the columns, over a ring of the source rows that the next output row is made of, then
/// that one row; the order that lets a picture of any height flow through a few rows of memory.
/// Weights are exact in their sum, the row between the passes keeps at least 7 more bits and what
/// overshoots, and there is one rounding, at the very end. An axis that stays as long as it is
/// isn't touched.
///
/// Samples are weighed as they are stored, or as the light that they stand for, in 32 bits. With
/// alpha, which is a share in both cases, they are weighed by it: a colour under alpha 0 doesn't
/// bleed, and comes out as 0.
public struct Resample: Transform {
  /// The size that comes out.
  public let size: PixelSize

  /// The kernel.
  public let filter: ResamplingFilter

  /// What light the samples stand for, which is weighed then; nil where they are weighed as stored.
  /// `nearest` weighs nothing, and asks for neither.
  public let transfer: TransferFunction?

  /// A resampling to `size`, from whatever size comes in.
  public init(
    to size: PixelSize, filter: ResamplingFilter = .lanczos3, transfer: TransferFunction? = nil
  ) {
    self.size = size
    self.filter = filter
    self.transfer = transfer
  }

  /// The size asked for, in the format that goes in.
  public func outputLayout(for input: RowLayout) throws -> RowLayout {
    try RowLayout(size: size, format: input.format)
  }

  /// The ring, the rows between the passes, and the tables, shared or not; the same for all transfer
  /// functions.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    if input.size == size { return 0 }
    if filter == .nearest { return input.bytesPerRow }
    let light: Light = transfer == nil ? .encoded : .linear
    var total = try ResampleBuffers.byteCount(
      input: input, output: try outputLayout(for: input), light: light,
      ringRows: input.height == size.height
        ? 1
        : try CoefficientTable.tapBound(
          inputCount: input.height, outputCount: size.height, filter: filter))
    for (inputCount, outputCount) in [(input.width, size.width), (input.height, size.height)]
    where inputCount != outputCount {
      total = try total.plus(
        try CoefficientTable.byteBound(
          inputCount: inputCount, outputCount: outputCount, filter: filter))
    }
    if light == .linear {
      total = try total.plus(LightTable.byteCount(depth: input.format.depth))
    }
    return total
  }

  /// The resampled rows; `source` itself where it has the size already.
  ///
  /// Pulls no source row earlier than an output row needs it, and none that no row needs.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    let input = source.layout
    let output = try outputLayout(for: input)
    if input.size == output.size { return source }
    if filter == .nearest { return try NearestRows(source, output: output) }
    // Samples that are light already need no tables.
    let curve = transfer == .linear ? nil : transfer
    let light: Light = curve == nil ? .encoded : .linear
    let vertical = try await table(
      from: input.height, to: output.height,
      narrowBits: ResampleArithmetic.verticalBits(for: input.format, in: light))
    let horizontal = try await table(
      from: input.width, to: output.width,
      narrowBits: ResampleArithmetic.horizontalBits(
        for: input.format, in: light, after: vertical))
    var lights: LightTable?
    if let curve { lights = try await LightTable.shared(curve, depth: input.format.depth) }
    return try ResampledRows(
      source, output: output,
      arithmetic: ResampleArithmetic(
        format: input.format, lights: lights, vertical: vertical, horizontal: horizontal))
  }

  private func table(
    from inputCount: Int, to outputCount: Int, narrowBits: Int?
  ) async throws -> CoefficientTable? {
    guard inputCount != outputCount else { return nil }
    return try await CoefficientTable.shared(
      inputCount: inputCount, outputCount: outputCount, filter: filter,
      narrowFractionBits: narrowBits)
  }
}
