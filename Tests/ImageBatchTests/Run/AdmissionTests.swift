import ConcurrencyPrimitives
import TestSupport
import Testing

@testable import ImageBatch

// S1, S2, S4, S9 and S11 are rows of the semaphore, and stand with it.
@Suite("Admission", .timeLimit(.minutes(15))) struct AdmissionTests {
  @Test("S3: what can never fit fails at once, and says what is needed and what is allowed")
  func tooLarge() async throws {
    let admission = Admission(RunSettings(workerCount: 1, memoryByteCount: 1000))
    let permit = try await admission.admit(1000)
    let failure = await #expect(throws: JobFailure.self) { try await admission.admit(1001) }
    #expect(
      failure
        == JobFailure(
          stage: .admit, code: "memoryBudget",
          message: "needs 1001 bytes of memory, allowed are 1000"))
    permit.release()
    #expect(admission.peakByteCount == 1000)
  }

  @Test("bytes are paid at once while they are within the rate, and always without one")
  func payment() async throws {
    var settings = RunSettings(workerCount: 1, memoryByteCount: 1000)
    settings.byteRate = Rate(perSecond: 0.001)
    let admission = Admission(settings)
    #expect(admission.tryPay(1) && !admission.tryPay(1))
    settings.byteRate = .unlimited
    admission.apply(settings)
    #expect(admission.tryPay(.max))
    settings.byteRate = Rate(perSecond: 0.001)
    admission.apply(settings)
    #expect(admission.tryPay(1) && !admission.tryPay(1), "the burst, and no more")
  }

  @Test("a budget of nothing is one byte, so that a plan can be told what it lacks")
  func noBudget() async {
    for budget in [0, -5, .min] {
      let failure = await #expect(throws: JobFailure.self) {
        try await Admission(RunSettings(workerCount: 1, memoryByteCount: budget)).admit(2)
      }
      #expect(failure?.message.hasSuffix("allowed are 1") == true)
    }
  }

  @Test("S10: requests are served in their order, a large one before the small ones behind it")
  func order() async throws {
    let admission = Admission(RunSettings(workerCount: 1, memoryByteCount: 100))
    let served = Log<Int>()
    try await withPool(1) { pool in
      let first = try await admission.admit(60)
      // On one thread each task runs until it waits, in the order in which they were made.
      let waiting = [80, 30, 30, 90].map { byteCount in
        Task(executorPreference: pool) {
          let permit = try await admission.admit(byteCount)
          served.append(byteCount)
          permit.release()
        }
      }
      await Task(executorPreference: pool) {}.value
      #expect(served.entries == [], "there is room for 30, but 80 was first")
      first.release()
      for task in waiting { try await task.value }
    }
    #expect(served.entries == [80, 30, 30, 90])
    #expect(admission.peakByteCount <= 100)
  }

  @Test("S7, S8: a cancelled request holds nothing, and lets those behind it pass")
  func cancellation() async throws {
    let admission = Admission(RunSettings(workerCount: 1, memoryByteCount: 100))
    try await withPool(1) { pool in
      let first = try await admission.admit(60)
      let large = Task(executorPreference: pool) { try await admission.admit(80).release() }
      let small = Task(executorPreference: pool) { try await admission.admit(40).release() }
      await Task(executorPreference: pool) {}.value
      large.cancel()
      await #expect(throws: CancellationError.self) { try await large.value }
      try await small.value
      first.release()
    }
    try await admission.admit(100).release()
  }

  @Test("a permit that is dropped gives its room back")
  func droppedPermit() async throws {
    let admission = Admission(RunSettings(workerCount: 1, memoryByteCount: 10))
    for _ in 0..<10 { _ = try await admission.admit(10) }
    #expect(admission.peakByteCount == 10)
  }
}
