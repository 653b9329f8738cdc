/// The distinct colours of a picture, in the order in which they were seen, up to 256 of them.
///
/// A hash table with open addressing, half empty at worst; a colour is its four samples of 8 bits,
/// red in the lowest byte and alpha in the highest.
struct ColourTable: ~Copyable {
  /// The most that a palette holds.
  static let capacity = 256

  private static let slotCount = 4 * capacity

  private(set) var colours: [UInt32] = []

  // For each slot the place of its colour, and one more; 0 is an empty slot.
  private var slots = [UInt16](repeating: 0, count: slotCount)

  init() { colours.reserveCapacity(Self.capacity) }

  /// The place of the colour, which is added where it is new; nil where there is no room for it.
  mutating func place(of colour: UInt32) -> Int? {
    var slot = Self.slot(of: colour)
    while slots[slot] != 0 {
      let place = Int(slots[slot]) - 1
      if colours[place] == colour { return place }
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    guard colours.count < Self.capacity else { return nil }
    colours.append(colour)
    slots[slot] = UInt16(colours.count)
    return colours.count - 1
  }

  // Fibonacci hashing: the highest bits of a product depend on all bits of the factor.
  private static func slot(of colour: UInt32) -> Int {
    Int((colour &* 0x9E37_79B1) >> UInt32(22))
  }
}
