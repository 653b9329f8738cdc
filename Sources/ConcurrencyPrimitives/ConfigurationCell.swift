public import Synchronization

/// A value that is replaced as a whole while others go on using the one before.
///
/// Like a Go `atomic.Value` that holds a configuration: whoever begins a piece of work takes the
/// snapshot of that moment and keeps it to the end of the work, so that no piece sees half of a
/// change. There is a value from the start; a cell without one cannot be made.
///
/// ```swift
/// let limits = ConfigurationCell(["width": 1024])
/// let before = limits.snapshot
/// limits.update { $0["width"] = 800 }
/// limits.update { $0["width"] = 800 }
/// // Whoever works by the old snapshot goes on by it; the second update changed nothing.
/// precondition(before.value == ["width": 1024] && before.generation == 1)
/// precondition(limits.snapshot.value == ["width": 800] && limits.snapshot.generation == 2)
/// ```
///
/// A snapshot costs a lock and a copy, some 80 ns, once for a job of milliseconds. A load without a
/// lock would need a way to retain an object while another thread releases it (hazard pointers,
/// epochs), which Swift's `Atomic` has not; see M. M. Michael, "Hazard Pointers", IEEE TPDS 2004.
public final class ConfigurationCell<Value: Equatable & Sendable>: Sendable {
  /// A value, and which one it is.
  public struct Snapshot: Sendable {
    /// What was set.
    public let value: Value

    /// 1 for the first value, and one more for each that differs from the one before.
    public let generation: Int
  }

  @usableFromInline
  let current: Mutex<Snapshot>

  /// Makes a cell that holds a value, of generation 1.
  public init(_ value: Value) {
    current = Mutex(Snapshot(value: value, generation: 1))
  }

  /// The value of this moment.
  @inlinable
  public var snapshot: Snapshot { current.withLock { $0 } }

  /// Replaces the value by a changed copy of it; one that equals it makes no new generation.
  ///
  /// Updates come one after the other, and none is lost.
  ///
  /// - Parameter change: Run under the lock: it must neither wait nor use the cell.
  /// - Returns: The snapshot that stands afterwards.
  @discardableResult
  public func update(_ change: (inout Value) -> Void) -> Snapshot {
    current.withLock { current in
      var value = current.value
      change(&value)
      if value != current.value {
        current = Snapshot(value: value, generation: current.generation + 1)
      }
      return current
    }
  }
}
