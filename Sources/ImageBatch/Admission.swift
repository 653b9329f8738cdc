import ConcurrencyPrimitives
import ImageCodecs

/// Room to start work: the bytes that all jobs together may hold.
///
/// A job asks for all it will ever hold, at once and before it allocates anything, so that jobs
/// never wait for each other in a circle; the requests are served in their order, so that a large
/// picture is not starved by small ones.
struct Admission: Sendable {
  private let memory: WeightedSemaphore

  init(memoryByteCount: Int) {
    memory = WeightedSemaphore(capacity: max(1, memoryByteCount))
  }

  /// The most bytes that were held at once.
  var peakByteCount: Int { memory.highWaterMark }

  /// - Throws: `JobFailure` where so many bytes can never fit.
  func checkFits(_ byteCount: Int) throws(JobFailure) {
    guard byteCount <= memory.capacity else {
      throw JobFailure(
        stage: .admit, code: "memoryBudget",
        message: "needs \(byteCount) bytes of memory, allowed are \(memory.capacity)")
    }
  }

  /// Lets nobody in any more; those who wait leave with `CancellationError`.
  func close() { memory.close() }

  /// Waits until there is room for `byteCount` bytes; it is given back when the permit goes.
  ///
  /// - Throws: `JobFailure` at once where the picture can never fit; `CancellationError`.
  func admit(_ byteCount: Int) async throws -> WeightedSemaphore.Permit {
    try checkFits(byteCount)
    return try await memory.acquire(byteCount)
  }
}
