import Glibc
import SystemPackage

/// OUT, opened before anything is decoded, so that a run that cannot write says so at once.
enum OutputRoot {
  /// Opens the folder that outputs go into, and makes it where it is missing.
  ///
  /// - Parameters:
  ///   - isShared: whether other runs may write there at the same time: single pictures may.
  /// - Throws: `BatchError` `.outputUnavailable`, `.outputInUse`.
  static func open(
    _ path: FilePath, isShared: Bool, isDurable: Bool
  ) throws(BatchError) -> Directory {
    do {
      var isNew = true
      do {
        _ = try retryOnInterrupt { path.withPlatformString { mkdir($0, 0o777) } }
      } catch  where error == .fileExists {
        isNew = false
      }
      let directory = try Directory(path: path)
      try checkWritable(directory)
      if isNew, isDurable {
        try Directory(path: path.removingLastComponent().orCurrent).synchronize()
      }
      let isAlone = try lock(directory, isShared: isShared)
      if !isNew, isAlone { try TemporaryName.sweep(directory) }
      if isAlone, isShared { try? apply(LOCK_SH, to: directory) }
      return directory
    } catch  where error == .wouldBlock {
      throw BatchError(.outputInUse, "\(path.escaped): in use by another run")
    } catch {
      throw BatchError(.outputUnavailable, path, error)
    }
  }

  /// Opens the folder where it stands, and otherwise finds out whether it could be made.
  ///
  /// - Throws: `BatchError` `.outputUnavailable`.
  static func openIfStanding(_ path: FilePath) throws(BatchError) -> Directory? {
    do {
      do {
        let directory = try Directory(path: path)
        try checkWritable(directory)
        return directory
      } catch  where error == .noSuchFileOrDirectory {
        try checkWritable(Directory(path: path.removingLastComponent().orCurrent))
        return nil
      }
    } catch {
      throw BatchError(.outputUnavailable, path, error)
    }
  }

  private static func checkWritable(_ directory: Directory) throws(Errno) {
    _ = try retryOnInterrupt {
      faccessat(directory.descriptor, ".", W_OK | X_OK, AT_EACCESS)
    }
  }

  /// Keeps other runs out, or, where OUT is shared, at least their sweeps: a process number of
  /// another container is no proof that a temporary file is a leftover.
  ///
  /// - Returns: whether nobody else is there.
  private static func lock(_ directory: Directory, isShared: Bool) throws(Errno) -> Bool {
    do {
      try apply(LOCK_EX, to: directory)
      return true
    } catch  where isShared && error == .wouldBlock {
      // Beside a run over folders there is no lock to be had; it has swept this folder already.
      try? apply(LOCK_SH, to: directory)
      return false
    } catch  where error == .notSupported || error == .noLocks || error == .invalidArgument {
      // A file system without locks: two runs at once still write the same bytes.
      return true
    }
  }

  /// flock(2), without a wait: held until the descriptor is closed, whatever ends the process.
  private static func apply(_ operation: CInt, to directory: Directory) throws(Errno) {
    _ = try retryOnInterrupt { flock(directory.descriptor, operation | LOCK_NB) }
  }
}
