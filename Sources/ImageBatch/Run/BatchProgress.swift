/// How far a batch is, at one moment.
public struct BatchProgress: Sendable {
  /// All that will be found, once that is known.
  public internal(set) var total: Int?
  /// Jobs at their end, whatever it was.
  public internal(set) var settled = 0
  /// Those among them that failed.
  public internal(set) var failed = 0
  /// Jobs that ended well.
  public internal(set) var done = 0
  /// Pixels of the inputs that were done.
  public internal(set) var pixelCount = 0
  /// Since the run began.
  public internal(set) var elapsed = Duration.zero

  init() {}
}
