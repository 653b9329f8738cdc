import ConcurrencyPrimitives
import ImageCodecs
import Raster
import SystemPackage

/// What a worker hands to the writer.
enum Product: Sendable {
  /// The job is at its end.
  case settled(Outcome)
  /// The output stands complete in memory and waits for its place.
  case rendition(Rendition)
}

/// An encoded picture on its way to the writer, with the room in memory that it still takes.
struct Rendition: Sendable {
  let destination: Destination
  let bytes: EncodedBytes
  let permit: WeightedSemaphore.Permit
  /// All that is known of the job but its end.
  let draft: Outcome
}

/// Takes a job from its file to its rendition, on a worker.
struct JobRunner: Sendable {
  let plan: Plan
  let admission: Admission
  /// Where the job asks whether it may go on.
  let work: CancellationScope
  /// Where it asks whether it may begin.
  let intake: CancellationScope

  /// - Throws: `BatchError` where the system lacks what every job needs.
  func run(_ finding: Finding) async throws(BatchError) -> Product {
    switch finding {
    case .skipped(let path, let rule):
      return .settled(Outcome(input: path, status: .skipped(rule)))
    case .failed(let path, let failure):
      return .settled(Outcome(input: path, status: .failed(failure)))
    case .job(let job):
      return try await JobRun(job, self).product()
    }
  }
}

/// One job on its way. It stays with one worker at a time.
private final class JobRun {
  private let job: Job
  private let runner: JobRunner
  private let trace = JobTrace()
  private var outcome: Outcome

  private var plan: Plan { runner.plan }

  init(_ job: Job, _ runner: JobRunner) {
    self.job = job
    self.runner = runner
    outcome = Outcome(input: job.input, status: .written)
    outcome.output = job.destination?.path
  }

  func product() async throws(BatchError) -> Product {
    do {
      try runner.intake.check()
      if let rendition = try await rendition() { return .rendition(rendition) }
    } catch let error as BatchError {
      throw error
    } catch {
      outcome.status = status(for: error)
    }
    outcome.times = trace.times
    return .settled(outcome)
  }

  private func status(for error: any Error) -> Outcome.Status {
    // What stopped the run also stopped the job, whatever the job noticed of it.
    if let interruption = runner.work.interruption { return .cancelled(interruption) }
    switch error {
    case let interruption as Interruption where interruption.isTimeout:
      return .failed(
        JobFailure(stage: trace.stage, code: "timedOut", message: interruption.description))
    case let interruption as Interruption:
      return .cancelled(interruption)
    case is CancellationError:
      return .cancelled(runner.intake.interruption ?? .cancelled)
    default:
      return .failed(JobFailure(trace.stage, error))
    }
  }

  /// - Returns: nil where nothing is to be written, and the outcome says why.
  private func rendition() async throws -> Rendition? {
    if plan.skipsExisting, try standingIdentity() != nil {
      outcome.status = .upToDate
      return nil
    }
    let clock = JobDeadline(plan.jobTimeout, parent: runner.work)
    guard let input = try trace.perform(.read, { try open(clock) }) else { return nil }
    outcome.inputByteCount = input.byteCount
    let source = try ByteSource(byteCount: input.byteCount) { [trace] offset, buffer in
      try clock.scope.check()
      return try trace.perform(.read) { try input.read(at: offset, into: buffer) }
    }
    guard let codec = try trace.perform(.decode, { try recognize(source) }) else { return nil }
    let header = try trace.perform(.decode) { try codec.probe(source, limits: plan.limits) }
    outcome.header = header
    outcome.warnings = header.warnings
    switch plan.work {
    case .inspect:
      outcome.status = .inspected
      return nil
    case .verify:
      let cost = try ReadingCost.byteCount(header: header, inputByteCount: input.byteCount)
        .plus(input.heldByteCount)
      let permit = try await admit(cost)
      defer { permit.release() }
      clock.restart()
      try readThrough(source, codec, header, clock)
      try input.checkUnchanged()
      outcome.status = .verified
      return nil
    case .write(let recipe, _):
      let conversion = try Conversion(recipe, header: header, codec: codec)
      let outputSize = conversion.outputLayout.size
      // What this program would refuse to read it does not write.
      _ = try trace.perform(.transform) {
        try plan.limits.size(width: outputSize.width, height: outputSize.height)
      }
      outcome.outputSize = outputSize
      let cost = try conversion.memoryByteCount(header: header, inputByteCount: input.byteCount)
        .plus(input.heldByteCount)
      outcome.memoryByteCount = cost
      if plan.isDryRun {
        try runner.admission.checkFits(cost)
        outcome.status = .planned
        return nil
      }
      guard let destination = job.destination else { return nil }
      let permit = try await admit(cost)
      clock.restart()
      let bytes = EncodedBytes()
      if conversion.isCopy {
        try readThrough(source, codec, header, clock)
        try trace.perform(.encode) {
          source.seek(to: 0)
          try codec.copy(source, header: header, keeping: recipe.metadata, to: bytes)
        }
      } else {
        try await convert(source, codec, header, conversion, recipe, to: bytes, clock)
      }
      try input.checkUnchanged()
      outcome.times = trace.times
      outcome.outputByteCount = bytes.count
      return Rendition(destination: destination, bytes: bytes, permit: permit, draft: outcome)
    }
  }

  private func admit(_ byteCount: Int) async throws -> WeightedSemaphore.Permit {
    outcome.memoryByteCount = byteCount
    return try await trace.leaveOut { try await runner.admission.admit(byteCount) }
  }

  private func open(_ clock: JobDeadline) throws -> InputBytes? {
    switch job.source {
    case .standardInput:
      return .memory(
        try StandardInput.readAll(atMost: plan.memoryByteCount) { try clock.scope.check() })
    case .file(let folder, let name):
      switch try openFile(name, in: folder.directory) {
      case .file(let file):
        // In a folder, only through a link can an input be what its own output would replace.
        if plan.selection.followsLinks, !plan.isDryRun, try standingIdentity() == file.identity {
          throw JobFailure(
            stage: .write, code: "insideInput", message: "the output would replace the input")
        }
        return .file(file)
      case .notRegular:
        outcome.status = .skipped("not a regular file")
        return nil
      }
    }
  }

  private func openFile(_ name: FileName, in folder: Directory) throws -> InputFile.Opened {
    do {
      return try InputFile.open(name, in: folder, followingLinks: job.followsLinks)
    } catch {
      guard error.cause?.isDescriptorShortage == true else { throw error }
      throw BatchError.tooFewDescriptors(at: job.input)
    }
  }

  /// What stands in the output's place; nil for nothing.
  private func standingIdentity() throws(Errno) -> FileIdentity? {
    guard case .file(let folder, let name) = job.destination else { return nil }
    return try folder.identity(of: name)
  }

  /// The codec that knows the content; nil where none does and the name never said so.
  private func recognize(_ source: ByteSource) throws -> (any ImageCodec)? {
    let prefix = try source.read(upTo: CodecRegistry.prefixByteCount)
    source.seek(to: 0)
    if let codec = CodecRegistry.codec(recognizing: prefix) { return codec }
    if case .file(_, let name) = job.source, ClaimedFormat(name) == nil {
      outcome.status = .skipped("no image")
      return nil
    }
    let reason = prefix.isEmpty ? "the file is empty" : "no known format starts like this"
    throw CodecError(.notAnImage, "no image: \(reason)")
  }

  private func readThrough(
    _ source: ByteSource, _ codec: any ImageCodec, _ header: ImageHeader, _ clock: JobDeadline
  ) throws {
    let rows = try DecodedRows(codec, source, header, trace, clock)
    let buffer = try ByteBuffer(count: rows.layout.bytesPerRow)
    for _ in 0..<rows.layout.height {
      var row = buffer.bytes.mutableBytes
      try rows.readRow(into: &row)
    }
    outcome.warnings = try rows.finish()
  }

  private func convert(
    _ source: ByteSource, _ codec: any ImageCodec, _ header: ImageHeader,
    _ conversion: Conversion, _ recipe: Recipe, to bytes: EncodedBytes, _ clock: JobDeadline
  ) async throws {
    let decoded = try DecodedRows(codec, source, header, trace, clock)
    var rows: any RowSource = decoded
    for step in conversion.steps { rows = try await step.rows(from: rows) }
    let layout = conversion.outputLayout
    let writer = try trace.perform(.encode) {
      try conversion.codec.makeWriter(
        of: layout, in: conversion.format, metadata: conversion.metadata,
        options: recipe.encoding, output: bytes)
    }
    let buffer = try ByteBuffer(count: layout.bytesPerRow)
    for _ in 0..<layout.height {
      try clock.scope.check()
      try trace.perform(.transform) {
        var row = buffer.bytes.mutableBytes
        try rows.readRow(into: &row)
      }
      try trace.perform(.encode) { try writer.writeRow(UnsafeRawBufferPointer(buffer.bytes).bytes) }
    }
    outcome.warnings = try decoded.finish() + conversion.warnings
    try trace.perform(.encode) { try writer.finish() }
    if header.frameCount > 1 {
      outcome.warnings.append("an animation: only its first frame is kept")
    }
  }
}
