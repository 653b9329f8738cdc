import ImageCodecs
import SystemPackage

/// Gathers the inputs of each output, to refuse two for one.
struct CollisionCheck {
  private var inputs: [FilePath: [FilePath]] = [:]

  mutating func add(_ input: FilePath, for output: FilePath) {
    inputs[output, default: []].append(input)
  }

  /// - Throws: `BatchError` `.collision` with all outputs that have several inputs.
  func refuse() throws(BatchError) {
    let clashes = inputs.filter { $0.value.count > 1 }.map { output, inputs in
      output.escaped + ": " + inputs.map(\.escaped).sorted().joined(separator: ", ")
    }
    guard clashes.isEmpty else {
      throw BatchError(
        .collision, "several inputs for one output: " + clashes.sorted().joined(separator: "; "))
    }
  }

  /// Whether the content of a file is that of a picture.
  static func isPicture(
    _ name: FileName, in directory: Directory, followingLinks: Bool
  ) -> Bool {
    guard
      case .file(let file)? = try? InputFile.open(
        name, in: directory, followingLinks: followingLinks)
    else { return false }
    var prefix = [UInt8](repeating: 0, count: CodecRegistry.prefixByteCount)
    let count = prefix.withUnsafeMutableBytes { (try? file.read(at: 0, into: $0)) ?? 0 }
    return CodecRegistry.codec(recognizing: Array(prefix.prefix(count))) != nil
  }
}
