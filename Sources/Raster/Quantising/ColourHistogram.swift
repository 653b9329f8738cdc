/// The colours of a picture and how often each is there, in bounded memory.
///
/// Colours are told apart exactly as long as there is room for them all; then those that differ in
/// the lowest bit of their samples only are counted together, then in the two lowest, and so on.
/// What is added up stays exact, so that means are. Opaque colours are never counted with
/// translucent ones; those without opacity are not counted, but noticed.
struct ColourHistogram: ~Copyable {
  /// Colours that are counted together.
  struct Entry: BitwiseCopyable {
    /// The colour as far as it is told apart.
    var key: UInt32

    /// The number of pixels.
    var count: Double

    /// Their `PackedColour.weighed`, added up; a whole number below 2^53, and so exact.
    var sums: SIMD4<Double>

    /// The mean of the premultiplied samples, rounded half up.
    @inline(__always)
    var point: SIMD4<Int32> {
      let mean = sums / (count * 255) + 0.5
      return SIMD4(Int32(mean.x), Int32(mean.y), Int32(mean.z), Int32(mean.w))
    }
  }

  /// The most entries there are; photos of some megapixels have more colours than this, and then
  /// keep six bits a sample, or five.
  static let maximumCapacity = 1 << 16

  /// The number of entries.
  private(set) var count = 0

  /// Whether there are pixels without opacity.
  private(set) var hasTransparent = false

  /// Whether every entry is one colour.
  var isExact: Bool { droppedBits == 0 }

  private let capacity: Int
  private let memory: ByteBuffer
  private let slotMemory: ByteBuffer
  private let slotBits: Int
  private var droppedBits: UInt32 = 0

  /// Room for the colours of that many pixels.
  ///
  /// - Throws: `AllocationError`.
  init(pixelCount: Int) throws {
    let capacity = Self.capacity(pixelCount: pixelCount)
    let slotBits = capacity.trailingZeroBitCount + 1
    let memory = try ByteBuffer(count: capacity * MemoryLayout<Entry>.stride)
    let slotMemory = try ByteBuffer(count: (4 as Int) << slotBits)
    self.capacity = capacity
    self.slotBits = slotBits
    self.memory = memory
    self.slotMemory = slotMemory
    self.memory.bytes.bindMemory(to: Entry.self)
      .initialize(repeating: Entry(key: 0, count: 0, sums: .zero))
    self.slotMemory.bytes.bindMemory(to: Int32.self).initialize(repeating: -1)
  }

  /// The bytes that a histogram of that many pixels takes: 72 for each of its entries.
  static func byteCount(pixelCount: Int) -> Int {
    capacity(pixelCount: pixelCount) * (MemoryLayout<Entry>.stride + 8)
  }

  private static func capacity(pixelCount: Int) -> Int {
    var capacity = 1
    while capacity < min(pixelCount, maximumCapacity) { capacity *= 2 }
    return capacity
  }

  /// The entries, in the order in which their colours were first met; they live as long as the
  /// histogram.
  var entries: UnsafeMutableBufferPointer<Entry> {
    UnsafeMutableBufferPointer(
      rebasing: memory.bytes.assumingMemoryBound(to: Entry.self)[..<count])
  }

  /// Counts a row of colours.
  mutating func add(_ row: UnsafeBufferPointer<PackedColour>) {
    var x = 0
    while x < row.count {
      let colour = row[x]
      var end = x + 1
      while end < row.count, row[end] == colour { end += 1 }
      add(colour, times: Double(end - x))
      x = end
    }
  }

  private mutating func add(_ colour: PackedColour, times: Double) {
    if colour.isTransparent {
      hasTransparent = true
      return
    }
    let entry = Entry(
      key: colour.word, count: times, sums: SIMD4<Double>(colour.weighed) * times)
    while !insert(entry) { coarsen() }
  }

  /// Adds to the entry of that key, or makes one; false where there is no room.
  private mutating func insert(_ entry: Entry) -> Bool {
    let all = memory.bytes.assumingMemoryBound(to: Entry.self)
    let slots = slotMemory.bytes.assumingMemoryBound(to: Int32.self)
    let key = reduced(entry.key)
    // Fibonacci hashing (D. E. Knuth, The Art of Computer Programming 3, section 6.4).
    var slot = Int((key &* 0x9e37_79b9) >> UInt32(32 - slotBits))
    while slots[slot] >= 0 {
      let place = Int(slots[slot])
      if all[place].key == key {
        all[place].count += entry.count
        all[place].sums += entry.sums
        return true
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    guard count < capacity else { return false }
    slots[slot] = Int32(count)
    all[count] = entry
    all[count].key = key
    count += 1
    return true
  }

  /// Drops one more bit. Entries only move to the front, and so need no second room.
  private mutating func coarsen() {
    droppedBits += 1
    let all = memory.bytes.assumingMemoryBound(to: Entry.self)
    slotMemory.bytes.assumingMemoryBound(to: Int32.self).update(repeating: -1)
    let oldCount = count
    count = 0
    for place in 0..<oldCount { _ = insert(all[place]) }
  }

  private func reduced(_ key: UInt32) -> UInt32 {
    let mask = (0xff << droppedBits & 0xff as UInt32) * 0x0101_0101
    return key & mask | (key >> 24 == 255 ? 0xff00_0000 : 0)
  }
}
