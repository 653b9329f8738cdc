import Testing

/// A run that was made once without a fault, so that the same run under one can be judged.
///
/// IN is `in`, OUT is `out`, and the report goes to a file.
struct Rehearsal {
  let sandbox: Sandbox
  let checker: OutputChecker

  private let arguments: [ByteString]
  private let status: Ending.Status
  private let makeOutput: () throws -> Void

  static let reportName: ByteString = "report.jsonl"

  /// How long the run takes when nothing happens.
  let duration: Duration

  /// - Parameters:
  ///   - arguments: the command and its options.
  ///   - status: how it ends when nothing happens.
  ///   - makeOutput: makes what stands in OUT before the run.
  init(
    in sandbox: Sandbox, _ arguments: ByteString..., status: Ending.Status = .exited(0),
    _ location: SourceLocation = #_sourceLocation, makeOutput: @escaping () throws -> Void = {}
  ) async throws {
    self.sandbox = sandbox
    self.arguments = arguments
    self.status = status
    self.makeOutput = makeOutput
    try makeOutput()
    let (input, before) = (try sandbox.tree("in"), try sandbox.tree("out"))
    let ending = try await sandbox.start(arguments + ["in", "reference"]).ending(location)
    try #require(
      ending.status == status, "the rehearsal: \(ending.errorText)", sourceLocation: location)
    duration = ending.duration
    checker = OutputChecker(
      input: input, before: before, reference: try sandbox.tree("reference"))
    for (name, bytes) in checker.reference.files {
      try #require(Picture.isWhole(bytes), "the rehearsal: \(name)", sourceLocation: location)
    }
  }

  /// Starts the run.
  func start(
    through wrapper: [ByteString] = [], _ change: (inout Launch) -> Void = { _ in }
  ) throws -> Child {
    sandbox.remove(Self.reportName)
    return try sandbox.start(
      arguments + ["in", "out", "--report", Self.reportName], through: wrapper, change)
  }

  /// Judges what is left of the run.
  func check(
    _ ending: Ending, expecting expected: [Ending.Status],
    location: SourceLocation = #_sourceLocation
  ) throws {
    let text = sandbox.exists(Self.reportName) ? try sandbox.text(of: Self.reportName) : nil
    checker.check(
      OutputChecker.Evidence(
        ending: ending, input: try sandbox.tree("in"), output: try sandbox.tree("out"),
        report: try text.map(Report.init)),
      expecting: expected, location)
  }

  /// Runs it to its end and judges what is left.
  @discardableResult
  func run(
    through wrapper: [ByteString] = [], expecting expected: Ending.Status...,
    location: SourceLocation = #_sourceLocation, _ change: (inout Launch) -> Void = { _ in }
  ) async throws -> Ending {
    let ending = try await start(through: wrapper, change).ending(location)
    try check(ending, expecting: expected, location: location)
    return ending
  }

  /// Runs it again, without a fault, and makes sure that all is done then (I7).
  func complete(location: SourceLocation = #_sourceLocation) async throws {
    let ending = try await start().ending(location)
    #expect(ending.status == status, "I7: \(ending.errorText)", sourceLocation: location)
    let output = try sandbox.tree("out")
    #expect(output.names.filter(\.isTemporary) == [], "I7, I2", sourceLocation: location)
    checker.checkCompletion(output, location)
  }

  /// Puts OUT back to what it was before.
  func restore() throws {
    sandbox.remove("out")
    try makeOutput()
  }
}
