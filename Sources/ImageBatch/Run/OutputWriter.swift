import ConcurrencyPrimitives
import Glibc
import ImageCodecs
import SystemPackage

/// The fan-in: takes products one at a time, puts renditions into their places, and gives each job
/// its end.
struct OutputWriter {
  let isDurable: Bool

  /// Set once the device that OUT is on has failed: nothing is written after that.
  private(set) var deviceFailure: BatchError?

  init(isDurable: Bool) { self.isDurable = isDurable }

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
      guard let deviceFailure else { return write(rendition) }
      var outcome = rendition.draft
      outcome.status = .cancelled(interruption ?? .failure(deviceFailure.message))
      outcome.outputByteCount = nil
      return outcome
    }
  }

  private mutating func write(_ rendition: Rendition) -> Outcome {
    var outcome = rendition.draft
    let start = SuspendingClock.now
    do {
      try put(rendition)
    } catch {
      let path = rendition.destination.path
      outcome.status = .failed(JobFailure(.write, error))
      outcome.outputByteCount = nil
      if error.isDeviceFailure {
        deviceFailure = BatchError(.outputDeviceFailed, path, error)
      }
    }
    outcome.times[.write] = SuspendingClock.now - start
    return outcome
  }

  private func put(_ rendition: Rendition) throws(Errno) {
    switch rendition.destination {
    case .standardOutput:
      try StandardStream.write(rendition.bytes.bytes)
    case .file(let folder, let name):
      let place = AtomicWrite(directory: try folder.open(), name: name, isDurable: isDurable)
      try place(rendition.bytes.bytes)
    }
  }
}

extension Destination {
  /// Whether something stands there already.
  var exists: Bool {
    guard case .file(let folder, let name) = self else { return false }
    return folder.contains(name)
  }
}
