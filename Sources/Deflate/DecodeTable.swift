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

  private let memory: Memory<Entry>
  private let mostRootBits: Int
  private let capacity: Int

  /// - Parameters:
  ///   - mostRootBits: the most bits that index the root.
  ///   - capacity: the most entries that a code of 15 bits needs then (zlib, examples/enough.c).
  /// - Throws: `.outOfMemory`.
  init(mostRootBits: Int, capacity: Int) throws(DeflateError) {
    self.mostRootBits = mostRootBits
    self.capacity = capacity
    memory = try Memory(capacity)
    entries.initialize(repeating: Self.invalid, count: capacity)
  }

  var entries: UnsafeMutablePointer<Entry> { memory.base }

  /// Fills the table for a code.
  ///
  /// - Parameters:
  ///   - lengths: of the code of each symbol; 0 for none.
  ///   - symbols: the entry of each, with its extra bits in bits 0 to 7 and no code bits.
  ///   - mayBeIncomplete: whether there may be a single code of one bit, or none at all.
  /// - Returns: how many bits index the root: no more than the longest code has.
  /// - Throws: `.corrupt` where the lengths are no code: too many, or too few.
  func build(
    _ lengths: UnsafeBufferPointer<UInt8>, symbols: UnsafePointer<Entry>,
    mayBeIncomplete: Bool = true
  ) throws(DeflateError) -> Int {
    var counts = Counts(repeating: 0)
    for length in lengths { counts[Int(length & 15)] &+= 1 }
    counts[0] = 0
    var maximum = DeflateFormat.maximumCodeLength
    while maximum > 0, counts[maximum] == 0 { maximum -= 1 }
    var left = 1
    for length in 1...DeflateFormat.maximumCodeLength {
      left = 2 * left - counts[length]
      guard left >= 0 else { throw .corrupt }
    }
    guard left == 0 || mayBeIncomplete && maximum <= 1 else { throw .corrupt }
    let rootBits = min(maximum, mostRootBits)
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: lengths.count + 1) { sorted in
      Self.sort(lengths, counts, into: sorted)
      fill(sorted, counts, symbols, maximum: maximum, rootBits: rootBits)
    }
    return rootBits
  }

  /// The symbols in the order of their codes.
  private static func sort(
    _ lengths: UnsafeBufferPointer<UInt8>, _ counts: Counts,
    into sorted: UnsafeMutableBufferPointer<UInt16>
  ) {
    var places = Counts(repeating: 0)
    for length in 1..<15 { places[length + 1] = places[length] &+ counts[length] }
    for symbol in 0..<lengths.count where lengths[symbol] > 0 {
      let length = Int(lengths[symbol] & 15)
      sorted[places[length]] = UInt16(truncatingIfNeeded: symbol)
      places[length] &+= 1
    }
  }

  private func fill(
    _ sorted: UnsafeMutableBufferPointer<UInt16>, _ counts: Counts, _ symbols: UnsafePointer<Entry>,
    maximum: Int, rootBits: Int
  ) {
    let rootMask = 1 << rootBits - 1
    // The codes in their order, each with its bits reversed, as they come out of the stream.
    var code = 0
    var position = 0
    var used = 1 << rootBits
    var prefix = -1
    var tableStart = 0
    var tableBits = 0
    entries[0] = Self.invalid
    for length in stride(from: 1, through: maximum, by: 1) {
      code <<= 1
      // With one bit more before its index an entry stands in both halves of the root.
      if length <= rootBits {
        (entries + (1 << (length - 1))).update(from: entries, count: 1 << (length - 1))
      }
      for rank in 0..<counts[length] {
        let entry = symbols[Int(sorted[position])]
        position &+= 1
        let reversed = Int(UInt16(truncatingIfNeeded: code).reversed(length))
        code &+= 1
        if length <= rootBits {
          entries[reversed] = Self.entry(entry, codeBits: length)
          continue
        }
        if reversed & rootMask != prefix {
          prefix = reversed & rootMask
          tableStart = used
          // As large as the codes need that begin like this one: the shorter ones come first.
          tableBits = length - rootBits
          var room = 1 << tableBits - (counts[length] - rank)
          while room > 0, tableBits + rootBits < maximum {
            tableBits += 1
            room = room << 1 - counts[tableBits + rootBits]
          }
          used += 1 << tableBits
          precondition(used <= capacity)
          entries[prefix] =
            Self.exceptionFlag | Self.longerCodeFlag | Entry(tableStart) << 16
            | Entry(tableBits) << 8 | Entry(rootBits)
        }
        let filled = Self.entry(entry, codeBits: length - rootBits)
        var index = reversed >> rootBits
        while index < 1 << tableBits {
          entries[tableStart + index] = filled
          index += 1 << (length - rootBits)
        }
      }
    }
  }

  /// Counts by code length.
  private typealias Counts = InlineArray<16, Int>

  /// Lets an entry stand for two literals where both codes fit into the root's index.
  func pairLiterals(rootBits: Int) {
    for index in stride(from: 1 << rootBits - 1, through: 0, by: -1) {
      let first = entries[index]
      guard first & Self.literalFlag != 0 else { continue }
      // The second one's entry has a smaller index, and is not a pair yet.
      let second = entries[index >> Int(first & 0xFF)]
      let bitCount = first & 0xFF + second & 0xFF
      guard second & Self.literalFlag != 0, bitCount <= rootBits else { continue }
      entries[index] =
        Self.literalFlag | Self.pairFlag | (second & 0xFF00) << 8 | first & 0xFF00 | bitCount
    }
  }

  private static func entry(_ symbol: Entry, codeBits: Int) -> Entry {
    // The code's bits come in front of the extra bits.
    (symbol + Entry(codeBits)) | (symbol & literalFlag == 0 ? Entry(codeBits) << 8 : 0)
  }
}
