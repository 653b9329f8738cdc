/// The time that one job spent in each step of its way.
public struct StageTimes: Sendable {
  /// Reading the file.
  public internal(set) var read = Duration.zero
  /// Making rows of its bytes.
  public internal(set) var decode = Duration.zero
  /// Making rows of rows.
  public internal(set) var transform = Duration.zero
  /// Making bytes of rows.
  public internal(set) var encode = Duration.zero
  /// Putting the output into its place.
  public internal(set) var write = Duration.zero

  init() {}

  /// All of it.
  public var total: Duration { read + decode + transform + encode + write }

  static func += (sum: inout StageTimes, times: StageTimes) {
    for stage in JobFailure.Stage.allCases { sum[stage] += times[stage] }
  }

  subscript(stage: JobFailure.Stage) -> Duration {
    get {
      switch stage {
      case .walk, .admit: .zero
      case .read: read
      case .decode: decode
      case .transform: transform
      case .encode: encode
      case .write: write
      }
    }
    set {
      switch stage {
      case .walk, .admit: break
      case .read: read = newValue
      case .decode: decode = newValue
      case .transform: transform = newValue
      case .encode: encode = newValue
      case .write: write = newValue
      }
    }
  }
}
