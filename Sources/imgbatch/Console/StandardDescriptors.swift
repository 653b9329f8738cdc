import Glibc

/// The three streams that a process is started with.
enum StandardDescriptors {
  /// Opens /dev/null in the place of each one that is closed: the next file opened would get its
  /// number, and messages for people would land in a picture.
  static func reopenClosed() {
    for descriptor in STDIN_FILENO...STDERR_FILENO
    where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // open(2) gives the lowest number that is free: this one. Results that go to a closed standard
      // output must be seen to be lost, so that one can't be written to; messages may vanish.
      _ = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
