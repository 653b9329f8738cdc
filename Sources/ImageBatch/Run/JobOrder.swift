import ConcurrencyPrimitives
import Glibc

/// The order in which the findings of a run go to its workers: that of the input, but for the last
/// few, of which the largest files go first.
///
/// Whoever takes up a large file last works on it while the others have nothing left to do. Until
/// then everybody is busy, whatever the order; so it is enough to put in order what is left when
/// that is little, and to begin with what takes longest (Graham, "Bounds on Multiprocessing Timing
/// Anomalies", SIAM Journal on Applied Mathematics 17, 1969).
struct JobOrder {
  /// A finding that stands in the books of its run.
  struct Entry: Sendable {
    /// Its place in the order of the input.
    let index: Int
    let finding: Finding
    let activity: JobActivity
  }

  private static let restPerWorker = 16
  private static let mostRest = 1024

  /// How long sizes are asked for, which a slow file system may make take any time.
  private static let patience = Duration.milliseconds(5)

  /// What is left once it is little: the largest last.
  private var rest: [Entry] = []

  /// How many stand in the books and have not been handed out.
  var waitingCount: Int { rest.count }

  /// Whether the source had no more when it was last asked.
  private(set) var isAtEnd = false

  /// How many findings are put in order at the end; none for one worker, who gains nothing by it.
  static func restCount(workerCount: Int) -> Int {
    workerCount > 1 ? min(restPerWorker * workerCount, mostRest) : 0
  }

  /// The next finding, entered in the books; nil where there is none, for the time being or for good.
  ///
  /// Those that are put in order are entered at once, and asked for their sizes: by one fstatat(2)
  /// each, as long as all together take a few milliseconds. Nothing begins meanwhile.
  ///
  /// - Parameters:
  ///   - restCount: how many they are at most.
  ///   - enter: enters a finding; nil once the books are closed.
  /// - Throws: what the source throws.
  mutating func next(
    from source: inout some FindingSource, restCount: Int, enter: (Finding) -> Entry?
  ) throws(BatchError) -> Entry? {
    if let entry = rest.popLast() { return entry }
    let findings = try source.rest(atMost: restCount)
    guard findings.isEmpty else {
      rest = bySize(findings.compactMap(enter))
      return rest.popLast()
    }
    let finding = try source.next()
    isAtEnd = finding == nil
    return finding.flatMap(enter)
  }

  /// The largest last; of one size, the first last.
  private func bySize(_ entries: [Entry]) -> [Entry] {
    let end = Deadline.Instant.now.advanced(by: Self.patience)
    return entries.map { (byteCount: .now < end ? $0.finding.byteCount : 0, entry: $0) }
      .sorted { ($0.byteCount, $1.entry.index) < ($1.byteCount, $0.entry.index) }
      .map(\.entry)
  }
}

extension Finding {
  /// The size of the file; 0 where there is none, or none that could be asked for.
  fileprivate var byteCount: Int {
    guard case .job(let job) = self, case .file(let folder, let name) = job.source,
      let status = try? folder.directory.status(of: name, followingLinks: job.followsLinks)
    else { return 0 }
    return Int(status.st_size)
  }
}
