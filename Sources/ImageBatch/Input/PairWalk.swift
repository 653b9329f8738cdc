import SystemPackage

/// Walks two trees: all of the first, then what only the second has.
struct PairWalk {
  private var first: Walker
  private var second: Walker

  /// - Parameters:
  ///   - first: a walker whose folders know their counterparts in the second tree.
  ///   - second: one over the second tree that omits what the first has.
  init(_ first: Walker, thenOnlyIn second: Walker) {
    self.first = first
    self.second = second
  }

  /// The next finding, or nil at the end.
  ///
  /// - Throws: `BatchError`.
  mutating func next() throws(BatchError) -> Finding? {
    if let finding = try first.next() { return finding }
    return try second.next()
  }
}
