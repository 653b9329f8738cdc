import Glibc
import Synchronization

/// The temporary names that this process has in use right now, for the end that waits for nobody.
package final class LiveTemporaries: Sendable {
  package static let shared = LiveTemporaries()

  private struct Entry {
    let directory: CInt
    let name: FileName
  }

  private let entries = Mutex<[Entry]>([])

  func contains(_ name: FileName) -> Bool {
    entries.withLock { $0.contains { $0.name == name } }
  }

  /// Registers a name for as long as `body` runs.
  func withName<Result, Failure: Error>(
    _ name: FileName, in directory: Directory, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    entries.withLock { $0.append(Entry(directory: directory.descriptor, name: name)) }
    defer { entries.withLock { $0.removeAll { $0.name == name } } }
    return try body()
  }

  /// Removes all of them, when the process is about to end in the middle of its work.
  package func removeAll() {
    entries.withLock { entries in
      for entry in entries { unlinkat(entry.directory, entry.name.bytes, 0) }
      entries = []
    }
  }
}
