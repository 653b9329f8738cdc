package import ConcurrencyPrimitives

/// Runs the body with a pool that is shut down afterwards.
@discardableResult
package func withPool<R>(
  _ threadCount: Int, shortJobDuration: Duration = .zero,
  _ body: (WorkerPool) async throws -> R
) async throws -> R {
  let pool = try WorkerPool(
    threadCount: threadCount, name: "test", shortJobDuration: shortJobDuration)
  defer { pool.shutdown() }
  return try await body(pool)
}
