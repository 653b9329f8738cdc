/// A transform that maps every colour sample by itself, through a table of all levels. Streams, and
/// changes rows where they stand; alpha stays what it is.
public protocol ToneTransform: Transform {
  /// What each level becomes.
  var curve: ToneCurve { get }
}

extension ToneTransform {
  /// What goes in.
  public func outputLayout(for input: RowLayout) throws -> RowLayout { input }

  /// The table: 256 bytes, 128 KiB for 16-bit samples; nothing for the identity.
  public func workingByteCount(for input: RowLayout) throws -> Int {
    curve.isIdentity ? 0 : ToneTable.byteCount(depth: input.format.depth)
  }

  /// The rows with every colour sample mapped; `source` itself for the identity.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    if curve.isIdentity { return source }
    let channels = source.layout.format.channels
    let table = try await ToneTable.shared(curve, depth: source.layout.format.depth)
    return EditedRows(source) { row in
      switch table {
      case .eight(let levels):
        TableKernels.map(row.bindMemory(to: UInt8.self), of: channels, by: levels.span)
      case .sixteen(let levels):
        TableKernels.map(row.bindMemory(to: UInt16.self), of: channels, by: levels.span)
      }
    }
  }
}
