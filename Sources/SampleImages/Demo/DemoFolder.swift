/// A folder that looks like something that a user has: photographs, scans, sprites, icons, and a few
/// files that are no pictures.
enum DemoFolder {
  static func write(to folder: OutputFolder) async throws -> String {
    let files = DemoPhotos.all + DemoDrawings.all + DemoSprites.all + DemoOddities.all
    let byteCount = try await withThrowingTaskGroup { group in
      for file in files {
        group.addTask {
          let bytes = try file.bytes()
          try folder.write(bytes, to: file.path)
          return bytes.count
        }
      }
      return try await group.reduce(0, +)
    }
    return "\(files.count) files, \(byteCount / 1_000_000) MB"
  }
}

/// One file of the demo folder.
struct DemoFile: Sendable {
  /// Below the folder, with `/` between names.
  let path: String
  let bytes: @Sendable () throws -> [UInt8]

  init(_ path: String, bytes: @escaping @Sendable () throws -> [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}
