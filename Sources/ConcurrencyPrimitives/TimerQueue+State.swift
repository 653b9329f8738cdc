extension TimerQueue {
  /// What the queue's lock guards: a binary heap, in which every timer knows its place.
  ///
  /// Timers live in slots that are used again. So arming allocates nothing, once there have been as
  /// many timers at a time; a dictionary of places would hash at every step of a sift.
  struct State {
    /// Which timer: a slot is used again, an id is not.
    struct Key: Sendable {
      fileprivate let slot: Int
      fileprivate let id: UInt64
    }

    /// What a timer does; to be performed, and released, outside the lock.
    enum Action: Sendable {
      case call(@Sendable () -> Void)
      case resume(CheckedContinuation<Void, any Error>)

      func perform() {
        switch self {
        case .call(let body): body()
        case .resume(let continuation): continuation.resume()
        }
      }
    }

    /// What the thread does next.
    enum Step {
      case perform(Action)
      case sleep(until: Duration)
    }

    private struct Slot {
      var id: UInt64
      var place: Int?
      var action: Action?
    }

    private struct Entry {
      let due: Duration
      /// Of timers that are due at the same time, the one that was set first comes first.
      let order: UInt64
      let slot: Int

      func precedes(_ other: Entry) -> Bool {
        due == other.due ? order < other.order : due < other.due
      }
    }

    /// The time of a queue that is advanced by hand.
    private(set) var manualTime: Duration?
    var needsThread: Bool

    /// When the thread will look by itself; the least there is while it looks.
    private var alarm = Duration(attoseconds: .min)

    private var heap: [Entry] = []
    private var slots: [Slot] = []
    private var vacantSlots: [Int] = []
    private var lastID: UInt64 = 0
    private var lastOrder: UInt64 = 0

    init(manualTime: Duration?) {
      self.manualTime = manualTime
      needsThread = manualTime == nil
    }

    var armedCount: Int { heap.count }

    /// Makes a timer that is not armed yet, to be followed by `arm` or `abandon`.
    mutating func reserve() -> Key {
      lastID += 1
      let slot = vacantSlots.popLast() ?? slots.endIndex
      if slot == slots.endIndex {
        slots.append(Slot(id: lastID))
      } else {
        slots[slot].id = lastID
      }
      return Key(slot: slot, id: lastID)
    }

    /// Gives back a timer that was never armed.
    mutating func abandon(_ key: Key) {
      slots[key.slot].id = 0
      vacantSlots.append(key.slot)
    }

    /// Arms a timer; says whether the thread must be woken for it.
    mutating func arm(_ key: Key, at due: Duration, _ action: Action) -> Bool {
      slots[key.slot].action = action
      insert(key.slot, due: due)
      return advanceAlarm(to: due)
    }

    /// Takes a timer out and returns what it would have done; nil when it is not armed.
    mutating func disarm(_ key: Key) -> Action? {
      guard let place = place(of: key) else { return nil }
      remove(at: place)
      return vacate(key.slot)
    }

    /// Moves a timer and says whether the thread must be woken for it; nil when it is not armed.
    mutating func move(_ key: Key, to due: Duration) -> Bool? {
      guard let place = place(of: key) else { return nil }
      remove(at: place)
      insert(key.slot, due: due)
      return advanceAlarm(to: due)
    }

    /// Tells the thread what to do at this time.
    mutating func step(at time: Duration) -> Step {
      alarm = Duration(attoseconds: .min)
      if let action = removeFirst(dueBy: time) { return .perform(action) }
      alarm = heap.first?.due ?? Duration(attoseconds: .max)
      return .sleep(until: alarm)
    }

    /// Takes out the first timer that is due by `target`, and moves the time by hand: to where that
    /// timer is due, or, without one, to `target`.
    mutating func popFirst(dueBy target: Duration) -> Action? {
      let time = min(heap.first?.due ?? target, target)
      manualTime = max(manualTime ?? time, time)
      return removeFirst(dueBy: target)
    }

    /// The thread sleeps past `due`, and has not been told yet.
    private mutating func advanceAlarm(to due: Duration) -> Bool {
      guard due < alarm else { return false }
      alarm = due
      return true
    }

    private mutating func removeFirst(dueBy time: Duration) -> Action? {
      guard let first = heap.first, first.due <= time else { return nil }
      remove(at: 0)
      return vacate(first.slot)
    }

    private func place(of key: Key) -> Int? {
      slots[key.slot].id == key.id ? slots[key.slot].place : nil
    }

    private mutating func vacate(_ slot: Int) -> Action? {
      defer { slots[slot] = Slot(id: 0) }
      vacantSlots.append(slot)
      return slots[slot].action
    }

    private mutating func insert(_ slot: Int, due: Duration) {
      lastOrder += 1
      let entry = Entry(due: due, order: lastOrder, slot: slot)
      heap.append(entry)
      siftUp(entry, from: heap.endIndex - 1)
    }

    /// Fills the gap with the last entry, which may have to go either way.
    private mutating func remove(at place: Int) {
      slots[heap[place].slot].place = nil
      let last = heap.removeLast()
      guard place < heap.endIndex else { return }
      if place > 0, last.precedes(heap[(place - 1) / 2]) {
        siftUp(last, from: place)
      } else {
        siftDown(last, from: place)
      }
    }

    private mutating func siftUp(_ entry: Entry, from start: Int) {
      var place = start
      while place > 0, entry.precedes(heap[(place - 1) / 2]) {
        put(heap[(place - 1) / 2], at: place)
        place = (place - 1) / 2
      }
      put(entry, at: place)
    }

    private mutating func siftDown(_ entry: Entry, from start: Int) {
      var place = start
      while 2 * place + 1 < heap.endIndex {
        var child = 2 * place + 1
        if child + 1 < heap.endIndex, heap[child + 1].precedes(heap[child]) { child += 1 }
        guard heap[child].precedes(entry) else { break }
        put(heap[child], at: place)
        place = child
      }
      put(entry, at: place)
    }

    private mutating func put(_ entry: Entry, at place: Int) {
      heap[place] = entry
      slots[entry.slot].place = place
    }
  }
}
