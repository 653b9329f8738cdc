import Glibc

/// The folder of test pictures that `IMGBATCH_CORPUS` names; it is too large for the repository.
enum Corpus {
  static let folder = getenv("IMGBATCH_CORPUS").map { String(cString: $0) }

  static var isPresent: Bool { folder != nil }

  struct Entry: Sendable, CustomStringConvertible {
    let path: String
    let fields: [String: String]

    var description: String { path }

    func bytes() throws -> [UInt8] { try Corpus.read(path) }
  }

  struct Missing: Error {
    let path: String
  }

  /// The rows of a table whose first column is a path beside it.
  static func entries(_ table: String, in subfolder: String) -> [Entry] {
    guard isPresent, let bytes = try? read("\(subfolder)/\(table)") else { return [] }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let rows = lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    guard let names = rows.first else { return [] }
    return rows.dropFirst().map { row in
      let pairs = zip(names, row).map { (String($0), String($1)) }
      return Entry(
        path: "\(subfolder)/\(row[0])", fields: Dictionary(pairs) { first, _ in first })
    }
  }

  static func read(_ path: String) throws -> [UInt8] {
    guard let folder, let file = fopen("\(folder)/\(path)", "rb") else {
      throw Missing(path: path)
    }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    let count = ftell(file)
    rewind(file)
    return [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, filled in
      filled = fread(buffer.baseAddress, 1, buffer.count, file)
    }
  }
}
