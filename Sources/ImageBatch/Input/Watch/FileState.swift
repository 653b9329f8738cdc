import CLinuxShim
import Glibc
import SystemPackage

/// Whether a file that has come is whole.
enum FileState {
  case gone
  /// Somebody has it open for writing.
  case beingWritten
  /// Nobody does; or the system does not tell, and it was left alone for a while.
  case whole

  /// How long a file must have been left alone where the system does not tell of writers.
  private static let quietTime: Int = 2

  /// What can't be opened counts as whole: the job will tell why.
  ///
  /// - Parameter isTold: whether an event said so; it is believed where the system does not tell of
  ///   writers, as for the files of another user.
  init(of name: FileName, in directory: Directory, followingLinks: Bool, isTold: Bool) {
    do {
      guard
        case .file(let file) = try InputFile.open(
          name, in: directory, followingLinks: followingLinks)
      else {
        self = .whole
        return
      }
      switch file.hasWriter {
      case true?: self = .beingWritten
      case false?: self = file.isNewborn ? .beingWritten : .whole
      case nil:
        let isQuiet = isTold || file.isOlder(thanSeconds: Self.quietTime)
        self = isQuiet ? .whole : .beingWritten
      }
    } catch {
      self = error.cause == .noSuchFileOrDirectory ? .gone : .whole
    }
  }
}

extension InputFile {
  /// Whether somebody has it open for writing; nil where the system does not tell.
  var hasWriter: Bool? {
    switch linux_has_writer(descriptor) {
    case 0: false
    case 1: true
    default: nil
    }
  }

  /// Whether somebody may have made it a moment ago who is not counted as its writer yet: open(2)
  /// makes the name first, and tells of it.
  fileprivate var isNewborn: Bool {
    guard status.st_size == 0 else { return false }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return (0...1).contains(now.tv_sec - status.st_ctim.tv_sec)
  }

  fileprivate func isOlder(thanSeconds limit: Int) -> Bool {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return now.tv_sec - status.st_mtim.tv_sec > limit
  }
}
