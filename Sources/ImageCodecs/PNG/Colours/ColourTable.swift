/// The distinct colours of a picture, in the order in which they were seen, up to 256 of them.
///
/// A hash table with open addressing, three quarters empty at worst; a colour is its four samples of
/// 8 bits, red in the lowest byte and alpha in the highest.
final class ColourTable {
  /// The most that a palette holds.
  static let capacity = 256

  private static let slotCount = 4 * capacity

  private let list: UnsafeMutablePointer<UInt32>

  /// How many colours there are.
  private(set) var count = 0

  // For each slot the place of its colour, and one more; 0 is an empty slot.
  private let slots: UnsafeMutablePointer<UInt16>

  /// One with those colours, as many as there is room for.
  init(_ colours: [UInt32] = []) {
    list = .allocate(capacity: Self.capacity)
    slots = .allocate(capacity: Self.slotCount)
    slots.initialize(repeating: 0, count: Self.slotCount)
    for colour in colours { _ = place(adding: colour) }
  }

  deinit {
    list.deallocate()
    slots.deallocate()
  }

  var colours: [UInt32] { Array(UnsafeBufferPointer(start: list, count: count)) }

  /// The place of the colour, which is added where it is new; nil where there is no room for it.
  func place(adding colour: UInt32) -> Int? {
    let slot = slot(of: colour)
    if slots[slot] != 0 { return Int(slots[slot]) - 1 }
    guard count < Self.capacity else { return nil }
    list[count] = colour
    count += 1
    slots[slot] = UInt16(count)
    return count - 1
  }

  /// The place of the colour; nil where it is none of these.
  func place(of colour: UInt32) -> Int? {
    let place = Int(slots[slot(of: colour)])
    return place == 0 ? nil : place - 1
  }

  /// Where the colour's place stands, or would.
  @inline(__always)
  private func slot(of colour: UInt32) -> Int {
    // Fibonacci hashing: the highest bits of a product depend on all bits of the factor.
    var slot = Int((colour &* 0x9E37_79B1) &>> UInt32(22))
    while slots[slot] != 0, list[Int(slots[slot]) &- 1] != colour {
      slot = (slot &+ 1) & (Self.slotCount - 1)
    }
    return slot
  }
}
