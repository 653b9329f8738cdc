import ConcurrencyPrimitives
import ImageCodecs
import Raster

extension JobRun {
  /// Makes of a picture what the recipe says.
  ///
  /// - Returns: nil where only the plan is asked for.
  func write(_ recipe: Recipe, _ subject: inout Subject) async throws -> Rendition? {
    var cost = try Conversion.memoryByteCount(
      recipe, header: subject.header, codec: subject.codec,
      inputByteCount: subject.input.byteCount
    ).plus(subject.input.heldByteCount)
    if plan.isDryRun {
      try runner.admission.checkFits(cost)
      try await glanceAtRest(of: &subject)
      _ = try conversion(recipe, of: subject)
      outcome.memoryByteCount = cost
      outcome.status = .planned
      return nil
    }
    while true {
      let permit = try await admit(cost)
      subject.clock.restart()
      try readRest(of: &subject)
      do {
        let outputs = try await outputs(of: subject, recipe, within: cost)
        try subject.input.checkUnchanged()
        for (index, bytes) in outputs.enumerated() {
          unpaidByteCount += bytes.count
          outcome.outputs[index].byteCount = bytes.count
        }
        try await pay(subject.clock)
        outcome.times = trace.times
        let pieces = zip(job.destinations, outputs).map(Rendition.Piece.init)
        return Rendition(pieces: pieces, permit: permit, draft: outcome)
      } catch let error as Underestimate {
        // To ask for more while holding what others may wait for would be a deadlock; so the picture
        // is begun anew, with what is known to be enough.
        permit.release()
        cost = error.byteCount
      }
    }
  }

  /// The recipe, worked out for the picture; what this program would refuse to read it does not
  /// write.
  private func conversion(_ recipe: Recipe, of subject: Subject) throws -> Conversion {
    let conversion = try Conversion(recipe, header: subject.header, codec: subject.codec)
    for (index, branch) in conversion.branches.enumerated() {
      try note(branch.outputLayout.size, ofOutput: index)
    }
    return conversion
  }

  private func note(_ size: PixelSize, ofOutput index: Int) throws {
    outcome.outputs[index].size = try trace.perform(.transform) {
      try plan.limits.size(width: size.width, height: size.height)
    }
  }

  /// The outputs, complete.
  ///
  /// - Throws: `Underestimate` where they turn out to need more memory than `byteCount`.
  private func outputs(
    of subject: Subject, _ recipe: Recipe, within byteCount: Int
  ) async throws -> [EncodedBytes] {
    var conversion = try conversion(recipe, of: subject)
    func check() throws {
      let needed = try conversion.memoryByteCount(inputByteCount: subject.input.byteCount)
        .plus(subject.input.heldByteCount)
      guard needed <= byteCount else { throw Underestimate(byteCount: needed) }
    }
    var held: HeldPicture?
    var decoded: DecodedRows?
    if conversion.isCopy {
      try await readThrough(subject)
    } else {
      let rows = try DecodedRows(
        subject.codec, subject.source, subject.header, trace, subject.clock)
      if conversion.holdsTrunk {
        let (trunk, forecast) = (conversion.trunk, conversion.trunkForecast)
        let common = try await trunk.rows(from: rows, as: forecast) {
          try conversion.take(trunk: $0)
          try check()
        }
        held = try await hold(common, subject.clock)
        outcome.warnings = try rows.finish()
      } else {
        decoded = rows
      }
    }
    var outputs: [EncodedBytes] = []
    for index in conversion.branches.indices {
      let branch = conversion.branches[index]
      let bytes = EncodedBytes()
      if let rows = held?.rows() ?? decoded, !branch.isCopy {
        let transformed = try await branch.chain.rows(from: rows, as: branch.forecast) {
          try conversion.take($0, ofBranch: index)
          try check()
        }
        try note(transformed.layout.size, ofOutput: index)
        try await encode(transformed, branch, subject.clock, to: bytes)
      } else {
        try copy(subject, branch, to: bytes)
      }
      outputs.append(bytes)
    }
    if let decoded { outcome.warnings = try decoded.finish() }
    for (index, branch) in conversion.branches.enumerated() where branch.isOptimization {
      let original = EncodedBytes()
      try copy(subject, branch, to: original)
      if original.count <= outputs[index].count { outputs[index] = original }
    }
    addWarnings(of: conversion, subject.header)
    return outputs
  }

  private func copy(
    _ subject: Subject, _ branch: Conversion.Branch, to bytes: EncodedBytes
  ) throws {
    try trace.perform(.encode) {
      subject.source.seek(to: 0)
      try subject.codec.copy(
        subject.source, header: subject.header, keeping: branch.policy, to: bytes)
    }
  }

  private func addWarnings(of conversion: Conversion, _ header: ImageHeader) {
    guard !conversion.isCopy else { return }
    let branches = conversion.branches.filter { !$0.isCopy }
    for warning in conversion.warnings + branches.flatMap(\.warnings)
    where !outcome.warnings.contains(warning) {
      outcome.warnings.append(warning)
    }
    if header.frameCount > 1 {
      outcome.warnings.append("an animation: only its first frame is kept")
    }
  }

  private func hold(_ rows: any RowSource, _ clock: JobDeadline) async throws -> HeldPicture {
    let picture = try HeldPicture(layout: rows.layout)
    for _ in 0..<rows.layout.height {
      try clock.scope.check()
      try trace.perform(.transform) { try picture.takeRow(of: rows) }
      try await pay(clock)
    }
    return picture
  }

  private func encode(
    _ rows: any RowSource, _ branch: Conversion.Branch, _ clock: JobDeadline,
    to bytes: EncodedBytes
  ) async throws {
    let layout = rows.layout
    let writer = try trace.perform(.encode) {
      try branch.codec.makeWriter(
        of: layout, in: branch.format, metadata: branch.metadata, options: branch.encoding,
        output: bytes)
    }
    let band = try RowBand(layout)
    var rowsLeft = layout.height
    while rowsLeft > 0 {
      let count = min(band.capacity, rowsLeft)
      rowsLeft -= count
      try clock.scope.check()
      try trace.perform(.transform) { try band.fill(count, from: rows) }
      try trace.perform(.encode) { try band.empty(count, into: writer) }
      try await pay(clock)
    }
    try trace.perform(.encode) { try writer.finish { try clock.scope.check() } }
  }
}

/// A picture turned out to need more memory than its header foretold: an operation whose output
/// depends on the pixels gave what the next ones take more room for.
private struct Underestimate: Error {
  let byteCount: Int
}
