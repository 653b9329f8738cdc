import ConcurrencyPrimitives
import Configuration
import Glibc
import ImageBatch

/// What the process tells its parent, after sysexits(3) where one fits.
struct ExitStatus: Equatable {
  let code: CInt

  /// The signal that the process is to end by, where it is.
  let signal: CInt?

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
  static let configurationInvalid = ExitStatus(code: 78)
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

  /// As the report of a run demands.
  init(_ report: BatchReport) {
    switch report.ending {
    case .broken(let error): self.init(error)
    case .interrupted(.signal(let number)): self.init(code: 128 + number, signal: number)
    case .interrupted(.deadline): self = .timedOut
    case .interrupted, .completed:
      self = report.failed > 0 || report.different > 0 ? .someFailed : .success
    }
  }

  private init(code: CInt, signal: CInt? = nil) {
    self.code = code
    self.signal = signal
  }

  func exit() -> Never {
    if let signal { Signals.end(by: signal) }
    Glibc.exit(code)
  }

  func exit(saying message: String) -> Never {
    Console.shared.say(message)
    exit()
  }

  /// Says where a file is no configuration, in the form that compilers and editors share.
  func exit(saying error: ConfigurationError) -> Never {
    Console.shared.say(error)
    exit()
  }

  /// Ends the process while other threads still work: what they use is not torn down.
  func exitAtOnce() -> Never {
    if let signal { Signals.end(by: signal) }
    _exit(code)
  }
}
