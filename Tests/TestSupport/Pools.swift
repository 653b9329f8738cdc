package import ConcurrencyPrimitives

/// Runs the body with a pool that is shut down afterwards.
@discardableResult
package func withPool<R>(_ threadCount: Int, _ body: (WorkerPool) async throws -> R) async throws
  -> R
{
  let pool = try WorkerPool(threadCount: threadCount, name: "test")
  defer { pool.shutdown() }
  return try await body(pool)
}
