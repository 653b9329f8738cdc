/// A point in monotonic time after which work should stop; it is asked, and never fires.
///
/// ```swift
/// let deadline = Deadline.after(.milliseconds(20), label: "timed out after 20ms")
/// var rowCount = 0
/// while deadline.instant > .now { rowCount += 1 }
/// precondition(rowCount > 0 && deadline.label == "timed out after 20ms")
/// ```
///
/// A timer that raced CPU work would fire late or never while every thread is busy, costs
/// microseconds to arm, and a cancelled `Task.sleep` stays allocated until its own time comes. A value
/// costs nothing until it is compared.
public struct Deadline: Hashable, Sendable {
  /// A reading of CLOCK_MONOTONIC, which is what `SuspendingClock` reads on Linux.
  ///
  /// Setting the wall clock does not move it, and it stands still while the machine is suspended: a
  /// laptop that slept through the night has not used up the time of its jobs. `ContinuousClock`
  /// (CLOCK_BOOTTIME here) would have ended them all at once on waking.
  public typealias Instant = SuspendingClock.Instant

  /// The first instant at which the time is up.
  public let instant: Instant

  /// What to tell people when the time is up, such as "timed out after 1s".
  public let label: String

  /// Makes a deadline at an instant, which may lie in the past.
  public init(at instant: Instant, label: String) {
    self.instant = instant
    self.label = label
  }

  /// Makes a deadline some time from now.
  ///
  /// - Parameters:
  ///   - duration: How long work may take; zero or less makes a deadline that has already passed.
  ///   - now: The instant to count from.
  ///   - label: What to tell people when the time is up.
  public static func after(
    _ duration: Duration, from now: Instant = .now, label: String
  ) -> Deadline {
    Deadline(at: now.advanced(by: duration), label: label)
  }
}
