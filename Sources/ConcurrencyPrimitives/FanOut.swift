import Synchronization

/// Processes elements in parallel inside a bounded window, and collects the outputs one at a time.
///
/// ```swift
/// let pool = try WorkerPool(threadCount: 4, name: "sums")
/// defer { pool.shutdown() }
/// var numbers = (1...100).makeIterator()
/// var sum = 0
/// try await fanOut(
///   over: { numbers.next() }, width: pool.threadCount + 2, on: pool,
///   process: { $0 * $0 },
///   collect: { sum += $0 })
/// precondition(sum == 338_350)
/// ```
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
/// The road not taken: channels between three stages. They cost twice as much a job, and
/// `AsyncChannel.send` drops its element when it is cancelled.
///
/// - Parameters:
///   - nextElement: Returns the next element, or nil where there is none: for good, or, with
///     `wakeUps`, for the time being. Runs on the caller's executor.
///   - width: The most elements in flight, that is pulled and not yet collected; at least 1. Asked
///     again whenever something completes or wakes, so it may change; a smaller one takes effect as
///     elements leave.
///   - wakeUps: Each makes `width` and `nextElement` be asked again, also while nothing completes.
///     The batch goes on until the stream has finished.
///   - executor: Where `process` runs. It may block there if the executor has threads to spare.
///   - process: Turns an element into an output. It should poll for cancellation.
///   - collect: Takes the outputs in the order in which they are completed; runs on the caller's
///     executor. What it throws after the first error is dropped.
/// - Throws: The first error, after every child has returned.
@inlinable
public func fanOut<Element: Sendable, Output: Sendable>(
  over nextElement: () async throws -> Element?,
  width: @autoclosure () -> Int,
  wakeUps: AsyncStream<Void>? = nil,
  on executor: some TaskExecutor,
  process: @escaping @Sendable (Element) async throws -> Output,
  collect: (Output) async throws -> Void
) async throws {
  let failure = FirstError()
  await drain(
    nextElement, width: width, wakeUps: wakeUps, executor: executor, process: process,
    collect: collect, failure: failure, isolation: #isolation)
  if let error = failure.error(orCancelled: Task.isCancelled) { throw error }
}

/// What a child of the window comes back with.
@usableFromInline
enum Arrival<Output: Sendable>: Sendable {
  case output(Output)
  /// An element that did not begin, or failed.
  case nothing
  case wakeUp
  case lastWakeUp
}

/// Runs the window until nothing is in flight and nothing more is to come.
///
/// Apart from `fanOut` for the sake of `isolation`: a task group's body stays on its caller's actor
/// only when it captures an isolated parameter, else it hops away and back for each element.
@inlinable
func drain<Element: Sendable, Output: Sendable>(
  _ nextElement: () async throws -> Element?,
  width: () -> Int,
  wakeUps: AsyncStream<Void>?,
  executor: some TaskExecutor,
  process: @escaping @Sendable (Element) async throws -> Output,
  collect: (Output) async throws -> Void,
  failure: FirstError,
  isolation: isolated (any Actor)?
) async {
  // Not a throwing group: that drops the error of every child that nobody asks `next()` about, and
  // would leave the outputs of the others behind on the first one.
  await withTaskGroup(of: Arrival<Output>.self) { group in
    _ = isolation
    func awaitWakeUp() {
      guard let wakeUps else { return }
      group.addTask {
        for await _ in wakeUps { return .wakeUp }
        return .lastWakeUp
      }
    }
    awaitWakeUp()
    var inFlightCount = 0
    var isDry = false
    while true {
      let room = width()
      precondition(room >= 1, "a window needs room for one element")
      while inFlightCount < room, !isDry, failure.error(orCancelled: Task.isCancelled) == nil {
        do {
          guard let element = try await nextElement() else {
            isDry = true
            break
          }
          group.addTask(executorPreference: executor) {
            // A queued task runs even when it has been cancelled.
            if failure.error(orCancelled: Task.isCancelled) != nil { return .nothing }
            do {
              return .output(try await process(element))
            } catch {
              failure.record(error)
              return .nothing
            }
          }
          inFlightCount += 1
        } catch {
          failure.record(error)
        }
      }
      if failure.error(orCancelled: Task.isCancelled) != nil { group.cancelAll() }
      switch await group.next() {
      case .output(let output):
        inFlightCount -= 1
        do {
          try await collect(output)
        } catch {
          failure.record(error)
        }
      case .nothing:
        inFlightCount -= 1
      case .wakeUp:
        awaitWakeUp()
        isDry = false
      case .lastWakeUp:
        // What came before the end is still to be asked for.
        isDry = false
      case nil:
        return
      }
    }
  }
}

/// The error that ended a batch: the first, whoever met it.
@usableFromInline
final class FirstError: Sendable {
  private let first = Mutex<(any Error)?>(nil)

  @usableFromInline
  init() {}

  @usableFromInline
  func record(_ error: any Error) {
    first.withLock { $0 = $0 ?? error }
  }

  /// Returns it, or nil while the batch goes on; a cancellation counts from when it is first seen.
  @usableFromInline
  func error(orCancelled isCancelled: Bool) -> (any Error)? {
    first.withLock {
      if isCancelled { $0 = $0 ?? CancellationError() }
      return $0
    }
  }
}
