import Glibc
import SystemPackage

/// The names of files that are not whole yet, where the file system has no unnamed ones, or for
/// the moment before a rename: `.imgbatch-PID-RANDOM.tmp`.
///
/// The walker passes over them, and the next run removes those whose process is gone.
enum TemporaryName {
  private static let prefix = ".imgbatch-".utf8.map(CChar.init)
  private static let suffix = ".tmp".utf8.map(CChar.init)

  /// A name that nobody can guess.
  static func make() -> FileName {
    let random = String(UInt64.random(in: .min ... .max), radix: 16)
    return FileName(".imgbatch-\(getpid())-\(random).tmp")
  }

  /// Whether a name is one of these.
  static func matches(_ name: UnsafeBufferPointer<CChar>) -> Bool {
    name.count > prefix.count + suffix.count && name.starts(with: prefix)
      && name.suffix(suffix.count).elementsEqual(suffix)
  }

  /// Removes what killed runs left in a folder; what can't be removed stays for the next time.
  ///
  /// - Throws: what keeps the folder from being read.
  static func sweep(_ directory: Directory) throws(Errno) {
    let leftovers = try FolderListing(of: directory) { name, _ in matches(name) }
    for index in 0..<leftovers.count {
      let name = leftovers.name(at: index)
      if isStale(name) { unlinkat(directory.descriptor, name.bytes, 0) }
    }
  }

  private static func isStale(_ name: FileName) -> Bool {
    let digits = name.content.dropFirst(prefix.count).prefix { $0 != CChar(UInt8(ascii: "-")) }
    let text = String(decoding: digits.map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard let process = pid_t(text), process > 0 else { return false }
    // A process number comes again, in a container the same one each time: one's own is no proof.
    if process == getpid() { return !LiveTemporaries.shared.contains(name) }
    return kill(process, 0) == -1 && Errno.current == .noSuchProcess
  }
}
