import ImageCodecs
import Raster
import SystemPackage
import Testing

@testable import ImageBatch

/// Gives out the columns of a picture whose top sample is not 0: how many these are no header tells.
private struct NonzeroColumns: Transform {
  func outputLayout(for input: RowLayout) throws -> RowLayout { input }

  func workingByteCount(for input: RowLayout) throws -> Int { input.byteCount }

  func rows(from source: any RowSource) async throws -> any RowSource {
    let picture = try Image.collecting(source)
    let kept = (0..<source.layout.width).filter { picture.bytes(ofRow: 0)[$0] != 0 }
    let layout = try RowLayout(
      size: PixelSize(width: kept.count, height: source.layout.height),
      format: source.layout.format)
    return Rows(
      layout: layout,
      rows: (0..<layout.height).map { y in kept.map { picture.bytes(ofRow: y)[$0] } })
  }

  private final class Rows: RowSource {
    let layout: RowLayout
    private var rows: ArraySlice<[UInt8]>

    init(layout: RowLayout, rows: [[UInt8]]) {
      self.layout = layout
      self.rows = rows[...]
    }

    func readRow(into row: inout MutableRawSpan) throws {
      let next = rows.removeFirst()
      row.withUnsafeMutableBytes { $0.copyBytes(from: next) }
    }
  }
}

@Suite("Batch: operations whose output depends on the pixels", .timeLimit(.minutes(15)))
struct BatchFindingsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// 40 columns, of which three are not 0.
  private func writePicture() throws {
    var samples = [UInt8](repeating: 0, count: 40 * 10)
    for y in 0..<10 { for x in [5, 6, 30] { samples[y * 40 + x] = UInt8(x + y) } }
    try folder.write(Array("P5\n40 10\n255\n".utf8) + samples, to: "in/a.pgm")
  }

  private func run(_ operations: [any ImageBatch.Operation], memory: Int = 1 << 28) async throws
    -> BatchRun
  {
    try await BatchRun(
      .writing(Recipe(operations), from: folder["in"], to: folder["out"], memory: memory))
  }

  private let columns = SingleStep(NonzeroColumns())

  private func enlarging(_ size: SizeRequest) -> ResizeRequest {
    ResizeRequest(size: size, enlarges: true, filter: .nearest)
  }

  @Test("what comes out is written, and what is behind goes by it")
  func actualLayout() async throws {
    try writePicture()
    var run = try await run([columns])
    #expect(run.inOrder.map(\.outputSize) == [PixelSize(width: 3, height: 10)])
    let picture = try ReadPicture(folder.read("out/a.pgm") ?? [])
    let expected: [[UInt8]] = (0..<10).map { y in [5 + y, 6 + y, 30 + y] }
    #expect(picture.rows == expected)
    run = try await self.run([columns, SingleStep(Orient(.rotated90Clockwise))])
    #expect(run.inOrder.map(\.outputSize) == [PixelSize(width: 10, height: 3)])
    run = try await self.run([columns, CropRequest(to: PixelSize(width: 20, height: 2))])
    #expect(run.inOrder.map(\.outputSize) == [PixelSize(width: 3, height: 2)])
  }

  @Test("a picture that needs more than its header foretold is begun anew with as much")
  func underestimate() async throws {
    try writePicture()
    let foretold = try await run([columns, SingleStep(Orient(.flipped))])
    // 40x10 foretells 60x15; 3x10 becomes 60x200.
    let grown = try await run([columns, enlarging(.width(60)), SingleStep(Orient(.flipped))])
    #expect(grown.inOrder.map(\.word) == ["written"])
    #expect(grown.inOrder.map(\.outputSize) == [PixelSize(width: 60, height: 200)])
    let needed = try #require(grown.inOrder[0].memoryByteCount)
    #expect(needed > (foretold.inOrder[0].memoryByteCount ?? 0) + 60 * 200)
    #expect(grown.report.peakMemoryByteCount == needed)
    let picture = try ReadPicture(folder.read("out/a.pgm") ?? [])
    #expect(picture.rows.count == 200 && picture.rows[0].first == UInt8(5 + 9))
    let refused = try await run(
      [columns, enlarging(.width(60)), SingleStep(Orient(.flipped))], memory: needed - 1)
    #expect(refused.inOrder.map(\.word) == ["failed admit/memoryBudget"])
  }

  @Test("the limit on pixels holds for what really comes out")
  func limits() async throws {
    try writePicture()
    var plan = Plan.writing(
      Recipe([columns, enlarging(.width(60))]), from: folder["in"], to: folder["out"])
    plan.limits.maximumPixelCount = 60 * 200 - 1
    let run = try await BatchRun(plan)
    #expect(run.inOrder.count == 1 && run.report.failed == 1)
  }

  @Test("several outputs of what was found", arguments: [true, false])
  func outputs(isShared: Bool) async throws {
    try writePicture()
    var recipe = Recipe(isShared ? [columns] : [])
    var wide = Recipe.Output((isShared ? [] : [columns]) + [enlarging(.width(60))])
    wide.folder = "wide"
    recipe.outputs = [Recipe.Output(), wide]
    let run = try await BatchRun(.writing(recipe, from: folder["in"], to: folder["out"]))
    #expect(run.inOrder.map(\.word) == ["written"])
    #expect(
      run.inOrder[0].outputs.map(\.size) == [
        PixelSize(width: isShared ? 3 : 40, height: 10), PixelSize(width: 60, height: 200),
      ])
  }
}
