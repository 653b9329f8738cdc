public import Synchronization

/// Values that are computed once per key and shared, for a limited number of keys.
///
/// ```swift
/// let squares = OnceCache<Int, Int>(capacity: 2)
/// for key in [3, 3, 4, 3] { _ = try await squares.value(for: key) { $0 * $0 } }
/// precondition(squares.computationCount == 2 && squares.count == 2)
/// ```
///
/// One ``OnceCell`` per key: callers that ask for one key at the same time share one computation, as
/// with Go's `golang.org/x/sync/singleflight`, and the outcome, a failure too, stays until the key
/// makes room for another. Computations for different keys run side by side.
public final class OnceCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  // What a hit needs can be inlined into other modules, where the compiler knows the types: to look up
  // how keys are hashed and values copied took longer than the rest.
  @usableFromInline let state: Mutex<State>
  private let computations = Atomic(0)

  /// Makes an empty cache.
  ///
  /// - Parameter capacity: The most keys to keep; at least 1.
  public init(capacity: Int) {
    precondition(capacity >= 1, "a cache needs room for one key")
    state = Mutex(State(capacity: capacity))
  }

  /// Returns the value for a key; the first caller computes it.
  ///
  /// When there is no room for the key, the one whose use lies longest back goes; its value lives on
  /// with whoever holds it or is waiting for it. A hit costs one lock and one look-up, a miss in a
  /// full cache a search through it, which is nothing beside a body worth caching.
  ///
  /// - Parameters:
  ///   - key: What the value depends on.
  ///   - make: Computes the value; see ``OnceCell/value(_:)``.
  /// - Throws: The body's error, the same for every caller; `CancellationError` when the task is
  ///   cancelled while another computes, or before it would begin to.
  public func value(for key: Key, _ make: (Key) throws -> Value) async throws -> Value {
    let cell = state.withLock { $0.cell(for: key) }
    return try await cell.value {
      computations.add(1, ordering: .relaxed)
      return try make(key)
    }
  }

  /// The value for a key, or nil while there is none or when computing it failed. Never waits; counts
  /// as a use.
  @inlinable
  public func valueIfReady(for key: Key) -> Value? {
    state.withLock { $0.knownCell(for: key) }?.valueIfReady
  }

  /// How many keys are kept at this moment.
  public var count: Int { state.withLock { $0.count } }

  /// How many bodies have run, or are running.
  public var computationCount: Int { computations.load(ordering: .relaxed) }

  /// What the lock guards: the cells, and when each was last asked for.
  @usableFromInline struct State {
    @usableFromInline struct Entry {
      @usableFromInline let cell: OnceCell<Value>
      @usableFromInline var lastUse: UInt64
    }

    private let capacity: Int
    @usableFromInline var entries: [Key: Entry] = [:]
    @usableFromInline var useCount: UInt64 = 0

    init(capacity: Int) {
      self.capacity = capacity
    }

    var count: Int { entries.count }

    @inlinable
    mutating func knownCell(for key: Key) -> OnceCell<Value>? {
      guard let place = entries.index(forKey: key) else { return nil }
      useCount += 1
      entries.values[place].lastUse = useCount
      return entries.values[place].cell
    }

    mutating func cell(for key: Key) -> OnceCell<Value> {
      if let cell = knownCell(for: key) { return cell }
      useCount += 1
      if entries.count == capacity,
        let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        entries[oldest.key] = nil
      }
      let cell = OnceCell<Value>()
      entries[key] = Entry(cell: cell, lastUse: useCount)
      return cell
    }
  }
}
