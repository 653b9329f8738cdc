import CLinuxShim
import Glibc

/// What must be so before the first thread starts: three streams, room for more of them, and memory
/// that goes back when it is free.
enum ProcessSetup {
  static func perform() {
    reopenClosedStreams()
    raiseDescriptorLimit()
    returnLargeBlocks()
    spareAddresses()
  }

  /// Opens /dev/null in the place of each standard stream that is closed: the next file opened would
  /// get its number, and messages for people would land in a picture.
  private static func reopenClosedStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO
    where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // open(2) gives the lowest number that is free: this one. Results that go to a closed standard
      // output must be seen to be lost, so that one can't be written to; messages may vanish.
      _ = open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Raises the soft limit of descriptors to the hard one. See setrlimit(2).
  ///
  /// The soft limit is low for the sake of programs that use select(2). Where it can't be raised, the
  /// batch says whether what there is will do.
  private static func raiseDescriptorLimit() {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(resource, &limit)
  }

  /// Has blocks of 1 MiB and more mapped one by one. See mallopt(3).
  ///
  /// By itself glibc learns from the first large block that is freed to keep such blocks, in a heap
  /// for each thread: 16 workers on files with 8 MB of metadata, one admitted at a time, held 128 MB.
  /// Like this they hold 40, in the same time.
  private static func returnLargeBlocks() {
    linux_map_blocks_from(1 << 20)
  }

  /// Lets the workers' heaps keep what the next pictures are likely to need again, 32 MiB among them
  /// and 2 for each at most. See mallopt(3).
  ///
  /// By itself glibc gives back what is free at the end of a heap from 128 KiB on, and asks for it
  /// anew: two thirds of all page faults.
  static func keepFreeMemory(workerCount: Int) {
    let share = (32 << 20) / max(1, workerCount)
    linux_keep_free(CInt(max(128 << 10, min(2 << 20, share))))
  }

  /// Lets all threads share one heap, for a run whose threads work one after the other; others would
  /// wait for each other, and work as well. See mallopt(3).
  ///
  /// By itself glibc makes a heap for each: 1.5 % of the time that one icon took.
  static func shareHeap() {
    linux_limit_heaps(1)
  }

  /// Where addresses are limited (`ulimit -v`), lets threads share heaps. See mallopt(3).
  ///
  /// By itself glibc gives each thread a heap of its own, which takes 128 MiB of addresses while it is
  /// made: under a limit of 256 MiB a run got its threads or not, as it happened, and one that the
  /// system's own threads had no room in waited for ever.
  private static func spareAddresses() {
    guard let limit = limit(of: RLIMIT_AS), limit < addressesPerHeap * 64 else { return }
    linux_limit_heaps(CInt(max(1, limit / addressesPerHeap)))
  }

  /// Whether the process may take only so many addresses, or so much memory (`ulimit -v`, `-d`).
  static var isMemoryLimited: Bool {
    [RLIMIT_AS, RLIMIT_DATA].contains { limit(of: $0) != rlim_t.max }
  }

  /// Nil where it cannot be asked for. See getrlimit(2).
  private static func limit(of resource: __rlimit_resource) -> rlim_t? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return nil }
    return limit.rlim_cur
  }

  /// With the stack of the thread, and what is mapped one by one.
  private static let addressesPerHeap: rlim_t = 512 << 20
}
