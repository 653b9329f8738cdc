import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import Raster
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

@Suite("Batch: what is refused before it starts", .timeLimit(.minutes(15))) struct BatchStartTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var input: FilePath { folder["in"] }
  private var output: FilePath { folder["out"] }

  @Test("IN that is missing, or neither file nor folder")
  func inputUnavailable() async throws {
    let error = await expectRefusal(.inputUnavailable, of: .writing(from: input, to: output))
    #expect(error?.message == "\(input): No such file or directory")
    try folder.makePipe("in")
    await expectRefusal(.inputUnavailable, of: .writing(from: input, to: output))
    await expectRefusal(.inputUnavailable, of: .reading(.verify, of: ""))
    var listed = Plan.writing(from: folder.path, to: output)
    listed.fileList = Plan.FileListSource(path: folder["list"], isZeroTerminated: false)
    await expectRefusal(.inputUnavailable, of: listed)
    #expect(folder.tree() == ["in"])
  }

  @Test("IN and OUT that are the same, whatever they are called")
  func overlap() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "in/a.ppm")
    try folder.link("link", to: "in")
    for output in [input, folder["link"], input.appending("../in")] {
      await expectRefusal(.overlap, of: .writing(.fitting(4), from: input, to: output))
      await expectRefusal(.overlap, of: .writing(.fitting(4), from: output, to: input))
    }
    for output in ["in/a.ppm", "in", "link/a.ppm"] as [FilePath] {
      await expectRefusal(
        .overlap, of: .writing(.fitting(4), from: folder["in/a.ppm"], to: folder[output]))
    }
    #expect(folder.contents("in") == ["a.ppm": Pictures.ppm(8, 6)])
  }

  @Test("two inputs for one output, and nothing is made for them")
  func collision() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "in/a.ppm")
    try folder.write(Pictures.pgm(8, 6), to: "in/a.pgm")
    await expectRefusal(.collision, of: .writing(Recipe(format: .png), from: input, to: output))
    #expect(folder.tree() == ["in/", "in/a.pgm", "in/a.ppm"])
  }

  @Test("IN is taken for one picture by its name alone, whatever stands there")
  func onePicture() throws {
    func isNamedLikeOnePicture(_ path: FilePath) -> Bool {
      Plan.reading(.verify, of: path).isNamedLikeOnePicture
    }
    for path in ["a.png", "/in/A.PNG", "in/a.ppm", "a.jpeg"] as [FilePath] {
      #expect(isNamedLikeOnePicture(path), "\(path)")
    }
    for path in ["in", "in.d", "/", "", "a.png/in", ".png"] as [FilePath] {
      #expect(!isNamedLikeOnePicture(path), "\(path)")
    }
    var plan = Plan.reading(.verify, of: "in")
    plan.input = .standardInput
    #expect(plan.isNamedLikeOnePicture)
  }

  @Test("OUT that is a file, or in no folder")
  func outputUnavailable() async throws {
    try folder.write(Pictures.ppm(8, 6), to: "in/a.ppm")
    try folder.write([1], to: "file")
    for output in ["file", "file/out", "no/out"] as [FilePath] {
      await expectRefusal(.outputUnavailable, of: .writing(from: input, to: folder[output]))
    }
    await expectRefusal(
      .outputUnavailable, of: .writing(from: folder["in/a.ppm"], to: folder["no/a.ppm"]))
    #expect(folder.tree() == ["file", "in/", "in/a.ppm"])
    #expect(folder.read("file") == [1])
  }

  @Test("OUT that another run is writing to, until that run is over")
  func outputInUse() async throws {
    for index in 0..<3 { try folder.write(Pictures.ppm(2, 2), to: FilePath("in/\(index).ppm")) }
    let plan = Plan.writing(from: input, to: output)
    let (isRunning, mayGoOn) = (Event(), Event())
    async let first = BatchRun(plan) { _, _, count in
      if count == 1 { isRunning.happen() }
      blockUntil { mayGoOn.isPast }
    }
    await isRunning.wait()
    let error = await expectRefusal(.outputInUse, of: plan)
    #expect(error?.message == "\(output): in use by another run")
    mayGoOn.happen()
    #expect(try await first.report.done == 3)
    try await BatchRun(plan)
  }

  @Test("single pictures may go to one folder at the same time")
  func sharedOutput() async throws {
    try folder.write(Pictures.ppm(2, 2), to: "a.ppm")
    try folder.write(Pictures.ppm(2, 2), to: "b.ppm")
    try folder.makeFolder("out")
    let (isRunning, mayGoOn) = (Event(), Event())
    async let first = BatchRun(.writing(from: folder["a.ppm"], to: output)) { _, _, _ in
      isRunning.happen()
      blockUntil { mayGoOn.isPast }
    }
    await isRunning.wait()
    try await BatchRun(.writing(from: folder["b.ppm"], to: output))
    mayGoOn.happen()
    _ = try await first
    #expect(folder.tree("out") == ["a.ppm", "b.ppm"])
  }

  @Test("a folder of pictures for standard output, and a stream for a folder")
  func contradictions() async throws {
    try folder.makeFolder("in")
    try folder.makeFolder("out")
    await expectRefusal(
      .invalidPlan, of: Plan(.write(Recipe(), to: .standardOutput), of: .path(input)))
    await expectRefusal(
      .invalidPlan, of: Plan(.write(Recipe(), to: .path(output)), of: .standardInput))
  }

  @Test("more workers than there are descriptors for")
  func tooFewDescriptors() async throws {
    try folder.makeFolder("in")
    let error = await expectRefusal(
      .systemLacks, of: Plan.writing(from: input, to: output, workers: 1 << 40))
    #expect(error?.message.contains("file descriptors") == true)
  }

  @Test("a refused start leaves no thread and no descriptor behind")
  func leavesNothing() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let plan = Plan.writing(from: folder["in"], to: folder["out"], workers: 8)
      for _ in 0..<5 { await expectRefusal(.inputUnavailable, of: plan) }
      let (threads, descriptors) = (ProcessFacts.threadCount, ProcessFacts.descriptorCount)
      for _ in 0..<50 { await expectRefusal(.inputUnavailable, of: plan) }
      // A thread that was joined may stand in /proc for another moment, and the runtime may have
      // started one more of its own, one a core at most.
      await until { ProcessFacts.threadCount <= threads + sysconf(Int32(_SC_NPROCESSORS_ONLN)) }
      #expect(ProcessFacts.descriptorCount == descriptors)
    }
  }
}

@Suite("Batch: one picture", .timeLimit(.minutes(15))) struct SinglePictureTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Pictures.ppm(8, 6), to: "a.ppm")
  }

  private func write(
    _ recipe: Recipe = .fitting(4), to output: Plan.Output, from input: FilePath = "a.ppm"
  ) async throws -> BatchRun {
    try await BatchRun(
      Plan(
        .write(recipe, to: output), of: .path(folder[input]),
        settings: RunSettings(workerCount: 1, memoryByteCount: 1 << 28)))
  }

  @Test("to a file's name")
  func file() async throws {
    let run = try await write(to: .path(folder["b.ppm"]))
    #expect(run.outcomes.map(\.word) == ["written"])
    #expect(run.outcomes[0].output == folder["b.ppm"])
    #expect(folder.tree() == ["a.ppm", "b.ppm"])
  }

  @Test("to a folder that exists, under its own name or the format's")
  func existingFolder() async throws {
    try folder.makeFolder("out")
    _ = try await write(to: .path(folder["out"]))
    _ = try await write(.fitting(4, format: .png), to: .path(folder["out"]))
    #expect(folder.tree("out") == ["a.png", "a.ppm"])
  }

  @Test("to a folder that is to be made, where that is said")
  func newFolder() async throws {
    _ = try await write(to: .folder(folder["out"]))
    #expect(folder.tree("out") == ["a.ppm"])
  }

  @Test("in the format that the output's name says, unless another is asked for")
  func formatOfName() async throws {
    for (recipe, name, format) in [
      (Recipe.fitting(4), "b.png", ImageFormat.png), (.fitting(100), "b.qoi", .qoi),
      (.fitting(4, format: .png), "b.qoi", .png), (.fitting(4), "b.data", .ppm),
    ] {
      _ = try await write(recipe, to: .path(folder[FilePath(name)]))
      let picture = try ReadPicture(folder.read(FilePath(name)) ?? [])
      #expect(picture.header.format == format)
    }
  }

  @Test("a link that was named is followed; one in the output's place is replaced")
  func links() async throws {
    try folder.link("link.ppm", to: "a.ppm")
    try folder.link("out.ppm", to: "a.ppm")
    let run = try await write(to: .path(folder["out.ppm"]), from: "link.ppm")
    #expect(run.outcomes.map(\.word) == ["written"])
    #expect(folder.read("a.ppm") == Pictures.ppm(8, 6))
    #expect((folder.status("out.ppm")?.st_mode ?? 0) & S_IFMT == S_IFREG)
  }

  @Test("a name that promises a picture and does not hold one fails")
  func noPicture() async throws {
    try folder.write(Array("text".utf8), to: "b.png")
    let run = try await write(to: .path(folder["c.png"]), from: "b.png")
    #expect(run.outcomes.map(\.word) == ["failed decode/notAnImage"])
    #expect(folder.tree() == ["a.ppm", "b.png"])
  }
}
