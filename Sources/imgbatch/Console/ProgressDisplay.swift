import CLinuxShim
import ConcurrencyPrimitives
import Configuration
import Glibc
import ImageBatch

/// The progress line of a run.
struct ProgressDisplay {
  private let batch: Batch
  private let task: Task<Void, Never>

  /// Whether a line is wanted: on a terminal that can erase it, unless said otherwise.
  static func isWanted(_ talking: TalkingOptions) -> Bool {
    switch talking.progress {
    case .always: return true
    case .never: return false
    case .auto, nil:
      let terminal = getenv("TERM").map { String(cString: $0) }
      return Console.shared.level > .error && isatty(STDERR_FILENO) == 1 && terminal != nil
        && terminal != "dumb"
    }
  }

  init(of batch: Batch) {
    self.batch = batch
    task = Task.detached {
      for await _ in Ticker(every: .milliseconds(100)) {
        Console.shared.showProgress(Self.line(for: batch.progress, columns: Self.columns))
      }
    }
  }

  /// Takes the line away.
  func end() {
    task.cancel()
    Console.shared.showProgress("")
  }

  private static var columns: Int {
    let columns = Int(linux_terminal_columns(STDERR_FILENO))
    return columns > 0 ? columns : 80
  }

  /// The line, no longer than the terminal is wide, where it would wrap and could not be erased.
  static func line(for progress: BatchProgress, columns: Int) -> String {
    let seconds = max(progress.elapsed.seconds, 1e-3)
    var parts = [progress.total.map { "\(progress.settled)/\($0)" } ?? "\(progress.settled) done"]
    if progress.failed > 0 { parts.append("\(progress.failed) failed") }
    let rate = Double(progress.settled) / seconds
    parts.append("\(rate.rounded(toPlaces: 1)) images/s")
    let megapixelRate = Double(progress.pixelCount) / 1e6 / seconds
    parts.append("\(megapixelRate.rounded(toPlaces: 1)) MP/s")
    if let total = progress.total, rate > 0, total >= progress.settled {
      parts.append("ETA \(clock(Double(total - progress.settled) / rate))")
    }
    return String(parts.joined(separator: ", ").prefix(max(1, columns - 1)))
  }

  private static func clock(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    func padded(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
    return whole < 3600
      ? "\(whole / 60):\(padded(whole % 60))"
      : "\(whole / 3600):\(padded(whole / 60 % 60)):\(padded(whole % 60))"
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}

extension Double {
  /// The number as text with so many decimals.
  func rounded(toPlaces places: Int) -> String {
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((self * Double(scale)).rounded())
    let fraction = String(abs(scaled) % scale)
    return "\(scaled / scale)."
      + String(repeating: "0", count: places - fraction.count) + fraction
  }
}
