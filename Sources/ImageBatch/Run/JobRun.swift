import ConcurrencyPrimitives
import ImageCodecs
import Raster
import SystemPackage

/// One job on its way. It stays with one worker at a time.
final class JobRun {
  let job: Job
  let runner: JobRunner
  let trace: JobTrace
  var outcome: Outcome

  /// The settings that the job goes by from its start to its end.
  private var settings: RunSettings

  /// The input, once it is open.
  private var input: InputBytes?

  /// Bytes that were read, or are to be written, and are not within the rate yet.
  var unpaidByteCount = 0

  var plan: Plan { runner.plan }

  init(_ job: Job, _ runner: JobRunner, _ activity: JobActivity) {
    self.job = job
    self.runner = runner
    settings = runner.settings.snapshot.value
    trace = JobTrace(activity)
    outcome = Outcome(input: job.displayPath, status: .written)
    outcome.outputs = job.destinations.map { Outcome.Output($0.displayPath) }
    outcome.counterpart = job.counterpart?.path
  }

  func product() async throws(BatchError) -> Product {
    defer { trace.finish() }
    do {
      if let cause = runner.intake.interruption { throw NotBegun(cause: cause) }
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
    if plan.isWatching, let rule = passingState(after: error) { return .skipped(rule) }
    switch error {
    case let error as NotBegun:
      return .cancelled(error.cause)
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

  /// In a watch, what is no failure of a file but a moment of its life.
  private func passingState(after error: any Error) -> String? {
    if let input {
      outcome.isSuperseded = input.isSuperseded
      return input.isSuperseded ? "changed while it was read: it comes again" : nil
    }
    let isGone = (error as? JobFailure)?.code == Errno.noSuchFileOrDirectory.name
    return isGone || (error as? ReadError)?.cause == .noSuchFileOrDirectory
      ? "gone before it was read" : nil
  }

  /// - Returns: nil where nothing is to be written, and the outcome says why.
  private func rendition() async throws -> Rendition? {
    if plan.skipsExisting, try outputsStand() {
      outcome.status = .upToDate
      return nil
    }
    if !runner.admission.tryStart() {
      try await trace.leaveOut { try await runner.awaitStart() }
    }
    let snapshot = runner.settings.snapshot
    settings = snapshot.value
    outcome.settingsGeneration = snapshot.generation
    let clock = JobDeadline(settings.jobTimeout, parent: runner.work)
    guard let input = try trace.perform(.read, { try open(clock) }) else { return nil }
    self.input = input
    outcome.inputByteCount = input.byteCount
    let source = try source(of: input, clock)
    if case .compare(let request) = plan.work {
      return try await compare(input, source, request, clock)
    }
    guard let codec = try trace.perform(.decode, { try recognize(source) }) else { return nil }
    var subject = Subject(
      input: input, source: source, codec: codec,
      header: try probe(source, codec, eagerMetadataByteCount: Self.eagerMetadataByteCount),
      clock: clock)
    try await pay(clock)
    switch plan.work {
    case .inspect:
      try await inspect(&subject)
      return nil
    case .verify:
      try await verify(&subject)
      return nil
    case .write(let recipe, _):
      return try await write(recipe, &subject)
    case .compare:
      // It has begun already, with another picture beside this one.
      return nil
    }
  }

  /// The bytes of an input, which ask whether the job may go on, and are paid for by and by.
  func source(of input: InputBytes, _ clock: JobDeadline) throws -> ByteSource {
    try ByteSource(byteCount: input.byteCount) { [self] offset, buffer in
      try clock.scope.check()
      let byteCount = try trace.perform(.read) { try input.read(at: offset, into: buffer) }
      unpaidByteCount += byteCount
      return byteCount
    }
  }

  /// A picture that a job is about.
  struct Subject {
    let input: InputBytes
    let source: ByteSource
    let codec: any ImageCodec
    var header: ImageHeader
    let clock: JobDeadline
  }

  private func inspect(_ subject: inout Subject) async throws {
    try await glanceAtRest(of: &subject)
    outcome.status = .inspected
  }

  private func verify(_ subject: inout Subject) async throws {
    let cost = try ReadingCost.byteCount(
      header: subject.header, inputByteCount: subject.input.byteCount
    ).plus(subject.input.heldByteCount)
    let permit = try await admit(cost)
    defer { permit.release() }
    subject.clock.restart()
    try readRest(of: &subject)
    try await readThrough(subject)
    try subject.input.checkUnchanged()
    outcome.status = .verified
  }

  /// The metadata that a job may hold before it is admitted: no more than a row of a large picture.
  static let eagerMetadataByteCount = 64 << 10

  /// Reads the header of the picture that the job is named after.
  func probe(
    _ source: ByteSource, _ codec: any ImageCodec, eagerMetadataByteCount: Int
  ) throws -> ImageHeader {
    let header = try header(of: source, codec, eagerMetadataByteCount: eagerMetadataByteCount)
    outcome.header = header
    outcome.warnings = header.warnings
    return header
  }

  /// Reads the header of any picture.
  func header(
    of source: ByteSource, _ codec: any ImageCodec, eagerMetadataByteCount: Int
  ) throws -> ImageHeader {
    var limits = plan.limits
    limits.eagerMetadataByteCount = eagerMetadataByteCount
    return try trace.perform(.decode) { try codec.probe(source, limits: limits) }
  }

  /// Reads the metadata that was too much to be read without a permit.
  func readRest(of subject: inout Subject) throws {
    guard subject.header.unread != nil else { return }
    subject.header = try probe(
      subject.source, subject.codec, eagerMetadataByteCount: .max)
  }

  /// Reads it, within the budget, for its names and for what it says of the picture, and forgets
  /// what it holds.
  func glanceAtRest(of subject: inout Subject) async throws {
    guard let unread = subject.header.unread else { return }
    let permit = try await admit(unread.byteCount.plus(subject.input.heldByteCount))
    defer { permit.release() }
    try readRest(of: &subject)
    subject.header.metadata.chunks = subject.header.metadata.chunks.map {
      Metadata.Chunk(type: $0.type, bytes: [])
    }
    outcome.header = subject.header
  }

  func admit(_ byteCount: Int) async throws -> WeightedSemaphore.Permit {
    outcome.memoryByteCount = byteCount
    if let permit = runner.admission.tryAdmit(byteCount) { return permit }
    return try await trace.leaveOut { try await runner.admission.admit(byteCount) }
  }

  func open(_ clock: JobDeadline) throws -> InputBytes? {
    switch job.source {
    case .standardInput:
      return .memory(
        try StandardInput.readAll(atMost: settings.memoryByteCount) { try clock.scope.check() })
    case .file(let folder, let name):
      switch try openFile(name, in: folder.directory) {
      case .file(let file):
        try checkOutputDiffers(from: file)
        return .file(file)
      case .notRegular:
        outcome.status = .skipped("not a regular file")
        return nil
      }
    }
  }

  /// In a folder, only through a link can an input be what one of its outputs would replace.
  func checkOutputDiffers(from file: InputFile) throws {
    guard plan.selection.followsLinks, !plan.isDryRun else { return }
    guard try !standingIdentities().contains(file.identity) else {
      throw JobFailure(
        stage: .write, code: "insideInput", message: "the output would replace the input")
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

  /// Whether each output has something in its place; where there are none, nothing does.
  private func outputsStand() throws(Errno) -> Bool {
    let identities = try standingIdentities()
    return !identities.isEmpty && !identities.contains(nil)
  }

  /// What stands in the outputs' places; nil for nothing.
  private func standingIdentities() throws(Errno) -> [FileIdentity?] {
    var identities: [FileIdentity?] = []
    for destination in job.destinations {
      guard case .file(let folder, let name) = destination else { continue }
      identities.append(try folder.identity(of: name))
    }
    return identities
  }

  /// The codec that knows the content; nil where none does and the name never said so.
  ///
  /// - Parameter isPicture: whether it must be one all the same.
  func recognize(_ source: ByteSource, isPicture: Bool = false) throws -> (any ImageCodec)? {
    let prefix = try source.read(upTo: CodecRegistry.prefixByteCount)
    source.seek(to: 0)
    if let codec = CodecRegistry.codec(recognizing: prefix) { return codec }
    if !isPicture, case .file(_, let name) = job.source, ClaimedFormat(name) == nil {
      outcome.status = .skipped("no image")
      return nil
    }
    throw CodecError(noImageWith: prefix)
  }

  func readThrough(_ subject: Subject) async throws {
    let pictures = try DecodedPictures(
      subject.codec, subject.source, subject.header, trace, subject.clock)
    let buffer = try ByteBuffer(count: subject.header.frameLayout().bytesPerRow)
    while let picture = try pictures.next() {
      for _ in 0..<picture.rows.layout.height {
        do {
          var row = buffer.bytes.mutableBytes
          try picture.rows.readRow(into: &row)
        }
        try await pay(subject.clock)
      }
    }
    add(pictures.warnings)
    try await pay(subject.clock)
  }

  /// Adds what has not been said yet.
  func add(_ warnings: [String]) {
    for warning in warnings where !outcome.warnings.contains(warning) {
      outcome.warnings.append(warning)
    }
  }

  /// Waits until what was read is within the rate: between rows, where the worker can turn to
  /// another job meanwhile.
  ///
  /// It mostly is at once, and then an asynchronous call, of which a sprite has 15, would be for
  /// nothing: 2,400 of the 740,000 instructions that it takes.
  @inline(__always)
  func pay(_ clock: JobDeadline) async throws {
    if !paysAtOnce() { try await payLater(clock) }
  }

  private func paysAtOnce() -> Bool {
    guard unpaidByteCount > 0 else { return true }
    guard runner.admission.tryPay(unpaidByteCount) else { return false }
    unpaidByteCount = 0
    return true
  }

  private func payLater(_ clock: JobDeadline) async throws {
    let byteCount = unpaidByteCount
    unpaidByteCount = 0
    try await clock.leaveOut {
      try await trace.leaveOut { try await runner.admission.pay(byteCount) }
    }
  }
}

extension CodecError {
  /// About a file that starts like that, and should have been a picture.
  init(noImageWith prefix: [UInt8]) {
    let reason = prefix.isEmpty ? "the file is empty" : "no known format starts like this"
    self.init(.notAnImage, "no image: \(reason)")
  }
}
