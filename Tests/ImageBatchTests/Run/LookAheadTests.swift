import ConcurrencyPrimitives
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite("Look-ahead") struct LookAheadTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What comes out of a walk over `folder`, with its place in the order of the input.
  private func handedOut(reach: Int) throws -> [(index: Int, name: String)] {
    var walker = try WalkedTree.walker(folder.path)
    return try drain(reach: reach) { () throws(BatchError) in try walker.next() }
  }

  private func drain(
    reach: Int, of source: () throws(BatchError) -> Finding?
  ) throws -> [(index: Int, name: String)] {
    var (lookAhead, ledger) = (LookAhead(), Ledger())
    var entries: [(index: Int, name: String)] = []
    while let entry = try lookAhead.next(of: source, reach: reach, enter: { enter($0, &ledger) }) {
      entries.append((entry.index, entry.finding.input.lastComponent?.string ?? ""))
    }
    return entries
  }

  private func enter(_ finding: Finding, _ ledger: inout Ledger) -> LookAhead.Entry? {
    let activity = JobActivity(finding.displayPath)
    return ledger.enter(activity).map { .init(index: $0, finding: finding, activity: activity) }
  }

  private func fill(_ byteCounts: [Int]) throws {
    for (index, byteCount) in byteCounts.enumerated() {
      let bytes = [UInt8](repeating: 0, count: byteCount)
      try folder.write(bytes, to: FilePath("\(index + 100)"))
    }
  }

  @Test("the last go by size, those of one size by their names, and all before them as they come")
  func lastBySize() throws {
    try fill([1, 2, 3, 4, 9, 5, 7, 9, 8, 6])
    let entries = try handedOut(reach: 5)
    #expect(entries.map(\.index) == [0, 1, 2, 3, 4, 7, 8, 6, 9, 5])
    #expect(entries.allSatisfy { $0.name == "\($0.index + 100)" })
  }

  @Test("any sizes, any reach: what is handed out is the input, each once", arguments: 0..<60)
  func anySizes(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let count = Int.random(in: 0...12, using: &random)
    let byteCounts = (0..<count).map { _ in Int.random(in: 0...5, using: &random) }
    let reach = Int.random(in: 0...14, using: &random)
    try fill(byteCounts)
    let indices = try handedOut(reach: reach).map(\.index)
    let inOrder = max(0, count - reach)
    #expect(Array(indices.prefix(inOrder)) == Array(0..<inOrder))
    let bySize = (inOrder..<count).sorted { (byteCounts[$1], $0) < (byteCounts[$0], $1) }
    #expect(Array(indices.dropFirst(inOrder)) == (reach == 0 ? Array(inOrder..<count) : bySize))
  }

  @Test("what has no size goes last; a link counts as what it leads to, where links are followed")
  func withoutSize() throws {
    try folder.link("a", to: "z")
    try folder.makePipe("b")
    try folder.write([1], to: "c")
    try folder.write([1, 2], to: "y")
    try folder.write([1, 2, 3], to: "z")
    #expect(try handedOut(reach: 9).map(\.name) == ["z", "y", "c", "a", "b"])
    var walker = try WalkedTree.walker(folder.path, InputSelection(followsLinks: true))
    let followed = try drain(reach: 9) { () throws(BatchError) in try walker.next() }
    #expect(followed.map(\.name) == ["a", "z", "y", "c", "b"])
  }

  @Test("files of a few folders are in hand, no more: each keeps a descriptor")
  func fewFolders() throws {
    for index in 0..<20 { try folder.write([0], to: FilePath("\(index + 100)/a")) }
    var walker = try WalkedTree.walker(folder.path)
    var (lookAhead, ledger) = (LookAhead(), Ledger())
    var askedCount = 0
    var names: [String] = []
    while let entry = try lookAhead.next(
      of: { () throws(BatchError) in
        askedCount += 1
        return try walker.next()
      }, reach: 100, enter: { enter($0, &ledger) })
    {
      names.append(entry.finding.input.string)
      #expect(askedCount <= names.count + 4)
    }
    #expect(names == (0..<20).map { "in/\($0 + 100)/a" })
  }

  @Test("what ends the walk is told when all that came before has been handed out")
  func failingSource() throws {
    try fill([1, 2, 3])
    var walker = try WalkedTree.walker(folder.path)
    var (lookAhead, ledger) = (LookAhead(), Ledger())
    var indices: [Int] = []
    let error = #expect(throws: BatchError.self) {
      while let entry = try lookAhead.next(
        of: { () throws(BatchError) in
          guard let finding = try walker.next() else { throw BatchError(.systemLacks, "the end") }
          return finding
        }, reach: 100, enter: { enter($0, &ledger) })
      {
        indices.append(entry.index)
      }
    }
    #expect(error?.message == "the end")
    #expect(indices == [0, 1, 2])
    #expect(!lookAhead.isAtEnd)
  }

  @Test("a source that has nothing for the time being is asked again")
  func watchedSource() throws {
    try fill([1, 2])
    var walker = try WalkedTree.walker(folder.path)
    var findings: [Finding?] = [nil, try walker.next(), nil, nil, try walker.next(), nil]
    var (lookAhead, ledger) = (LookAhead(), Ledger())
    let indices = try (0..<6).map { _ in
      try lookAhead.next(
        of: { () throws(BatchError) in findings.removeFirst() }, reach: 0,
        enter: { enter($0, &ledger) }
      )?.index
    }
    #expect(indices == [nil, 0, nil, nil, 1, nil])
  }

  @Test("once the books are closed there is nothing more, which is not the end of the walk")
  func closedBooks() throws {
    try fill([1, 2, 3])
    var walker = try WalkedTree.walker(folder.path)
    var (lookAhead, ledger) = (LookAhead(), Ledger())
    _ = ledger.cancelRest(.cancelled)
    let entry = try lookAhead.next(
      of: { () throws(BatchError) in try walker.next() }, reach: 1, enter: { enter($0, &ledger) })
    #expect(entry == nil)
    #expect(!lookAhead.isAtEnd)
  }

  @Test("one worker has nothing to gain, and nothing is looked at ahead")
  func reach() {
    #expect((1...4).map(LookAhead.reach) == [0, 32, 48, 64])
  }

  @Test("a large picture that comes last is taken up first, where there are few")
  func largeOneFirst() async throws {
    for index in 0..<20 {
      try folder.write(Pictures.ppm(2, 2), to: FilePath("in/\(index + 100).ppm"))
    }
    try folder.write(Pictures.ppm(200, 200), to: "in/z.ppm")
    for workers in [1, 2, 4] {
      let plan = Plan.writing(
        from: folder["in"], to: folder[FilePath("out\(workers)")], workers: workers)
      let inFlight = Log<[String]>()
      let run = try await BatchRun(plan) { batch, outcome, _ in
        let jobs = batch.status.running.map { $0.input.lastComponent?.string ?? "" }
        inFlight.append(jobs + [outcome.name])
      }
      #expect(run.report.done == 21)
      #expect(run.inOrder.last?.name == "z.ppm")
      let isFirst = inFlight.entries[0].contains("z.ppm")
      #expect(isFirst == (workers > 1))
    }
  }
}
