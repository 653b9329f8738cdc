import Glibc
import Testing

extension Sandbox {
  /// The name of the configuration in these tests.
  static let configuration: ByteString = "run.yaml"

  /// Settings that let one job start, and no other within the time of any test.
  static let heldBack = "rate: 1/h\n"

  /// Gives a file or folder another name, in place of what stands there.
  func rename(_ path: ByteString, to target: ByteString) throws {
    let target = at(target)
    try check(
      at(path).withCString { path in target.withCString { Glibc.rename(path, $0) } },
      "rename \(path)")
  }

  /// Puts a whole file in the place of another, as editors and tools do.
  func replace(_ path: ByteString, by text: String) throws {
    try write(text, to: path + ".new")
    try rename(path + ".new", to: path)
  }

  /// How many outputs are finished in a folder, those of its folders not among them.
  func finishedCount(in folder: ByteString = "out") -> Int {
    ((try? Tree.names(in: at(folder))) ?? []).count { !$0.isTemporary }
  }

  /// Starts to resize 40 pictures by the settings of a configuration, and waits until it is held
  /// back after the first.
  func startHeldBack(
    by text: String = Sandbox.heldBack, at path: ByteString = Sandbox.configuration,
    _ options: [ByteString] = [], location: SourceLocation = #_sourceLocation,
    _ change: (inout Launch) -> Void = { _ in }
  ) async throws -> Child {
    try writePixmaps(40)
    if !exists(path) { try write(text, to: path) }
    let child = try start(
      ["resize", "in", "out", "--size", "4", "--config", path] + options, change)
    try await child.until(location) { finishedCount() == 1 }
    return child
  }
}
