import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import SystemPackage

/// The fan-in: takes products one at a time, puts renditions into their places, and gives each job
/// its end.
struct OutputWriter {
  let isDurable: Bool

  /// Set once nothing more can be written, since the device that OUT is on has failed.
  private(set) var breakdown: BatchError?

  init(isDurable: Bool) { self.isDurable = isDurable }

  /// Takes note of what broke the run elsewhere; the first cause is kept.
  mutating func note(_ error: BatchError) { breakdown = breakdown ?? error }

  /// The end of a job. A rendition's room in memory is free again afterwards.
  ///
  /// - Parameter interruption: why the run is being ended, if it is. What is complete by then is
  ///   written all the same, unless the device has failed.
  mutating func settle(_ product: Product, interruption: Interruption?) -> Outcome {
    switch product {
    case .settled(let outcome):
      return outcome
    case .rendition(let rendition):
      defer { rendition.permit.release() }
      guard let breakdown else { return write(rendition) }
      var outcome = rendition.draft
      outcome.status = .cancelled(interruption ?? .failure(breakdown.message))
      for index in outcome.outputs.indices { outcome.outputs[index].byteCount = nil }
      return outcome
    }
  }

  /// Puts the outputs into place, in their order; what is in place stays, whatever comes after it.
  private mutating func write(_ rendition: Rendition) -> Outcome {
    var outcome = rendition.draft
    let start = SuspendingClock.now
    for (index, piece) in rendition.pieces.enumerated() {
      do {
        try put(piece)
      } catch {
        outcome.status = .failed(JobFailure(.write, error))
        outcome.failedOutput = piece.destination.displayPath.path
        for rest in outcome.outputs.indices.dropFirst(index) {
          outcome.outputs[rest].byteCount = nil
        }
        breakdown = piece.destination.breakdown(by: error)
        if let breakdown, breakdown.code == .systemLacks {
          // The picture is sound; the run can't go on.
          outcome.status = .cancelled(.failure(breakdown.message))
        }
        break
      }
    }
    outcome.times[.write] = SuspendingClock.now - start
    return outcome
  }

  private func put(_ piece: Rendition.Piece) throws {
    switch piece.destination {
    case .standardOutput:
      try writeAll(piece.bytes.bytes, to: STDOUT_FILENO)
    case .file(let folder, let name):
      do {
        try put(piece.bytes, as: name, in: try folder.open())
      } catch let error as Errno {
        guard let directory = try folder.openAnew(after: error) else { throw error }
        try put(piece.bytes, as: name, in: directory)
      }
    }
  }

  private func put(
    _ bytes: EncodedBytes, as name: FileName, in directory: Directory
  ) throws(Errno) {
    let place = AtomicWrite(directory: directory, name: name, isDurable: isDurable)
    try place(bytes.bytes)
  }
}

extension Destination {
  /// Why no other output can go there either after such a failure; nil where it is one file's.
  fileprivate func breakdown(by error: any Error) -> BatchError? {
    guard let cause = error as? Errno else { return nil }
    if cause.isDescriptorShortage { return .tooFewDescriptors(at: displayPath.path) }
    let isLost =
      switch self {
      case .file(let folder, _): cause.isDeviceFailure || folder.isRootRemoved
      // A reader that has gone away wanted no more; anything else is a result lost.
      case .standardOutput: cause != .brokenPipe
      }
    return isLost ? BatchError(.outputDeviceFailed, displayPath.path, cause) : nil
  }
}
