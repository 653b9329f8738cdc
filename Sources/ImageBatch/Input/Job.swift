import Glibc
import SystemPackage

/// A folder below IN that is being walked, and its mirrors below OUT.
final class InputFolder: Sendable {
  let directory: Directory

  /// As people know it: IN and the path below it.
  let path: FilePath

  /// Where its outputs go, by the folders of the scheme; none where nothing is written.
  let outputs: [OutputFolder]

  /// The folder of another tree that it is compared with; nil where it is not.
  let counterpart: CounterpartFolder?

  init(
    directory: Directory, path: FilePath, outputs: [OutputFolder],
    counterpart: CounterpartFolder? = nil
  ) {
    self.directory = directory
    self.path = path
    self.outputs = outputs
    self.counterpart = counterpart
  }

  /// The folder `name` in this one, with its mirrors and its counterpart.
  func subfolder(_ name: FileName, _ directory: Directory) -> InputFolder {
    InputFolder(
      directory: directory, path: path.appending(name),
      outputs: outputs.map { OutputFolder(name, in: $0) },
      counterpart: counterpart.map { CounterpartFolder(name, in: $0) })
  }

  /// The job for a file in this folder.
  func job(for name: FileName, scheme: OutputScheme, followsLinks: Bool) -> Job {
    Job(
      source: .file(self, name), displayPath: DisplayPath(path, name),
      destinations: scheme.destinations(for: name, in: self), followsLinks: followsLinks,
      counterpart: counterpart.map { Counterpart(folder: $0, name: name) })
  }
}

/// One picture to be worked on.
struct Job: Sendable {
  /// Where the bytes come from.
  enum Source: Sendable {
    case file(InputFolder, FileName)
    case standardInput
  }

  let source: Source

  let displayPath: DisplayPath

  /// The input as people know it.
  var input: FilePath { displayPath.path }

  /// Where the outputs go, in the order of the recipe; none where nothing is written.
  let destinations: [Destination]

  /// Whether a symbolic link may stand in the file's place.
  let followsLinks: Bool

  /// What the picture is compared with; nil where it is not.
  var counterpart: Counterpart?
}

/// Where one output goes.
enum Destination: Sendable {
  case file(OutputFolder, FileName)
  case standardOutput

  var displayPath: DisplayPath {
    switch self {
    case .file(let folder, let name): DisplayPath(folder.path, name)
    case .standardOutput: DisplayPath("-")
    }
  }
}

/// What a walk finds.
enum Finding: Sendable {
  case job(Job)
  /// Left alone by rule, with the rule.
  case skipped(FilePath, String)
  /// A folder or name that could not be looked into.
  case failed(FilePath, JobFailure)

  /// The input as people know it.
  var input: FilePath { displayPath.path }

  var displayPath: DisplayPath {
    switch self {
    case .job(let job): job.displayPath
    case .skipped(let path, _), .failed(let path, _): DisplayPath(path)
    }
  }
}

/// Where findings come from, lazily, in the order of the input.
protocol FindingSource {
  /// The next finding, or nil where there is none, for the time being or for good.
  mutating func next() throws(BatchError) -> Finding?

  /// All that is left, where that is known to be files of the folder that the walk is in, and no more
  /// than `count`; else nothing.
  mutating func rest(atMost count: Int) throws(BatchError) -> [Finding]
}

extension FilePath {
  /// The path of `name` in this folder.
  func appending(_ name: FileName) -> FilePath {
    var path = self
    path.append(FilePath(platformString: name.bytes).components)
    return path
  }
}
