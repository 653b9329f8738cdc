import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import Raster
import SystemPackage
import Testing

@testable import ImageBatch

@Suite("Job trace") struct JobTraceTests {
  private func stage(of error: any Error) -> JobFailure.Stage? {
    let trace = JobTrace(JobActivity(DisplayPath("a.png")))
    let failure = #expect(throws: JobFailure.self) {
      try trace.perform(.encode) { throw error }
    }
    return failure?.stage
  }

  @Test("an error is booked on the stage that ran, unless it says itself where it comes from")
  func errors() {
    #expect(stage(of: CodecError(.corrupt, "x")) == .encode)
    #expect(stage(of: Errno.ioError) == .encode)
    #expect(stage(of: SizeOverflow()) == .encode)
    #expect(stage(of: ReadError(.ioError)) == .read)
    #expect(stage(of: TransformError(.inexact, "x")) == .transform)
    #expect(stage(of: JobFailure(stage: .write, code: "x", message: "x")) == .write)
  }

  @Test("an interruption passes as it is")
  func interruptions() {
    let trace = JobTrace(JobActivity(DisplayPath("a.png")))
    #expect(throws: Interruption.signal(2)) {
      try trace.perform(.decode) { throw Interruption.signal(2) }
    }
    #expect(throws: CancellationError.self) {
      try trace.perform(.decode) { throw CancellationError() }
    }
  }

  @Test("a wait for what is no stage's business is booked on none")
  func leftOut() async throws {
    let trace = JobTrace(JobActivity(DisplayPath("a.png")))
    try trace.perform(.read) {}
    let before = trace.times
    let answer = await trace.leaveOut {
      usleep(20_000)
      return 42
    }
    try trace.perform(.decode) {}
    #expect(answer == 42)
    let after = trace.times
    #expect(after.read - before.read < .milliseconds(20) && after.decode < .milliseconds(20))
  }

  @Test("a stage within another hands back to it, and keeps the name of the one that failed")
  func nesting() throws {
    let trace = JobTrace(JobActivity(DisplayPath("a.png")))
    #expect(trace.stage == .read)
    try trace.perform(.decode) {
      try trace.perform(.transform) { #expect(trace.stage == .transform) }
      #expect(trace.stage == .decode)
    }
    #expect(trace.stage == .read)
    #expect(throws: JobFailure.self) {
      try trace.perform(.decode) { try trace.perform(.transform) { throw Errno.ioError } }
    }
    #expect(trace.stage == .transform)
    #expect(trace.times.decode > .zero && trace.times.transform > .zero)
    #expect(trace.times.encode == .zero)
  }

  @Test("each stage has a place of its own for its time")
  func places() {
    #expect(JobFailure.Stage.allCases.map(\.index) == Array(0..<7))
  }

  @Test("a failure tells the system's word for its code, and its sentence")
  func failures() {
    let failure = JobFailure(.write, Errno.noSpace)
    #expect((failure.code, failure.message) == ("ENOSPC", "No space left on device"))
    #expect(failure.description == "write: No space left on device")
    #expect(JobFailure(.walk, Errno(rawValue: 9999)).code == "errno 9999")
    #expect(JobFailure(.decode, AllocationError(byteCount: 5)).code == "outOfMemory")
    #expect(JobFailure(.decode, SizeOverflow()).code == "sizeOverflow")
    struct Odd: Error {}
    #expect(JobFailure(.decode, Odd()).code == "unexpected")
  }
}
