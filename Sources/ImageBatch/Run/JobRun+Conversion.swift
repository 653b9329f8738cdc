import ConcurrencyPrimitives
import ImageCodecs
import Raster

extension JobRun {
  /// Makes of a picture what the recipe says.
  ///
  /// - Returns: nil where only the plan is asked for.
  func write(_ recipe: Recipe, _ subject: inout Subject) async throws -> Rendition? {
    let possibilities = try Conversion.possibilities(
      recipe, header: subject.header, codec: subject.codec)
    var cost = try possibilities.memoryByteCount(inputByteCount: subject.input.byteCount)
      .plus(subject.input.heldByteCount)
    // Where nothing is left to be read, nothing can turn out otherwise.
    var certain = subject.header.unread == nil ? possibilities.first : nil
    if plan.isDryRun {
      try runner.admission.checkFits(cost)
      try await glanceAtRest(of: &subject)
      _ = try conversion(recipe, of: subject, certain)
      outcome.memoryByteCount = cost
      outcome.status = .planned
      return nil
    }
    while true {
      let permit = try await admit(cost)
      subject.clock.restart()
      try readRest(of: &subject)
      do {
        let conversion = try conversion(recipe, of: subject, certain)
        let outputs = try await outputs(of: subject, conversion, within: cost)
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
        // That one has taken over what came of the rows.
        certain = nil
      }
    }
  }

  /// The recipe, worked out for the picture; what this program would refuse to read it does not
  /// write.
  ///
  /// - Parameter certain: it, where it is known already.
  private func conversion(
    _ recipe: Recipe, of subject: Subject, _ certain: Conversion?
  ) throws -> Conversion {
    let conversion =
      try certain ?? Conversion(recipe, header: subject.header, codec: subject.codec)
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
    of subject: Subject, _ conversion: Conversion, within byteCount: Int
  ) async throws -> [EncodedBytes] {
    var subject = subject
    subject.header = conversion.header
    if conversion.isReadThrough { try await readThrough(subject) }
    let held =
      conversion.holdsTrunk ? try await trunk(of: conversion, subject, within: byteCount) : nil
    var outputs: [EncodedBytes] = []
    for index in conversion.branches.indices {
      subject.header.animation = conversion.branches[index].animation
      let bytes =
        conversion.branches[index].isCopy
        ? try copy(subject, conversion.branches[index].policy)
        : try await write(held, ofOutput: index, of: conversion, subject, within: byteCount)
      outputs.append(bytes)
    }
    for index in outputs.indices where conversion.branches[index].isOptimization {
      let original = try copy(subject, conversion.branches[index].policy)
      if original.count <= outputs[index].count { outputs[index] = original }
    }
    if !conversion.isCopy { add(conversion.warnings) }
    for branch in conversion.branches where !branch.isCopy { add(branch.warnings) }
    return outputs
  }

  /// What several outputs are made of.
  private func trunk(
    of conversion: Conversion, _ subject: Subject, within byteCount: Int
  ) async throws -> HeldPicture? {
    let pictures = try pictures(of: subject)
    var held: HeldPicture?
    while let picture = try pictures.next() {
      let (trunk, forecast) = (conversion.trunk, conversion.trunkForecast)
      let rows = try await trunk.rows(from: picture.rows, as: forecast) {
        try conversion.take(trunk: $0)
        try check(conversion, subject, within: byteCount)
      }
      held = try await hold(rows, subject.clock)
    }
    add(pictures.warnings)
    return held
  }

  /// Writes an output that is no copy: of what is held, else of what is decoded.
  private func write(
    _ held: HeldPicture?, ofOutput index: Int, of conversion: Conversion, _ subject: Subject,
    within byteCount: Int
  ) async throws -> EncodedBytes {
    let branch = conversion.branches[index]
    let bytes = EncodedBytes()
    var writer: PictureWriter?
    func write(_ rows: any RowSource, _ delay: FrameDelay?) async throws {
      let transformed = try await branch.chain.rows(from: rows, as: branch.forecast) {
        try conversion.take($0, ofBranch: index)
        try check(conversion, subject, within: byteCount)
      }
      let layout = transformed.layout
      let pictureWriter = try writer ?? makeWriter(branch, layout, ofOutput: index, to: bytes)
      writer = pictureWriter
      try await encode(transformed, delay, into: pictureWriter, subject.clock)
    }
    if let held {
      try await write(held.rows(), nil)
    } else {
      let pictures = try pictures(of: subject)
      while let picture = try pictures.next() { try await write(picture.rows, picture.delay) }
      add(pictures.warnings)
    }
    try trace.perform(.encode) { try writer?.finish(subject.clock.scope.check) }
    return bytes
  }

  private func check(
    _ conversion: Conversion, _ subject: Subject, within byteCount: Int
  ) throws {
    let needed = try conversion.memoryByteCount(inputByteCount: subject.input.byteCount)
      .plus(subject.input.heldByteCount)
    guard needed <= byteCount else { throw Underestimate(byteCount: needed) }
  }

  private func pictures(of subject: Subject) throws -> DecodedPictures {
    try DecodedPictures(subject.codec, subject.source, subject.header, trace, subject.clock)
  }

  private func copy(_ subject: Subject, _ policy: MetadataPolicy) throws -> EncodedBytes {
    let bytes = EncodedBytes()
    try trace.perform(.encode) {
      subject.source.seek(to: 0)
      try subject.codec.copy(
        subject.source, header: subject.header, keeping: policy, to: bytes)
    }
    return bytes
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

  private func makeWriter(
    _ branch: Conversion.Branch, _ layout: RowLayout, ofOutput index: Int, to bytes: EncodedBytes
  ) throws -> PictureWriter {
    try note(layout.size, ofOutput: index)
    return try trace.perform(.encode) { try PictureWriter(branch, layout, output: bytes) }
  }

  private func encode(
    _ rows: any RowSource, _ delay: FrameDelay?, into writer: PictureWriter, _ clock: JobDeadline
  ) async throws {
    let band = try RowBand(rows.layout)
    let sink = writer.rows
    var rowsLeft = rows.layout.height
    writer.begin(delay)
    while rowsLeft > 0 {
      let count = min(band.capacity, rowsLeft)
      rowsLeft -= count
      try clock.scope.check()
      try trace.perform(.transform) { try band.fill(count, from: rows) }
      try trace.perform(.encode) { try band.empty(count, into: sink) }
      try await pay(clock)
    }
    try trace.perform(.encode) { try writer.end(clock.scope.check) }
  }
}

/// A picture turned out to need more memory than its header foretold: an operation whose output
/// depends on the pixels gave what the next ones take more room for.
private struct Underestimate: Error {
  let byteCount: Int
}
