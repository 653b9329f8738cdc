public import ConcurrencyPrimitives

/// What may change while a batch runs: how fast it goes and how much it takes, never what becomes of
/// a picture.
public struct RunSettings: Hashable, Sendable {
  /// How many pictures are worked on at once.
  public var workerCount: Int

  /// The most bytes that all jobs hold together: buffers, rows or whole pictures, outputs.
  public var memoryByteCount: Int

  /// Jobs started.
  public var jobRate = Rate.unlimited

  /// Bytes read and written.
  public var byteRate = Rate.unlimited

  /// The time for the whole run.
  public var timeout: Duration?

  /// The time for one file, without its waits for room and rates.
  public var jobTimeout: Duration?

  /// The time after which a job that still works is told, once, without its waits; nil for never.
  public var stallTime: Duration? = .seconds(30)

  /// What the default never goes below: some picture must fit, and the kernel makes room.
  private static let leastDefaultByteCount = 32 << 20

  /// - Parameters:
  ///   - workerCount: how many pictures are worked on at once; nil for what this process may use.
  ///   - memoryByteCount: nil for half of what is free.
  public init(workerCount: Int? = nil, memoryByteCount: Int? = nil) {
    self.workerCount = max(1, workerCount ?? MachineResources.processorCount)
    self.memoryByteCount =
      memoryByteCount ?? max(Self.leastDefaultByteCount, MachineResources.freeByteCount / 2)
  }
}
