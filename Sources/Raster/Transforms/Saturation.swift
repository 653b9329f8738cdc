/// Makes colours stronger or weaker; their luma stays, but for what is clamped. Streams, and changes
/// rows where they stand.
///
/// Every colour sample is moved away from the pixel's luma (Rec. ITU-R BT.709, samples as they are
/// stored), or towards it. Grays stay exactly, and so does alpha.
public struct Saturation: Transform {
  /// The factors that can be asked for.
  public static let range = 0.0...100.0

  private let held: Factor

  /// What distances from the luma are multiplied by, to five decimals: 0 leaves the luma alone, as
  /// `Grayscale` rounds it, 1 changes nothing.
  public var factor: Double { held.value }

  /// A change by that factor.
  ///
  /// - Precondition: `factor` is within `range`.
  public init(factor: Double) { held = Factor(factor, in: Self.range) }

  /// What goes in.
  public func outputLayout(for input: RowLayout) throws -> RowLayout { input }

  /// Nothing.
  public func workingByteCount(for input: RowLayout) throws -> Int { 0 }

  /// The changed rows: out = luma + (in − luma) · factor, computed exactly, rounded half up and
  /// clamped. `source` itself where that changes nothing.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    let format = source.layout.format
    if held.parts == Factor.one || !format.hasColour { return source }
    let parts = held.parts
    return EditedRows(source) { row in
      switch format.depth {
      case .eight:
        LumaKernels.saturate(
          row.bindMemory(to: UInt8.self), channelCount: format.channelCount, by: parts)
      case .sixteen:
        LumaKernels.saturate(
          row.bindMemory(to: UInt16.self), channelCount: format.channelCount, by: parts)
      }
    }
  }
}
