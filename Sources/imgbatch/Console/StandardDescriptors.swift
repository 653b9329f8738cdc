import Glibc

/// What a process is started with: three streams, and room for more.
enum StandardDescriptors {
  /// Raises the soft limit of descriptors to the hard one. See setrlimit(2).
  ///
  /// The soft limit is low for the sake of programs that use select(2). Where it can't be raised, the
  /// batch says whether what there is will do.
  static func raiseLimit() {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(resource, &limit)
  }

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
