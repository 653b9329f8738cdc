import Configuration
import Glibc
import ImageBatch
import Synchronization
import SystemPackage

/// What is said to people, on standard error: whole lines, from any thread, and at the bottom of a
/// terminal a progress line that they never run into.
final class Console: Sendable {
  static let shared = Console()

  private struct Screen {
    var progressLine = ""
    /// Whether the run has had its last word.
    var isOver = false

    /// What to write for a line: the program's name before it, in place of the progress line, which
    /// comes again below. Nil behind the last word.
    func line(_ message: String) -> String? {
      guard !isOver else { return nil }
      let clearing = progressLine.isEmpty ? "" : Console.clearLine
      return clearing + "imgbatch: " + message + "\n" + progressLine
    }
  }

  private let screen = Mutex(Screen())
  private let leastLevel = Mutex(LogLevel.info)

  /// How much is said of what `say(_:at:)` is told.
  var level: LogLevel {
    get { leastLevel.withLock { $0 } }
    set { leastLevel.withLock { $0 = newValue } }
  }

  /// Says one line, unless there is to be less talk than that.
  func say(_ message: @autoclosure () -> String, at level: LogLevel) {
    if level <= self.level { say(message()) }
  }

  /// Says one line, with the program's name before it.
  func say(_ message: String) {
    screen.withLock { screen in
      guard let line = screen.line(message) else { return }
      Self.write(line, to: STDERR_FILENO)
    }
  }

  /// Says the line with which a run ends: whoever has something to say later is too late.
  func sayLast(_ message: String) {
    screen.withLock { screen in
      guard let line = screen.line(message) else { return }
      Self.write(line, to: STDERR_FILENO)
      screen.isOver = true
    }
  }

  /// Says what is wrong with a file, a line each, with the program's name before it.
  func say(_ error: ConfigurationError) {
    for line in "\(error)".split(separator: "\n") { say(String(line)) }
  }

  /// Says one line, unless that would mean to wait: for another thread, or for a reader.
  func sayIfFree(_ message: String) {
    _ = screen.withLockIfAvailable { screen in
      guard let line = screen.line(message) else { return }
      Self.writeIfReady(line, to: STDERR_FILENO)
    }
  }

  /// Shows a line in place of the last one, unless that would mean to wait; an empty one takes it
  /// away. That of a cancelled task comes too late.
  func showProgress(_ text: String) {
    _ = screen.withLockIfAvailable { screen in
      guard screen.progressLine != text, !Task.isCancelled else { return }
      screen.progressLine = text
      Self.writeIfReady(Self.clearLine + text, to: STDERR_FILENO)
    }
  }

  /// ECMA-48: carriage return, erase in line.
  private static let clearLine = "\r\u{1B}[K"

  /// Writes as much of the text as can be written without a wait.
  static func writeIfReady(_ text: String, to descriptor: CInt) {
    // A pipe that poll(2) calls ready takes PIPE_BUF bytes: 4096 on Linux.
    let pieceByteCount = 4096
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      var target = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      while !rest.isEmpty, poll(&target, 1, 0) == 1, target.revents == Int16(POLLOUT) {
        let count = Glibc.write(descriptor, rest.baseAddress, min(rest.count, pieceByteCount))
        guard count > 0 else { return }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
    }
  }

  /// Writes all of the text, as far as there is somebody to read it.
  ///
  /// - Returns: what went wrong; nil for nothing.
  @discardableResult
  static func write(_ text: String, to descriptor: CInt) -> Errno? {
    var text = text
    return text.withUTF8 { bytes -> Errno? in
      do throws(Errno) {
        try writeAll(UnsafeRawBufferPointer(bytes), to: descriptor)
        return nil
      } catch {
        return error
      }
    }
  }
}
