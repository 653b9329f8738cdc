/// How far a batch is, at one moment.
public struct BatchProgress: Sendable {
  /// All that will be found, once that is known.
  public let total: Int?
  /// Jobs at their end, whatever it was.
  public let settled: Int
  /// Those among them that failed.
  public let failed: Int
  /// Those among them that ended well.
  public let done: Int
  /// Pixels of the inputs that were done.
  public let pixelCount: Int
  /// Since the run began.
  public let elapsed: Duration
}
