/// The rows that one output row is weighed from, in the slots of a ring.
package struct TapRows {
  /// The whole ring.
  package let slots: UnsafeRawBufferPointer

  /// From one slot to the next.
  package let bytesPerSlot: Int

  /// The number of slots in the ring.
  package let slotCount: Int

  /// The slot of the first row; the others follow it, and the ring's first slot its last.
  package let firstSlot: Int

  /// The number of rows.
  package let count: Int

  /// The rows that start at `firstSlot`.
  package init(
    slots: UnsafeRawBufferPointer, bytesPerSlot: Int, slotCount: Int, firstSlot: Int, count: Int
  ) {
    precondition(count <= slotCount && firstSlot >= 0 && firstSlot < slotCount)
    precondition(slots.count >= bytesPerSlot * slotCount)
    self.slots = slots
    self.bytesPerSlot = bytesPerSlot
    self.slotCount = slotCount
    self.firstSlot = firstSlot
    self.count = count
  }

  /// Where in `slots` the row of a tap starts.
  @inline(__always)
  func start(ofTap tap: Int) -> Int {
    let slot = firstSlot + tap
    return (slot < slotCount ? slot : slot - slotCount) * bytesPerSlot
  }

  /// Whether each row has so many bytes; rows may overlap.
  @inline(__always)
  func haveBytes(_ byteCount: Int) -> Bool {
    bytesPerSlot * (slotCount - 1) + byteCount <= slots.count
  }

  /// The rows that follow each other in memory: up to the ring's end, then from its start.
  @inline(__always)
  var runs: Runs { Runs(rows: self) }

  /// One or two runs of rows.
  struct Runs: Sequence, IteratorProtocol {
    private let rows: TapRows
    private var tap = 0

    init(rows: TapRows) { self.rows = rows }

    /// The next run: which taps it has, and where in the ring the first one's row starts.
    @inline(__always)
    mutating func next() -> (taps: Range<Int>, start: Int)? {
      guard tap < rows.count else { return nil }
      let first = tap
      tap = first == 0 ? Swift.min(rows.count, rows.slotCount - rows.firstSlot) : rows.count
      return (first..<tap, rows.start(ofTap: first))
    }
  }
}
