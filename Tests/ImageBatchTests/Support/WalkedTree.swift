import SystemPackage

@testable import ImageBatch

/// What walking a folder finds, a line for each finding.
///
/// IN is called `in`, whatever the folder's real name is.
enum WalkedTree {
  static func walker(
    _ path: FilePath, _ selection: InputSelection = InputSelection(),
    naming scheme: OutputScheme = .kept, output: FilePath? = nil
  ) throws -> Walker {
    let output = output.map {
      OutputFolder(path: $0, isDryRun: true, isDurable: false, checksPlace: false, forbidden: [])
    }
    let root = InputFolder(
      directory: try Directory(path: path), path: FilePath("in"),
      outputs: output.map(scheme.roots) ?? [])
    return try Walker(root: root, selection: selection, scheme: scheme)
  }

  static func lines(
    _ path: FilePath, _ selection: InputSelection = InputSelection(),
    naming scheme: OutputScheme = .kept, output: FilePath? = nil,
    excluding excluded: FilePath? = nil
  ) throws -> [String] {
    var walker = try walker(path, selection, naming: scheme, output: output)
    walker.excludedFolder = try excluded.map {
      try ExcludedFolder(Directory(path: $0).identity, input: Directory(path: path))
    }
    var lines: [String] = []
    while let finding = try walker.next() { lines.append(finding.line) }
    return lines
  }
}

extension Finding {
  /// `in/a.png`, `in/pipe: not a regular file`, `in/gone: ENOENT`.
  var line: String {
    switch self {
    case .job(let job): job.input.escaped
    case .skipped(let path, let rule): "\(path.escaped): \(rule)"
    case .failed(let path, let failure): "\(path.escaped): \(failure.code)"
    }
  }
}
