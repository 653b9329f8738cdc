import Glibc

/// The findings of a run on their way from the walk to the workers: in the order of the input, but
/// for the last of them, of which the largest files go first.
///
/// Whoever takes up a large file last works on it while the others have nothing left to do. Until
/// then everybody is busy, whatever the order; so it is enough to have a few findings in hand when
/// the walk comes to its end, and to begin with those that take longest (Graham, "Bounds on
/// Multiprocessing Timing Anomalies", SIAM Journal on Applied Mathematics 17, 1969).
struct LookAhead {
  /// A finding that stands in the books of its run.
  struct Entry: Sendable {
    /// Its place in the order of the input.
    let index: Int
    let finding: Finding
    let activity: JobActivity
  }

  /// How far a run looks ahead for each worker.
  static let findingsPerWorker = 16

  /// The files of so many folders are in hand, and one of the next: each folder keeps a descriptor.
  private static let folderReach = 3

  /// In the order of the input.
  private var inHand: [Finding] = []
  private var folderCount = 0

  /// All that is left once the source is at its end: the largest last.
  private var rest: [Entry] = []

  /// How many stand in the books and have not been handed out.
  var waitingCount: Int { rest.count }

  /// Whether the source had no more when it was last asked.
  private(set) var isAtEnd = false

  /// What ended the source, to be told when its turn has come.
  private var failure: BatchError?

  /// How far it pays to look ahead: with one worker, not at all.
  static func reach(workerCount: Int) -> Int {
    workerCount > 1 ? findingsPerWorker * workerCount : 0
  }

  /// The next finding, entered in the books; nil where there is none, for the time being or for good.
  ///
  /// The rest is entered at once when the source is at its end, at a cost of one fstatat(2) for each
  /// finding.
  ///
  /// - Parameters:
  ///   - source: yields findings in the order of the input; nil where it has none.
  ///   - reach: how many findings it takes ahead of their turn. What may have more after a nil has
  ///     a reach of 0.
  ///   - enter: enters a finding; nil once the books are closed.
  /// - Throws: what `source` throws, after all that came before.
  mutating func next(
    of source: () throws(BatchError) -> Finding?, reach: Int, enter: (Finding) -> Entry?
  ) throws(BatchError) -> Entry? {
    if let entry = rest.popLast() { return entry }
    isAtEnd = false
    while inHand.count <= reach, folderCount <= Self.folderReach, failure == nil, !isAtEnd {
      do throws(BatchError) {
        if let finding = try source() { take(finding) } else { isAtEnd = true }
      } catch {
        failure = error
      }
    }
    guard isAtEnd, inHand.count > 1 else {
      if inHand.isEmpty, let failure { throw failure }
      return takeFirst().flatMap(enter)
    }
    rest = bySize(inHand.compactMap(enter))
    inHand = []
    folderCount = 0
    return rest.popLast()
  }

  private mutating func take(_ finding: Finding) {
    if finding.folder !== inHand.last?.folder || inHand.isEmpty { folderCount += 1 }
    inHand.append(finding)
  }

  private mutating func takeFirst() -> Finding? {
    guard !inHand.isEmpty else { return nil }
    let finding = inHand.removeFirst()
    if finding.folder !== inHand.first?.folder || inHand.isEmpty { folderCount -= 1 }
    return finding
  }

  /// The largest last; of one size, the first last.
  private func bySize(_ entries: [Entry]) -> [Entry] {
    entries.map { (byteCount: $0.finding.byteCount, entry: $0) }
      .sorted { ($0.byteCount, $1.entry.index) < ($1.byteCount, $0.entry.index) }
      .map(\.entry)
  }
}

extension Finding {
  /// The folder that the file was found in; nil where there is no such file.
  fileprivate var folder: InputFolder? {
    guard case .job(let job) = self, case .file(let folder, _) = job.source else { return nil }
    return folder
  }

  /// The size of the file; 0 where there is none, or none that could be asked for.
  fileprivate var byteCount: Int {
    guard case .job(let job) = self, case .file(let folder, let name) = job.source,
      let status = try? folder.directory.status(of: name, followingLinks: job.followsLinks)
    else { return 0 }
    return Int(status.st_size)
  }
}
