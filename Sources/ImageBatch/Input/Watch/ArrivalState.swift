import SystemPackage

/// What is known of the files of a watched tree: those that have come, that are not whole, that are
/// being worked on. It goes by what it is told, and looks at no file.
///
/// A file is given out never twice at a time, since the older of two jobs might write last; what
/// changes meanwhile comes again when its job has settled. All that was told before a file is given
/// out is taken to be part of what the job will read.
struct ArrivalState {
  private var arrivals: ArrivalQueue

  /// Files that were made, and that nobody was seen to close: a link to a whole file, or one that is
  /// still being written.
  private(set) var unfinished: Set<FilePath> = []

  /// Jobs that were given out and are not settled, and those among them that changed meanwhile.
  private var inFlight: Set<FilePath> = []
  private var changedInFlight: Set<FilePath> = []

  /// What was given out while names were being read, because it arrived, or its folder did, and may be
  /// among those.
  private var cameFirst: Set<FilePath> = []

  /// Whether more has happened than is known one by one.
  private(set) var mustRescan = false

  /// - Parameter capacity: how many files that have come are kept one by one.
  init(capacity: Int = 1 << 16) { arrivals = ArrivalQueue(capacity: capacity) }

  // MARK: What happens

  /// A file is there, and nobody is known to have closed it.
  mutating func begin(_ path: FilePath) { unfinished.insert(path) }

  /// A file is whole.
  mutating func arrive(_ path: FilePath) {
    unfinished.remove(path)
    guard !arrivals.insert(path) else { return }
    mustRescan = true
    // The rescan would find its output newer, which comes of what it was before.
    if inFlight.contains(path) { changedInFlight.insert(path) }
  }

  /// A file is gone.
  mutating func leave(_ path: FilePath) {
    unfinished.remove(path)
    arrivals.remove(path)
  }

  /// Another folder may stand where one was, with other files by the same names.
  mutating func replaceFolder(_ folder: FilePath) {
    if !cameFirst.isEmpty { cameFirst = cameFirst.filter { !$0.starts(with: folder) } }
  }

  /// Whatever is known may be out of date.
  mutating func overflow() {
    mustRescan = true
    changedInFlight.formUnion(inFlight)
  }

  /// All is looked at anew, what was given out up to now as well: it may have changed untold.
  mutating func rescan() {
    mustRescan = false
    cameFirst.removeAll()
  }

  // MARK: What is given out

  /// The next name that has come.
  mutating func nextArrival() -> FilePath? { arrivals.popFirst() }

  /// Whether a file may be given out: not while it is being worked on, after which it will come
  /// again.
  mutating func admits(_ path: FilePath) -> Bool {
    guard inFlight.contains(path) else { return true }
    changedInFlight.insert(path)
    return false
  }

  /// A file is given out.
  mutating func take(_ path: FilePath) {
    leave(path)
    inFlight.insert(path)
  }

  /// Its job has come to its end.
  ///
  /// - Parameter isSuperseded: whether it is known to have changed meanwhile.
  mutating func settle(_ path: FilePath, isSuperseded: Bool) {
    guard inFlight.remove(path) != nil else { return }
    if changedInFlight.remove(path) != nil || isSuperseded { arrivals.insertBeyondCapacity(path) }
  }

  /// A file that has come was given out while names were being read.
  mutating func takeBeforeWalk(_ path: FilePath) { cameFirst.insert(path) }

  /// Whether a file that a walk comes to was given out since the walk began; asked once.
  mutating func wasTakenBeforeWalk(_ path: FilePath) -> Bool {
    !cameFirst.isEmpty && cameFirst.remove(path) != nil
  }

  /// No names are being read any more.
  mutating func endWalks() { cameFirst.removeAll() }
}
