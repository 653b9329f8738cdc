import Glibc
import ImageCodecs
import Raster
import SystemPackage
import Testing

@testable import ImageBatch

@Suite("Batch: several outputs of one picture", .timeLimit(.minutes(15)))
struct BatchOutputsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var input: FilePath { folder["in"] }
  private var output: FilePath { folder["out"] }

  private func resize(_ side: Int) -> ResizeRequest {
    ResizeRequest(size: .box(width: side, height: side))
  }

  private func makeOutput(
    _ operations: [any ImageBatch.Operation] = [], folder: FilePath = "", suffix: String = "",
    to format: ImageFormat? = nil
  ) -> Recipe.Output {
    var output = Recipe.Output(operations)
    (output.folder, output.suffix, output.format) = (folder, suffix, format)
    return output
  }

  private func recipe(
    _ outputs: Recipe.Output..., common: [any ImageBatch.Operation] = []
  ) -> Recipe {
    var recipe = Recipe(common)
    recipe.outputs = outputs
    return recipe
  }

  @Test("each is what a run of its own would have made", arguments: Orientation.allCases)
  func equality(orientation: Orientation) async throws {
    for format in [PixelFormat(.rgb, .eight), PixelFormat(.grayAlpha, .sixteen)] {
      try folder.write(
        Pictures.encoded(.png, 23, 14, format, metadata: Metadata(orientation: orientation)),
        to: "in/d/a.png")
      for common in [[], [CropRequest(to: PixelSize(width: 9, height: 11))]] {
        let own: [[any ImageBatch.Operation]] = [[resize(6)], [SingleStep(Orient(.flipped))], []]
        let run = try await BatchRun(
          .writing(
            recipe(
              makeOutput(own[0], folder: "s/x"), makeOutput(own[1], suffix: "-f", to: .pam),
              makeOutput(own[2]), common: common), from: input, to: output))
        #expect(run.inOrder.map(\.word) == ["written"])
        #expect(
          folder.tree("out").filter { !$0.hasSuffix("/") }
            == ["d/a-f.pam", "d/a.png", "s/x/d/a.png"])
        for (name, operations, format) in [
          ("out/s/x/d/a.png" as FilePath, own[0], nil), ("out/d/a-f.pam", own[1], ImageFormat.pam),
          ("out/d/a.png", own[2], nil),
        ] {
          let alone = Recipe(common + operations, format: format)
          try await BatchRun(.writing(alone, from: input, to: folder["alone"]))
          let file: FilePath = format == nil ? "alone/d/a.png" : "alone/d/a.pam"
          #expect(folder.read(name) == folder.read(file), "\(name)")
        }
        let outcome = run.inOrder[0]
        #expect(
          outcome.outputs.map(\.path) == [
            output.appending("s/x/d/a.png"), output.appending("d/a-f.pam"),
            output.appending("d/a.png"),
          ])
        for written in outcome.outputs {
          let bytes = TemporaryFolder.bytes(of: written.path) ?? []
          #expect(written.byteCount == bytes.count)
          #expect(written.size == (try ReadPicture(bytes).header.size))
        }
        #expect(outcome.outputByteCount == outcome.outputs.compactMap(\.byteCount).reduce(0, +))
        folder.remove("out")
      }
    }
  }

  @Test("copies are copies, beside outputs that are none")
  func copies() async throws {
    let bytes = Pictures.ppm(9, 7)
    try folder.write(bytes, to: "in/a.ppm")
    let run = try await BatchRun(
      .writing(
        recipe(makeOutput(folder: "all"), makeOutput([resize(3)]), makeOutput(suffix: "-2")),
        from: input, to: output))
    #expect(run.inOrder.map(\.word) == ["written"])
    #expect(folder.read("out/all/a.ppm") == bytes)
    #expect(folder.read("out/a-2.ppm") == bytes)
    #expect(try ReadPicture(folder.read("out/a.ppm") ?? []).header.size.width == 3)
    try folder.write(Array(bytes.dropLast()), to: "in/a.ppm")
    folder.remove("out")
    let broken = try await BatchRun(
      .writing(recipe(makeOutput(folder: "x"), makeOutput()), from: input, to: output))
    #expect(broken.inOrder.map(\.word) == ["failed decode/truncated"])
    #expect(folder.tree("out") == [])
  }

  @Test("two inputs for one output are refused before either is written")
  func collisions() async throws {
    try folder.write(Pictures.ppm(2, 2), to: "in/a.ppm")
    try folder.write(Pictures.ppm(2, 2), to: "in/a-s.ppm")
    let suffixed = recipe(makeOutput(), makeOutput(suffix: "-s"))
    let error = await expectRefusal(.collision, of: .writing(suffixed, from: input, to: output))
    #expect(error?.message.contains("out/a-s.ppm: ") == true, "\(error?.message ?? "")")
    #expect(folder.tree("out") == [])
    let parted = recipe(makeOutput(), makeOutput(folder: "small", suffix: "-s"))
    let run = try await BatchRun(.writing(parted, from: input, to: output))
    #expect(run.report.done == 2)
  }

  @Test("a folder of IN that has the name of one that outputs go into is refused, unless left out")
  func reservedFolders() async throws {
    try folder.write(Pictures.ppm(2, 2), to: "in/a.ppm")
    try folder.write(Pictures.ppm(2, 2), to: "in/web/small/a.ppm")
    let nested = recipe(makeOutput(folder: "web"), makeOutput(folder: "web/web/small"))
    await expectRefusal(.collision, of: .writing(nested, from: input, to: output))
    #expect(folder.tree("out") == [])
    var plan = Plan.writing(nested, from: input, to: output)
    plan.selection.excludedPatterns = ["web/small"]
    #expect(try await BatchRun(plan).report.done == 1)
    let apart = recipe(makeOutput(folder: "web"), makeOutput(folder: "small"))
    #expect(try await BatchRun(.writing(apart, from: input, to: output)).report.done == 2)
  }

  @Test("a list whose paths have one output by way of several folders is refused")
  func listedCollision() async throws {
    try folder.write(Pictures.ppm(2, 2), to: "in/a.ppm")
    try folder.write(Pictures.ppm(2, 2), to: "in/s/a.ppm")
    try folder.write(Array("a.ppm\ns/a.ppm\n".utf8), to: "list")
    var plan = Plan.writing(
      recipe(makeOutput(), makeOutput(folder: "s")), from: input, to: output)
    plan.fileList = Plan.FileListSource(path: folder["list"], isZeroTerminated: false)
    let error = await expectRefusal(.collision, of: plan)
    #expect(error?.message.contains("out/s/a.ppm: ") == true, "\(error?.message ?? "")")
  }

  @Test("outputs that contradict each other, or lead out of OUT, are refused")
  func contradictions() async throws {
    try folder.write(Pictures.ppm(2, 2), to: "in/a.ppm")
    for recipe in [
      recipe(makeOutput(), makeOutput()), recipe(makeOutput(to: .png), makeOutput()),
      recipe(makeOutput(folder: "../x")), recipe(makeOutput(folder: "/x")), recipe(),
    ] {
      await expectRefusal(.invalidPlan, of: .writing(recipe, from: input, to: output))
    }
    await expectRefusal(
      .invalidPlan,
      of: Plan(
        .write(recipe(makeOutput(suffix: "-x")), to: .standardOutput),
        of: .path(folder["in/a.ppm"])))
    await expectRefusal(
      .overlap, of: .writing(recipe(makeOutput(folder: "in")), from: input, to: folder.path))
  }

  @Test("one picture goes into a folder, which is made")
  func onePicture() async throws {
    try folder.write(Pictures.ppm(4, 4), to: "a.ppm")
    let recipe = recipe(makeOutput(folder: "s"), makeOutput(suffix: "-2", to: .png))
    let run = try await BatchRun(.writing(recipe, from: folder["a.ppm"], to: output))
    #expect(run.inOrder.map(\.word) == ["written"])
    #expect(folder.tree("out") == ["a-2.png", "s/", "s/a.ppm"])
  }

  @Test("what is in place stays when the next output cannot be written, and that one is named")
  func failure() async throws {
    try folder.write(Pictures.ppm(4, 4), to: "in/a.ppm")
    try folder.write(Array("in the way".utf8), to: "out/b")
    let recipe = recipe(makeOutput(folder: "a"), makeOutput(folder: "b"), makeOutput(folder: "c"))
    let run = try await BatchRun(.writing(recipe, from: input, to: output))
    #expect(run.report.failed == 1 && run.report.found == 1)
    #expect(run.inOrder[0].failure?.stage == .write)
    #expect(run.inOrder[0].failedOutput == output.appending("b/a.ppm"))
    #expect(run.inOrder[0].outputs.map { $0.byteCount != nil } == [true, false, false])
    #expect(run.inOrder[0].outputByteCount == nil)
    #expect(folder.tree("out") == ["a/", "a/a.ppm", "b"])
    #expect(folder.read("out/a/a.ppm") == Pictures.ppm(4, 4))
  }

  @Test("a job is up to date when all of its outputs are there")
  func upToDate() async throws {
    try folder.write(Pictures.ppm(4, 4), to: "in/a.ppm")
    var plan = Plan.writing(
      recipe(makeOutput(folder: "a"), makeOutput(folder: "b")), from: input, to: output)
    plan.skipsExisting = true
    #expect(try await BatchRun(plan).inOrder.map(\.word) == ["written"])
    #expect(try await BatchRun(plan).inOrder.map(\.word) == ["upToDate"])
    #expect(unlink(folder["out/b/a.ppm"].string) == 0)
    #expect(try await BatchRun(plan).inOrder.map(\.word) == ["written"])
  }

  @Test("the rows that outputs share are paid for once, and so is each output")
  func memory() throws {
    let header = ImageHeader(
      format: .ppm, size: PixelSize(width: 100, height: 80), storedColour: .rgb,
      storedBitDepth: 8, pixelFormat: PixelFormat(.rgb, .eight),
      readerByteCount: 0)
    let codec = try #require(CodecRegistry.codec(for: .ppm))
    func cost(_ recipe: Recipe) throws -> Int {
      try Conversion.possibilities(recipe, header: header, codec: codec)
        .memoryByteCount(inputByteCount: 24000)
    }
    let one = try cost(recipe(makeOutput([resize(50)])))
    let two = try cost(recipe(makeOutput([resize(50)]), makeOutput([resize(50)], folder: "x")))
    #expect(two >= one + 24000 + 50 * 40 * 3)
    #expect(two <= 2 * one + 24000)
  }
}
