/// A table that tells from the next bits of a stream which symbol of a prefix code comes: a root
/// that is indexed by the first bits, and behind it tables for codes that are longer.
///
/// An entry holds all that is to be done about a symbol:
///
/// - one or two literals: code bits in 0-7, the byte in 8-15, the second one in 16-23, whether there
///   is a second one in 24, and 31 set;
/// - a length or distance: code bits and extra bits in 0-7, code bits alone in 8-11, the base in
///   16-30;
/// - a longer code: root bits in 0-7, index bits of its table in 8-11, where that begins in 16-30,
///
/// and flags in bits 12 to 15 for what is neither a literal nor in the common way.
struct DecodeTable: ~Copyable {
  typealias Entry = UInt32

  static let literalFlag: Entry = 1 << 31
  static let pairFlag: Entry = 1 << 24
  /// Anything but a literal, length or distance that is decoded at once.
  static let exceptionFlag: Entry = 1 << 15
  static let longerCodeFlag: Entry = 1 << 14
  static let endFlag: Entry = 1 << 13
  /// No symbol has this code.
  static let invalid: Entry = exceptionFlag

  let entries: UnsafeMutablePointer<Entry>
  let rootBitCount: Int
  private let capacity: Int

  init(rootBitCount: Int) {
    self.rootBitCount = rootBitCount
    // 288 symbols of up to 15 bits need at most 2342 entries with a root of 11 bits, and 32 symbols
    // 402 with one of 8 (zlib, examples/enough.c).
    capacity = 1 << rootBitCount + 4 * DeflateFormat.literalSymbolCount
    entries = .allocate(capacity: capacity)
    entries.initialize(repeating: Self.invalid, count: capacity)
  }

  deinit { entries.deallocate() }

  /// Fills the table for a code.
  ///
  /// - Parameters:
  ///   - lengths: of the code of each symbol; 0 for none.
  ///   - symbols: the entry of each, with its extra bits in bits 0 to 7 and no code bits.
  ///   - mayBeIncomplete: whether there may be a single code of one bit, or none at all.
  /// - Throws: `.corrupt` where the lengths are no code: too many, or too few.
  func build(
    _ lengths: UnsafeBufferPointer<UInt8>, symbols: UnsafePointer<Entry>,
    mayBeIncomplete: Bool = true
  ) throws(DeflateError) {
    var counts = Counts(repeating: 0)
    for length in lengths { counts[Int(length)] += 1 }
    counts[0] = 0
    var maximum = DeflateFormat.maximumCodeLength
    while maximum > 0, counts[maximum] == 0 { maximum -= 1 }
    var left = 1
    for length in 1...DeflateFormat.maximumCodeLength {
      left = 2 * left - counts[length]
      guard left >= 0 else { throw .corrupt }
    }
    guard left == 0 || mayBeIncomplete && maximum <= 1 else { throw .corrupt }
    if left > 0 {
      for index in 0..<1 << rootBitCount { entries[index] = Self.invalid }
    }
    // The codes in their order, each with its bits reversed, as they come out of the stream.
    var next = Counts(repeating: 0)
    var code = 0
    for length in 1..<16 {
      code = (code + counts[length - 1]) << 1
      next[length] = code
    }
    let rootMask = 1 << rootBitCount - 1
    var sortedStart = Counts(repeating: 0)
    for length in 1..<15 { sortedStart[length + 1] = sortedStart[length] + counts[length] }
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: lengths.count + 1) { sorted in
      for symbol in 0..<lengths.count where lengths[symbol] > 0 {
        let length = Int(lengths[symbol])
        sorted[sortedStart[length]] = UInt16(symbol)
        sortedStart[length] += 1
      }
      var used = 1 << rootBitCount
      var prefix = -1
      var tableStart = 0
      var tableBits = 0
      var position = 0
      for length in 1..<16 where counts[length] > 0 {
        for rank in 0..<counts[length] {
          let symbol = Int(sorted[position])
          position += 1
          let reversed = Int(UInt16(next[length] + rank).reversed(length))
          let entry = symbols[symbol]
          if length <= rootBitCount {
            let filled = Self.entry(entry, codeBits: length)
            var index = reversed
            while index <= rootMask {
              entries[index] = filled
              index += 1 << length
            }
          } else {
            if reversed & rootMask != prefix {
              prefix = reversed & rootMask
              tableStart = used
              // As large as the codes need that begin like this one: the shorter ones come first.
              tableBits = length - rootBitCount
              var room = 1 << tableBits - (counts[length] - rank)
              while room > 0, tableBits + rootBitCount < maximum {
                tableBits += 1
                room = room << 1 - counts[tableBits + rootBitCount]
              }
              used += 1 << tableBits
              precondition(used <= capacity)
              entries[prefix] =
                Self.exceptionFlag | Self.longerCodeFlag | Entry(tableStart) << 16
                | Entry(tableBits) << 8 | Entry(rootBitCount)
            }
            let filled = Self.entry(entry, codeBits: length - rootBitCount)
            var index = reversed >> rootBitCount
            while index < 1 << tableBits {
              entries[tableStart + index] = filled
              index += 1 << (length - rootBitCount)
            }
          }
        }
      }
    }
  }

  /// Counts by code length.
  private typealias Counts = InlineArray<16, Int>

  /// Lets an entry stand for two literals where both codes fit into the root's index.
  func pairLiterals() {
    for index in stride(from: 1 << rootBitCount - 1, through: 0, by: -1) {
      let first = entries[index]
      guard first & Self.literalFlag != 0 else { continue }
      // The second one's entry has a smaller index, and is not a pair yet.
      let second = entries[index >> Int(first & 0xFF)]
      let bitCount = first & 0xFF + second & 0xFF
      guard second & Self.literalFlag != 0, bitCount <= rootBitCount else { continue }
      entries[index] =
        Self.literalFlag | Self.pairFlag | (second & 0xFF00) << 8 | first & 0xFF00 | bitCount
    }
  }

  private static func entry(_ symbol: Entry, codeBits: Int) -> Entry {
    // The code's bits come in front of the extra bits.
    (symbol + Entry(codeBits)) | (symbol & literalFlag == 0 ? Entry(codeBits) << 8 : 0)
  }
}
