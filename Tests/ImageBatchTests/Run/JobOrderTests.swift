import ConcurrencyPrimitives
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite("Order of jobs") struct JobOrderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What is handed out of a walk over `folder`: the place in the order of the input, and the name.
  private func handedOut(
    _ selection: InputSelection = InputSelection(), restCount: Int
  ) throws -> [(index: Int, name: String)] {
    var (walker, order, ledger) = (
      try WalkedTree.walker(folder.path, selection), JobOrder(), Ledger()
    )
    var entries: [(index: Int, name: String)] = []
    while let entry = try order.next(
      from: &walker, restCount: restCount, enter: { enter($0, &ledger) })
    {
      entries.append((entry.index, entry.finding.input.lastComponent?.string ?? ""))
      // What waits is in the books already.
      #expect(ledger.foundCount == entries.count + order.waitingCount)
      #expect(order.waitingCount <= max(0, restCount - 1))
    }
    #expect(order.isAtEnd)
    return entries
  }

  private func enter(_ finding: Finding, _ ledger: inout Ledger) -> JobOrder.Entry? {
    let activity = JobActivity(finding.displayPath)
    return ledger.enter(activity).map { .init(index: $0, finding: finding, activity: activity) }
  }

  private func fill(_ byteCounts: [Int], in name: FilePath = FilePath()) throws {
    for (index, byteCount) in byteCounts.enumerated() {
      let bytes = [UInt8](repeating: 0, count: byteCount)
      try folder.write(bytes, to: name.appending("\(index + 100)"))
    }
  }

  @Test("the last go by size, those of one size by their names, and all before them as they come")
  func lastBySize() throws {
    try fill([1, 2, 3, 4, 9, 5, 7, 9, 8, 6])
    let entries = try handedOut(restCount: 5)
    #expect(entries.map(\.index) == [0, 1, 2, 3, 4, 7, 8, 6, 9, 5])
    #expect(entries.allSatisfy { $0.name == "\($0.index + 100)" })
  }

  @Test("of any sizes each is handed out once, and the last by size", arguments: 0..<60)
  func anySizes(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let count = Int.random(in: 0...12, using: &random)
    let byteCounts = (0..<count).map { _ in Int.random(in: 0...5, using: &random) }
    let restCount = Int.random(in: 0...14, using: &random)
    try fill(byteCounts)
    let indices = try handedOut(restCount: restCount).map(\.index)
    let inOrder = max(0, count - restCount)
    let bySize = (inOrder..<count).sorted { (byteCounts[$1], $0) < (byteCounts[$0], $1) }
    #expect(indices == Array(0..<inOrder) + bySize)
  }

  @Test("it is the last folder whose files are put in order, no other: each is open meanwhile")
  func lastFolder() throws {
    for name in ["", "a", "a/b", "c"] as [FilePath] { try fill([1, 2, 3], in: name) }
    // With the first of its files the walk has come to a folder.
    #expect(try handedOut(restCount: 9).map(\.index) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 10])
  }

  @Test("with a folder to come that has nothing in it, all stay in their order")
  func folderToCome() throws {
    try fill([1, 2, 3], in: "a")
    try folder.makeFolder("b")
    #expect(try handedOut(restCount: 9).map(\.index) == [0, 1, 2])
    folder.remove("b")
    #expect(try handedOut(restCount: 9).map(\.index) == [0, 2, 1])
  }

  @Test("what has no size goes last; a link counts as what it leads to, where links are followed")
  func withoutSize() throws {
    try folder.makePipe("b")
    for (name, byteCount) in [("c", 1), ("y", 2), ("z", 3)] {
      try folder.write([UInt8](repeating: 0, count: byteCount), to: FilePath(name))
    }
    try folder.link("a", to: "z")
    #expect(try handedOut(restCount: 9).map(\.name) == ["z", "y", "c", "a", "b"])
    // A link may lead to a folder: while one is to come nothing is put in order.
    try folder.link("d", to: "z")
    let followed = try handedOut(InputSelection(followsLinks: true), restCount: 9)
    #expect(followed.map(\.name) == ["a", "b", "c", "d", "y", "z"])
  }

  @Test("a source that has nothing for the time being is asked again")
  func watchedSource() throws {
    try fill([1, 2])
    var walker = try WalkedTree.walker(folder.path)
    var source = Findings(entries: [nil, try walker.next(), nil, nil, try walker.next(), nil])
    var (order, ledger) = (JobOrder(), Ledger())
    var places: [Int?] = []
    for _ in 0..<6 {
      let entry = try order.next(from: &source, restCount: 9, enter: { enter($0, &ledger) })
      places.append(entry?.index)
      #expect(order.isAtEnd == (entry == nil))
    }
    #expect(places == [nil, 0, nil, nil, 1, nil])
  }

  private struct Findings: FindingSource {
    var entries: [Finding?]
    mutating func next() -> Finding? { entries.removeFirst() }
    func rest(atMost count: Int) -> [Finding] { [] }
  }

  @Test(
    "once the books are closed there is nothing more, which is not the end of the walk",
    arguments: [1, 9])
  func closedBooks(restCount: Int) throws {
    try fill([1, 2, 3])
    var (walker, order, ledger) = (try WalkedTree.walker(folder.path), JobOrder(), Ledger())
    _ = ledger.cancelRest(.cancelled)
    let entry = try order.next(
      from: &walker, restCount: restCount, enter: { enter($0, &ledger) })
    #expect(entry == nil)
    #expect(!order.isAtEnd)
  }

  @Test("one worker has nothing to gain; very many look at no more than some")
  func restCount() {
    #expect([1, 2, 3, 4, 64, 1024].map(JobOrder.restCount) == [0, 32, 48, 64, 1024, 1024])
  }

  @Test(
    "a large picture that comes last is taken up first, where all are read and somebody gains by it",
    arguments: [1, 2, 4])
  func largeOneFirst(workers: Int) async throws {
    for index in 0..<20 {
      try folder.write(Pictures.ppm(2, 2), to: FilePath("in/\(index + 100).ppm"))
    }
    try folder.write(Pictures.ppm(200, 200), to: "in/z.ppm")
    let written = Plan.writing(from: folder["in"], to: folder["out"], workers: workers)
    var planned = Plan.writing(from: folder["in"], to: folder["none"], workers: workers)
    planned.isDryRun = true
    for (plan, isByTime) in [
      (written, true), (.reading(.verify, of: folder["in"], workers: workers), true),
      (.reading(.inspect, of: folder["in"], workers: workers), false), (planned, false),
    ] {
      let inFlight = Log<[String]>()
      let run = try await BatchRun(plan) { batch, outcome, _ in
        let jobs = batch.status.running.map { $0.input.lastComponent?.string ?? "" }
        inFlight.append(jobs + [outcome.name])
      }
      #expect(run.report.done == 21)
      #expect(run.inOrder.last?.name == "z.ppm")
      #expect(inFlight.entries[0].contains("z.ppm") == (isByTime && workers > 1))
    }
  }
}
