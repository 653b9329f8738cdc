import ConcurrencyPrimitives
import Glibc
import ImageBatch

/// What the process tells its parent, after sysexits(3) where one fits.
struct ExitStatus: Equatable {
  let code: CInt

  static let success = ExitStatus(code: 0)
  static let someFailed = ExitStatus(code: 1)
  static let usage = ExitStatus(code: 64)
  static let planRefused = ExitStatus(code: 65)
  static let noInput = ExitStatus(code: 66)
  static let bug = ExitStatus(code: 70)
  static let systemLacks = ExitStatus(code: 71)
  static let noOutput = ExitStatus(code: 73)
  static let outputFailed = ExitStatus(code: 74)
  static let outputInUse = ExitStatus(code: 75)
  static let timedOut = ExitStatus(code: 124)

  /// For a batch that could not start, or broke.
  init(_ error: BatchError) {
    self =
      switch error.code {
      case .inputUnavailable: .noInput
      case .overlap, .collision: .planRefused
      case .outputUnavailable: .noOutput
      case .outputInUse: .outputInUse
      case .outputDeviceFailed: .outputFailed
      case .systemLacks: .systemLacks
      case .invalidPlan: .usage
      default: .bug
      }
  }

  private init(code: CInt) { self.code = code }

  func exit() -> Never { Glibc.exit(code) }

  func exit(saying message: String) -> Never {
    Console.shared.say(message)
    exit()
  }

  /// Ends the process as the report of a run demands.
  static func exit(for report: BatchReport) -> Never {
    switch report.ending {
    case .broken(let error): ExitStatus(error).exit()
    case .interrupted(.signal(let number)): TerminationSignals.end(by: number)
    case .interrupted(.deadline): timedOut.exit()
    case .interrupted, .completed: (report.failed > 0 ? someFailed : success).exit()
    }
  }
}
