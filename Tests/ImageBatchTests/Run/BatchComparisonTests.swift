import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import Raster
import SystemPackage
import Testing

@testable import ImageBatch

@Suite("Batch: a comparison", .timeLimit(.minutes(15))) struct BatchComparisonTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func plan(
    diff: FilePath? = nil, workers: Int = 2, memory: Int = 1 << 28
  ) -> Plan {
    var request = ComparisonRequest(with: folder["b"])
    request.differences = diff.map { .path(folder[$0]) }
    return Plan(
      .compare(request), of: .path(folder["a"]),
      settings: RunSettings(workerCount: workers, memoryByteCount: memory))
  }

  @Test("each pair has its verdict, and what only one tree has its side")
  func verdicts() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "a/1.ppm")
    try folder.write(Pictures.ppm(8, 6), to: "b/1.ppm")
    try folder.write(Pictures.ppm(8, 6), to: "a/2.ppm")
    try folder.write(Pictures.ppm(8, 6, seed: 2), to: "b/2.ppm")
    try folder.write(Pictures.ppm(8, 6), to: "a/3.ppm")
    try folder.write(Pictures.ppm(6, 8), to: "b/3.ppm")
    try folder.write(Pictures.ppm(8, 6), to: "a/d/4.ppm")
    try folder.write(Pictures.ppm(8, 6), to: "b/e/5.ppm")
    try folder.write(Array("P6\n8 6\n255\n".utf8), to: "b/e/6.ppm")
    let run = try await BatchRun(plan())
    #expect(run.isCompleted)
    #expect(
      run.inOrder.map(\.word) == [
        "equal", "different", "sizesDiffer", "onlyInFirst", "onlyInSecond", "onlyInSecond",
      ])
    #expect(run.inOrder.map(\.counterpart).last == folder["a/e/6.ppm"])
    #expect(run.report.done == 6 && run.report.different == 5)
    #expect(run.outcomes.allSatisfy { $0.output == nil })
  }

  @Test("a pair holds what its permit says, and where that never fits it fails by name")
  func memory() async throws {
    for (name, seed) in [("a", 1), ("b", 2)] {
      let bytes = try Pictures.encoded(.png, 40, 30, PixelFormat(.rgba, .sixteen), seed: seed)
      try folder.write(bytes, to: FilePath("\(name)/x.png"))
    }
    for diff in [nil, FilePath("out")] {
      let free = try await BatchRun(plan(diff: diff))
      #expect(free.inOrder.map(\.word) == ["different"])
      let byteCount = try #require(free.inOrder.first?.memoryByteCount)
      #expect(free.report.peakMemoryByteCount == byteCount)
      let exact = try await BatchRun(plan(diff: diff, memory: byteCount))
      #expect(exact.inOrder.map(\.word) == ["different"])
      let less = try await BatchRun(plan(diff: diff, memory: byteCount - 1))
      #expect(less.inOrder.map(\.word) == ["failed admit/memoryBudget"])
    }
  }

  @Test("a run that is stopped settles every pair once, and writes only whole pictures")
  func stopped() async throws {
    for index in 0..<40 {
      try folder.write(Pictures.ppm(20, 20, seed: index), to: FilePath("a/\(index).ppm"))
      try folder.write(Pictures.ppm(20, 20, seed: index + 1), to: FilePath("b/\(index).ppm"))
    }
    let run = try await BatchRun(plan(diff: "out")) { batch, _, count in
      if count == 5 { batch.stop(.signal(SIGTERM)) }
    }
    #expect(run.interruption == .signal(SIGTERM))
    for name in folder.tree("out") {
      let picture = try ReadPicture(folder.read(FilePath("out/\(name)")) ?? [])
      #expect(picture.header.size == PixelSize(width: 20, height: 20))
    }
    let written = run.outcomes.filter { $0.output != nil && $0.word == "different" }
    #expect(folder.tree("out").count == written.count)
  }

  @Test("two pictures of one name and another ending have one picture of differences: refused")
  func collision() async throws {
    for tree in ["a", "b"] {
      try folder.write(Pictures.ppm(4, 4), to: FilePath("\(tree)/x.ppm"))
      try folder.write(Pictures.pgm(4, 4), to: FilePath("\(tree)/x.pgm"))
    }
    await expectRefusal(.collision, of: plan(diff: "out"))
    #expect(try await BatchRun(plan()).isCompleted)
  }

  @Test("a comparison watches nothing, and reads no standard input")
  func refusals() async throws {
    try folder.makeFolder("a")
    try folder.makeFolder("b")
    var watching = plan()
    watching.isWatching = true
    await expectRefusal(.invalidPlan, of: watching)
    var streaming = plan()
    streaming.input = .standardInput
    await expectRefusal(.invalidPlan, of: streaming)
  }

  @Test("a tree that can't be opened is no input")
  func noTree() async throws {
    try folder.makeFolder("a")
    await expectRefusal(.inputUnavailable, of: plan())
  }
}
