import Glibc

/// Why work stopped; whoever keeps one keeps the first.
///
/// ```swift
/// let scope = CancellationScope(deadline: .after(.zero, label: "timed out"))
/// scope.cancel(.failure("disk full"))
/// precondition(scope.interruption == .deadline(label: "timed out"), "the first cause is kept")
/// precondition(scope.interruption?.isTimeout == true && Interruption.cancelled.isTimeout == false)
/// ```
///
/// `CancellationError` says only that somebody cancelled. A batch needs the reason: its exit code,
/// its report and its last message all depend on whether a signal, a deadline or a failed sibling
/// ended it. This is the `cause` of Go's `context.WithCancelCause`, as a closed set.
public enum Interruption: Error, Hashable, Sendable {
  /// Somebody asked for the work to stop and gave no reason.
  case cancelled

  /// A deadline passed; the label is the text for people, such as "timed out after 1s".
  case deadline(label: String)

  /// A sibling failed, or a stage broke; the text is its message.
  case failure(String)

  /// The process received this signal.
  case signal(Int32)

  /// Whether it was a signal.
  public var isSignal: Bool {
    if case .signal = self { return true }
    return false
  }

  /// Whether a deadline caused the interruption, as against somebody's decision.
  public var isTimeout: Bool {
    if case .deadline = self { return true }
    return false
  }
}

extension Interruption: CustomStringConvertible {
  /// The reason in words, without a full stop.
  public var description: String {
    switch self {
    case .cancelled: return "cancelled"
    case .deadline(let label): return label
    case .failure(let message): return message
    case .signal(SIGHUP): return "stopped by SIGHUP"
    case .signal(SIGINT): return "stopped by SIGINT"
    case .signal(SIGQUIT): return "stopped by SIGQUIT"
    case .signal(SIGTERM): return "stopped by SIGTERM"
    case .signal(let number): return "stopped by signal \(number)"
    }
  }
}
