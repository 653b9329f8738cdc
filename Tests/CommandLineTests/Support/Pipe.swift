import Glibc

/// A pipe whose ends are the test's own.
final class Pipe {
  private(set) var readEnd: CInt = -1
  private(set) var writeEnd: CInt = -1

  init() throws {
    var ends: [CInt] = [-1, -1]
    try check(pipe(&ends), "pipe")
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    closeReadEnd()
    closeWriteEnd()
  }

  func closeReadEnd() {
    if readEnd >= 0 { close(readEnd) }
    readEnd = -1
  }

  func closeWriteEnd() {
    if writeEnd >= 0 { close(writeEnd) }
    writeEnd = -1
  }

  /// Lets it hold no more than a page.
  func shrink() throws {
    let setPipeSize: CInt = 1031  // F_SETPIPE_SZ, which the Glibc module does not show
    try check(fcntl(writeEnd, setPipeSize, 4096), "fcntl")
  }

  /// How many bytes wait to be read.
  func waitingByteCount() throws -> Int {
    var count: CInt = 0
    try check(ioctl(readEnd, UInt(FIONREAD), &count), "ioctl")
    return Int(count)
  }
}
