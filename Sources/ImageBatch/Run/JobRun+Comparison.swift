import ConcurrencyPrimitives
import ImageCodecs
import Raster
import SystemPackage

// A job that holds its picture against another one.

extension JobRun {
  /// Two pictures, and what they are compared by.
  private struct Pair {
    var first: Subject
    var second: Subject
    let secondPath: FilePath
  }

  /// Compares the picture with its counterpart.
  ///
  /// - Returns: the picture of the differences, where there are some and it is wanted.
  func compare(
    _ input: InputBytes, _ source: ByteSource, _ request: ComparisonRequest, _ clock: JobDeadline
  ) async throws -> Rendition? {
    outcome.outputs = []
    guard let counterpart = job.counterpart else { return nil }
    guard let other = try trace.perform(.read, { try open(counterpart) }) else {
      return try settleAlone(source, counterpart, clock)
    }
    let otherSource = try self.source(of: other, clock)
    let otherPrefix = try about(counterpart.path) {
      try otherSource.read(upTo: CodecRegistry.prefixByteCount)
    }
    otherSource.seek(to: 0)
    let otherCodec = CodecRegistry.codec(recognizing: otherPrefix)
    // What is a picture in neither tree is passed over.
    let codec = try trace.perform(.decode) {
      try recognize(source, isPicture: otherCodec != nil || counterpart.isNamed)
    }
    guard let codec else { return nil }
    guard let otherCodec else {
      throw JobFailure(.decode, CodecError(noImageWith: otherPrefix)).of(counterpart.path)
    }
    let eager = Self.eagerMetadataByteCount
    let header = try probe(source, codec, eagerMetadataByteCount: eager)
    let otherHeader = try about(counterpart.path) {
      try self.header(of: otherSource, otherCodec, eagerMetadataByteCount: eager)
    }
    try await pay(clock)
    var pair = Pair(
      first: Subject(input: input, source: source, codec: codec, header: header, clock: clock),
      second: Subject(
        input: other, source: otherSource, codec: otherCodec, header: otherHeader, clock: clock),
      secondPath: counterpart.path)
    return try await compare(&pair, request)
  }

  /// A picture that has no counterpart.
  private func settleAlone(
    _ source: ByteSource, _ counterpart: Counterpart, _ clock: JobDeadline
  ) throws -> Rendition? {
    guard let codec = try trace.perform(.decode, { try recognize(source) }) else { return nil }
    _ = try probe(source, codec, eagerMetadataByteCount: Self.eagerMetadataByteCount)
    outcome.status = .compared(counterpart.folder.isInFirst ? .onlyInSecond : .onlyInFirst)
    return nil
  }

  private func open(_ counterpart: Counterpart) throws -> InputBytes? {
    try about(counterpart.path) {
      do {
        switch try counterpart.open(followingLinks: job.followsLinks) {
        case nil: return nil
        case .file(let file):
          try checkOutputDiffers(from: file)
          return .file(file)
        case .notRegular:
          throw JobFailure(stage: .read, code: "notRegular", message: "not a regular file")
        }
      } catch {
        let cause = error as? Errno ?? (error as? ReadError)?.cause
        guard cause?.isDescriptorShortage == true else { throw JobFailure(.read, error) }
        throw BatchError.tooFewDescriptors(at: counterpart.path)
      }
    }
  }

  /// Names another file than the job's in what goes wrong with it.
  private func about<Result>(_ path: FilePath, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as JobFailure {
      throw failure.of(path)
    }
  }

  private func compare(_ pair: inout Pair, _ request: ComparisonRequest) async throws -> Rendition?
  {
    let (first, second) = (pair.first, pair.second)
    let destination = plan.isDryRun ? nil : job.destinations.first
    let permit = try await admit(
      try PairConversion.memoryByteCount(
        (first.header, first.input.byteCount), (second.header, second.input.byteCount),
        drawsDifferences: destination != nil))
    pair.first.clock.restart()
    try readRest(of: &pair.first)
    if pair.second.header.unread != nil {
      pair.second.header = try about(pair.secondPath) {
        try header(of: second.source, second.codec, eagerMetadataByteCount: .max)
      }
    }
    let conversion = try PairConversion(pair.first.header, pair.second.header)
    let verdict = try await verdict(on: pair, conversion, request)
    outcome.status = .compared(verdict)
    guard case .different = verdict, let destination else {
      permit.release()
      return nil
    }
    let bytes = EncodedBytes()
    try await draw(pair, conversion, tolerance: request.tolerance, to: bytes)
    try checkUnchanged(pair)
    unpaidByteCount += bytes.count
    try await pay(pair.first.clock)
    outcome.times = trace.times
    var output = Outcome.Output(destination.displayPath)
    output.size = conversion.layout.size
    output.byteCount = bytes.count
    outcome.outputs = [output]
    let piece = Rendition.Piece(destination: destination, bytes: bytes)
    return Rendition(pieces: [piece], permit: permit, draft: outcome)
  }

  private func verdict(
    on pair: Pair, _ conversion: PairConversion, _ request: ComparisonRequest
  ) async throws -> Verdict {
    let sizes = conversion.sizes
    guard sizes.first == sizes.second else {
      try checkUnchanged(pair)
      return .sizesDiffer(sizes.first, sizes.second)
    }
    let comparison = try PictureComparison(of: conversion.layout)
    outcome.warnings = try await readThrough(pair, conversion) { first, second in
      try trace.perform(.transform) { comparison.addRow(first, second) }
    }
    if pair.first.header.frameCount > 1 || pair.second.header.frameCount > 1 {
      outcome.warnings.append("an animation: only its first frame is compared")
    }
    try checkUnchanged(pair)
    let difference = comparison.difference()
    let isGoodEnough =
      request.minimumPSNR.map { difference.peakSignalToNoiseRatio >= $0 } ?? false
    return difference.isWithin(request.tolerance) || isGoodEnough
      ? .equal(difference) : .different(difference)
  }

  /// Reads both pictures a second time: most pairs are equal, and a picture that nobody wants would
  /// cost them more than the comparison.
  private func draw(
    _ pair: Pair, _ conversion: PairConversion, tolerance: Double, to bytes: EncodedBytes
  ) async throws {
    let picture = try DifferencePicture(of: conversion.layout, tolerance: tolerance)
    let layout = try DifferencePicture.outputLayout(for: conversion.layout)
    guard let codec = CodecRegistry.codec(for: .png) else { return }
    let metadata = Metadata(orientation: conversion.orientation)
    let writer = try trace.perform(.encode) {
      try codec.makeWriter(
        of: layout, in: .png, metadata: metadata, options: EncodeOptions(), output: bytes)
    }
    let row = try ByteBuffer(count: layout.bytesPerRow)
    _ = try await readThrough(pair, conversion) { first, second in
      try trace.perform(.transform) { picture.drawRow(first, second, into: row.bytes) }
      try trace.perform(.encode) { try writer.writeRow(UnsafeRawBufferPointer(row.bytes).bytes) }
    }
    try trace.perform(.encode) { try writer.finish() }
  }

  /// Reads both pictures to their ends, row by row.
  ///
  /// - Returns: what was odd about them.
  private func readThrough(
    _ pair: Pair, _ conversion: PairConversion,
    _ take: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void
  ) async throws -> [String] {
    let clock = pair.first.clock
    let first = try still(of: pair.first)
    let second = try about(pair.secondPath) { try still(of: pair.second) }
    var firstRows: any RowSource = first.rows
    for step in conversion.steps.first { firstRows = try await step.rows(from: firstRows) }
    var secondRows: any RowSource = second.rows
    for step in conversion.steps.second { secondRows = try await step.rows(from: secondRows) }
    let firstRow = try ByteBuffer(count: conversion.layout.bytesPerRow)
    let secondRow = try ByteBuffer(count: conversion.layout.bytesPerRow)
    for _ in 0..<conversion.layout.height {
      try clock.scope.check()
      try trace.perform(.transform) {
        var row = firstRow.bytes.mutableBytes
        try firstRows.readRow(into: &row)
        try about(pair.secondPath) {
          var row = secondRow.bytes.mutableBytes
          try secondRows.readRow(into: &row)
        }
      }
      try take(UnsafeRawBufferPointer(firstRow.bytes), UnsafeRawBufferPointer(secondRow.bytes))
      try await pay(clock)
    }
    _ = try first.pictures.next()
    _ = try about(pair.secondPath) { try second.pictures.next() }
    try await pay(clock)
    return first.pictures.warnings
      + second.pictures.warnings.map { "\(pair.secondPath.escaped): \($0)" }
  }

  /// A still, or that of an animation; the file is sound once the next picture was asked for.
  private func still(
    of subject: Subject
  ) throws -> (pictures: DecodedPictures, rows: any RowSource) {
    var header = subject.header
    header.animation = nil
    let pictures = try DecodedPictures(subject.codec, subject.source, header, trace, subject.clock)
    guard let picture = try pictures.next() else { preconditionFailure("a still is one picture") }
    return (pictures, picture.rows)
  }

  private func checkUnchanged(_ pair: Pair) throws {
    try trace.perform(.read) { try pair.first.input.checkUnchanged() }
    try about(pair.secondPath) {
      try trace.perform(.read) { try pair.second.input.checkUnchanged() }
    }
  }
}
