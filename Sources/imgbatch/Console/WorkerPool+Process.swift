import ConcurrencyPrimitives

extension WorkerPool {
  /// A single thread that lasts as long as the process, which ends where the system does not give it.
  static func processThread(named name: String) -> WorkerPool {
    do throws(StartError) {
      return try WorkerPool(threadCount: 1, name: name)
    } catch {
      ExitStatus.systemLacks.exit(saying: "\(error)")
    }
  }
}
