import ConcurrencyPrimitives
import ImageCodecs
import Raster
import SystemPackage
import TestSupport
import Testing

@testable import ImageBatch

/// A batch that has ended: what it told on the way, and its report.
struct BatchRun {
  let report: BatchReport
  let outcomes: [Outcome]

  /// Runs a plan to its end, and checks what must hold whatever that end was.
  ///
  /// - Parameter onOutcome: told of each outcome, after it was recorded, with how many there are.
  @discardableResult
  init(
    _ plan: Plan, sourceLocation: SourceLocation = #_sourceLocation,
    onOutcome: @escaping @Sendable (Batch, Outcome, Int) -> Void = { _, _, _ in },
    onNotice: @escaping @Sendable (Batch.Notice) -> Void = { _ in }
  ) async throws {
    // All workers are there from the start, however few processors there are.
    try await self.init(
      Batch(plan, processorCount: .max), sourceLocation: sourceLocation, onOutcome: onOutcome,
      onNotice: onNotice)
  }

  @discardableResult
  init(
    _ batch: Batch, sourceLocation: SourceLocation = #_sourceLocation,
    onOutcome: @escaping @Sendable (Batch, Outcome, Int) -> Void = { _, _, _ in },
    onNotice: @escaping @Sendable (Batch.Notice) -> Void = { _ in }
  ) async throws {
    let log = Log<Outcome>()
    report = try await batch.run(
      onOutcome: { outcome in
        log.append(outcome)
        onOutcome(batch, outcome, log.count)
      }, onNotice: onNotice)
    outcomes = log.entries
    checkInvariants(sourceLocation)
  }

  /// Jobs found = outcomes settled, once each, and the report says the same as the outcomes.
  private func checkInvariants(_ location: SourceLocation) {
    #expect(
      outcomes.map(\.index).sorted() == Array(0..<report.found), "each job is settled once",
      sourceLocation: location)
    let sum = report.done + report.upToDate + report.skipped + report.failed + report.cancelled
    #expect(report.found == sum, "the counts add up", sourceLocation: location)
    #expect(report.failed == outcomes.count { $0.failure != nil }, sourceLocation: location)
    #expect(report.cancelled == causes.count, sourceLocation: location)
    #expect(
      report.failures.map(\.index) == report.failures.map(\.index).sorted(),
      "failures are told in the order of the input", sourceLocation: location)
    #expect(
      report.failures.count == min(report.failed, BatchReport.keptFailureCount),
      sourceLocation: location)
    if case .interrupted(let cause) = report.ending {
      // Jobs that would have started too late are told so, before the run is out of time itself.
      let isKept = causes.allSatisfy { $0 == cause || $0.isTimeout && cause.isTimeout }
      #expect(isKept, "the cause is kept", sourceLocation: location)
    }
  }

  /// The outcomes in the order of the input.
  var inOrder: [Outcome] { outcomes.sorted { $0.index < $1.index } }

  /// Why jobs were cancelled, one for each.
  var causes: [Interruption] {
    outcomes.compactMap { if case .cancelled(let cause) = $0.status { cause } else { nil } }
  }

  /// Why the run was interrupted, if it was.
  var interruption: Interruption? {
    if case .interrupted(let cause) = report.ending { cause } else { nil }
  }

  var isCompleted: Bool {
    if case .completed = report.ending { true } else { false }
  }

  /// Why the run broke, if it did.
  var breakage: BatchError? {
    if case .broken(let error) = report.ending { error } else { nil }
  }

  var writtenNames: [String] {
    outcomes.filter { $0.word == "written" }.compactMap { $0.output?.lastComponent?.string }
      .sorted()
  }
}

extension Outcome {
  /// The status in one word, with what belongs to it: `failed decode/truncated`.
  var word: String {
    switch status {
    case .written: "written"
    case .verified: "verified"
    case .inspected: "inspected"
    case .compared(.equal): "equal"
    case .compared(.different): "different"
    case .compared(.sizesDiffer): "sizesDiffer"
    case .compared(.onlyInFirst): "onlyInFirst"
    case .compared(.onlyInSecond): "onlyInSecond"
    case .planned: "planned"
    case .upToDate: "upToDate"
    case .skipped(let rule): "skipped \(rule)"
    case .failed(let failure): "failed \(failure.stage.rawValue)/\(failure.code)"
    case .cancelled(let cause): "cancelled \(cause)"
    }
  }

  var name: String { input.lastComponent?.string ?? "" }
}

extension Plan {
  /// A plan that leaves the machine's size out of account.
  static func writing(
    _ recipe: Recipe = Recipe(), from input: FilePath, to output: FilePath, workers: Int = 2,
    memory: Int = 1 << 28
  ) -> Plan {
    Plan(
      .write(recipe, to: .path(output)), of: .path(input),
      settings: RunSettings(workerCount: workers, memoryByteCount: memory))
  }

  static func reading(_ work: Work, of input: FilePath, workers: Int = 2) -> Plan {
    Plan(
      work, of: .path(input),
      settings: RunSettings(workerCount: workers, memoryByteCount: 1 << 28))
  }
}

extension Recipe {
  /// Into a square box.
  static func fitting(_ side: Int, format: ImageFormat? = nil) -> Recipe {
    Recipe(resize: ResizeRequest(size: .box(width: side, height: side)), format: format)
  }
}

/// Expects that a plan is refused, and returns the error.
@discardableResult
func expectRefusal(
  _ code: BatchError.Code, of plan: Plan, sourceLocation: SourceLocation = #_sourceLocation
) async -> BatchError? {
  let error = await #expect(throws: BatchError.self, sourceLocation: sourceLocation) {
    try await Batch(plan).run()
  }
  #expect(error?.code == code, sourceLocation: sourceLocation)
  return error
}
