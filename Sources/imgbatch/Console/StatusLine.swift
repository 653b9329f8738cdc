import ConcurrencyPrimitives
import ImageBatch

/// What a run does at the moment, on one line: `status: 120 of 500 done, 1 failed, …`.
func statusLine(_ status: BatchStatus) -> String {
  let progress = status.progress
  var parts = [
    "\(progress.settled)" + (progress.total.map { " of \($0)" } ?? "") + " done",
    "\(progress.failed) failed", "\(status.queuedCount) queued",
    "\(status.running.count) in flight" + jobs(status.running),
  ]
  if let slowest = status.slowest {
    parts.append("slowest \(slowest.input.escaped) (\(slowest.duration.rounded))")
  }
  let settings = status.settings
  parts += [
    "\(settings.workerCount) workers",
    "memory \(status.heldByteCount.binary) of \(settings.memoryByteCount.binary)",
    "rate \(settings.jobRate.text { "\($0.rounded(toPlaces: 1))" })",
    "io-rate \(settings.byteRate.text { Int($0).binary })",
    "settings \(status.settingsGeneration)", "\(progress.elapsed.rounded) since the start",
  ]
  return "status: " + parts.joined(separator: ", ")
}

/// The jobs in flight, the oldest first, as many as can be taken in.
private func jobs(_ jobs: [JobStatus]) -> String {
  guard !jobs.isEmpty else { return "" }
  let shownCount = 8
  var texts = jobs.prefix(shownCount).map { job in
    "\(job.input.escaped) \(job.stage?.rawValue ?? "waiting") \(job.age.rounded)"
  }
  if jobs.count > shownCount { texts.append("\(jobs.count - shownCount) more") }
  return " (" + texts.joined(separator: "; ") + ")"
}

extension Duration {
  /// In seconds, for people: `3.2 s`.
  var rounded: String { "\(seconds.rounded(toPlaces: 1)) s" }
}

extension Int {
  /// Bytes, for people, in powers of 1024: `13.4M`.
  fileprivate var binary: String {
    var value = Double(self)
    var units = ["", "K", "M", "G", "T"][...]
    while value >= 1024, units.count > 1 {
      value /= 1024
      units.removeFirst()
    }
    let unit = units.first ?? ""
    return (unit.isEmpty ? "\(self)" : value.rounded(toPlaces: 1)) + unit
  }
}

extension Rate {
  fileprivate func text(_ number: (Double) -> String) -> String {
    guard self != .unlimited else { return "unlimited" }
    // Once an hour is not 0.0 a second. More than 2⁵³ is told as no number of people's anyway.
    let periods = [("s", 1.0), ("m", 60), ("h", 3600)]
    let (unit, seconds) = periods.first { perSecond * $0.1 >= 1 } ?? ("h", 3600)
    return number(min(perSecond * seconds, 0x1p53)) + "/" + unit
  }
}
