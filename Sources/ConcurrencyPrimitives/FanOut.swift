import Synchronization

/// Processes elements in parallel inside a bounded window, and collects the outputs one at a time.
///
/// The window is the backpressure: an element is pulled only when there is room for it, so what is
/// in memory is bounded by `width`, however long the source and however slow the collector.
///
/// The first error of `nextElement`, `process` or `collect` ends the batch, as in Go's
/// `golang.org/x/sync/errgroup`: no further element is pulled or begun, and the children are
/// cancelled. Every output of a `process` that returns all the same is still collected, so that
/// nothing that was begun lacks a record. To go on past failures, let `process` return a `Result`.
///
/// When the calling task is cancelled, the same happens with `CancellationError` for the error;
/// `collect` then runs in a cancelled task, and should finish its work nonetheless.
///
/// An element that was pulled, but had not begun when the batch ended, is not processed: a source
/// that must account for all of its elements counts what it gave out.
///
/// The caller's task is source and collector at once. A failure keeps queued elements from starting
/// that instant, but running siblings are cancelled when the pull or collect in progress is over.
///
/// The road not taken: channels between three stages. They cost 11 µs a job against 5 µs, and
/// `AsyncChannel.send` drops its element when it is cancelled.
///
/// - Parameters:
///   - nextElement: Returns the next element, or nil at the end, after which it is not asked again;
///     runs on the caller's executor.
///   - width: The most elements in flight, that is pulled and not yet collected; at least 1.
///   - executor: Where `process` runs. It may block there if the executor has threads to spare.
///   - process: Turns an element into an output. It should poll for cancellation.
///   - collect: Takes the outputs in the order in which they are completed; runs on the caller's
///     executor. What it throws after the first error is dropped.
/// - Throws: The first error, after every child has returned.
public func fanOut<Element: Sendable, Output: Sendable>(
  over nextElement: () async throws -> Element?,
  width: Int,
  on executor: some TaskExecutor,
  process: @escaping @Sendable (Element) async throws -> Output,
  collect: (Output) async throws -> Void
) async throws {
  precondition(width >= 1, "a window needs room for one element")
  let failure = FirstError()
  await drain(
    nextElement, width: width, executor: executor, process: process, collect: collect,
    failure: failure, isolation: #isolation)
  if let error = failure.error(orCancelled: Task.isCancelled) { throw error }
}

/// Runs the window until nothing is in flight and nothing more is to come.
///
/// Apart from `fanOut` for the sake of `isolation`: a task group's body stays on its caller's actor
/// only when it captures an isolated parameter, and hopping away and back cost 20 µs an element.
private func drain<Element: Sendable, Output: Sendable>(
  _ nextElement: () async throws -> Element?,
  width: Int,
  executor: some TaskExecutor,
  process: @escaping @Sendable (Element) async throws -> Output,
  collect: (Output) async throws -> Void,
  failure: FirstError,
  isolation: isolated (any Actor)?
) async {
  // Not a throwing group: that drops the error of every child that nobody asks `next()` about, and
  // would leave the outputs of the others behind on the first one.
  await withTaskGroup(of: Output?.self) { group in
    _ = isolation
    var inFlightCount = 0
    var isAtEnd = false
    while true {
      while inFlightCount < width, !isAtEnd, failure.error(orCancelled: Task.isCancelled) == nil {
        do {
          guard let element = try await nextElement() else {
            isAtEnd = true
            break
          }
          group.addTask(executorPreference: executor) {
            // A queued task runs even when it has been cancelled.
            if failure.error(orCancelled: Task.isCancelled) != nil { return nil }
            do {
              return try await process(element)
            } catch {
              failure.record(error)
              return nil
            }
          }
          inFlightCount += 1
        } catch {
          failure.record(error)
        }
      }
      if failure.error(orCancelled: Task.isCancelled) != nil { group.cancelAll() }
      guard let completed = await group.next() else { break }
      inFlightCount -= 1
      guard let output = completed else { continue }
      do {
        try await collect(output)
      } catch {
        failure.record(error)
      }
    }
  }
}

/// The error that ended a batch: the first, whoever met it.
private final class FirstError: Sendable {
  private let first = Mutex<(any Error)?>(nil)

  func record(_ error: any Error) {
    first.withLock { $0 = $0 ?? error }
  }

  /// Returns it, or nil while the batch goes on; a cancellation counts from when it is first seen.
  func error(orCancelled isCancelled: Bool) -> (any Error)? {
    first.withLock {
      if isCancelled { $0 = $0 ?? CancellationError() }
      return $0
    }
  }
}
