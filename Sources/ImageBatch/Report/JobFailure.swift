import ConcurrencyPrimitives
import ImageCodecs
import Raster
import SystemPackage

/// Why one job failed. A bad file is a value, not an error that ends the batch.
public struct JobFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The step of a job's way that failed.
  public enum Stage: String, CaseIterable, Hashable, Sendable {
    case walk, admit, read, decode, transform, encode, write
  }

  /// Where it failed.
  public let stage: Stage

  /// A word for machines: `corrupt`, `ENOENT`, `timedOut`.
  public let code: String

  /// A sentence for people, without the file's name.
  public let message: String

  /// A failure at that stage.
  public init(stage: Stage, code: String, message: String) {
    self.stage = stage
    self.code = code
    self.message = message
  }

  /// As it stands after the file's name: `decode: IDAT: CRC mismatch`.
  public var description: String { "\(stage.rawValue): \(message)" }
}

extension JobFailure {
  /// The same failure of another file than the one that the job is named after.
  func of(_ path: FilePath) -> JobFailure {
    JobFailure(stage: stage, code: code, message: "\(path.escaped): \(message)")
  }

  /// What the system said.
  init(_ stage: Stage, _ cause: Errno) {
    self.init(stage: stage, code: cause.name, message: cause.description)
  }

  /// The failure for an error that was thrown at `stage`.
  init(_ stage: Stage, _ error: any Error) {
    switch error {
    case let failure as JobFailure:
      self = failure
    case let error as ReadError:
      self.init(stage: .read, code: error.code, message: error.description)
    case let error as CodecError:
      self.init(stage: stage, code: error.code.name, message: error.message)
    case let error as TransformError:
      self.init(stage: .transform, code: error.code.name, message: error.message)
    case is AllocationError:
      self.init(stage: stage, code: "outOfMemory", message: "\(error)")
    case is SizeOverflow:
      self.init(stage: stage, code: "sizeOverflow", message: "\(error)")
    case let error as Errno:
      self.init(stage, error)
    default:
      self.init(stage: stage, code: "unexpected", message: "\(error)")
    }
  }
}
