/// What a `DecodeTable` is to hold for each symbol, but for the bits of its code.
enum SymbolEntries {
  /// A literal, the end of a block, or the base of a length.
  nonisolated(unsafe) static let literals = constant(
    (0..<DeflateFormat.literalSymbolCount).map { symbol in
      switch symbol {
      case ..<DeflateFormat.endOfBlock: literal(symbol)
      case DeflateFormat.endOfBlock: DecodeTable.exceptionFlag | DecodeTable.endFlag
      default: value(DeflateFormat.lengths, symbol - DeflateFormat.endOfBlock - 1)
      }
    })

  nonisolated(unsafe) static let distances = constant(
    (0..<DeflateFormat.distanceSymbolCount).map { value(DeflateFormat.distances, $0) })

  nonisolated(unsafe) static let codeLengths = constant(
    (0..<DeflateFormat.codeLengthSymbolCount).map(literal))

  private static func literal(_ symbol: Int) -> DecodeTable.Entry {
    DecodeTable.literalFlag | DecodeTable.Entry(symbol) << 8
  }

  private static func value(
    _ values: [(base: Int, extraBitCount: Int)], _ index: Int
  ) -> DecodeTable.Entry {
    // Two symbols of each code stand for nothing.
    guard index < values.count else { return DecodeTable.invalid }
    return DecodeTable.Entry(values[index].base) << 16
      | DecodeTable.Entry(values[index].extraBitCount)
  }

  private static func constant(_ entries: [DecodeTable.Entry]) -> UnsafePointer<DecodeTable.Entry> {
    let copy = UnsafeMutablePointer<DecodeTable.Entry>.allocate(capacity: entries.count)
    copy.initialize(from: entries, count: entries.count)
    return UnsafePointer(copy)
  }
}
