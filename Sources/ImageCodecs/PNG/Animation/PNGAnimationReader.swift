import Raster

/// The frames of an animated PNG, each as all that is seen while it is shown.
///
/// The still is read by the reader of stills, to the end of the file, so that libpng judges all of
/// it; then each frame is, as a file of its own.
final class PNGAnimationReader: AnimationReader {
  let layout: RowLayout

  private let source: ByteSource
  private let header: ImageHeader
  private let animation: Animation

  /// The file that frames are made up from, up to their data: IHDR and what else they share.
  private var sharedHeader: [UInt8] = []
  private var sharedChunks: [UInt8] = []
  private static let maximumSharedByteCount = 4096

  private var walk: PNGChunkWalk
  private var script: PNGAnimationScript
  private let canvas: PNGCanvas

  /// The frame that the still is; nil where it is none.
  private var stillFrame: PNGFrameControl?
  private var hasReadStill = false
  private var current: Current?
  private var oddities = WarningList()

  /// A picture that is being read.
  private struct Current {
    let reader: PNGReader
    let rows: PNGPictureRows
    /// Nil for the still.
    let origin: PNGFrameOrigin?
  }

  /// - Parameters:
  ///   - header: what `PNGProbe` told of the same source.
  ///   - animation: the header's.
  init(_ source: ByteSource, header: ImageHeader, animation: Animation) throws {
    if let fault = animation.fault { throw fault }
    self.source = source
    self.header = header
    self.animation = animation
    layout = try RowLayout(size: header.size, format: animation.pixelFormat)
    walk = PNGChunkWalk(over: source)
    script = PNGAnimationScript(canvas: header.size)
    canvas = try PNGCanvas(layout, frameFormat: header.pixelFormat)
    try readStart()
    guard !sharedHeader.isEmpty, (stillFrame == nil) == animation.hasStillApart else {
      throw Self.change
    }
  }

  /// The bytes that one holds, the source apart.
  ///
  /// - Parameters:
  ///   - format: that of the canvas.
  ///   - restores: whether a frame has the disposal `previous`.
  /// - Throws: `SizeOverflow`.
  static func byteCount(
    of picture: PNGPictureHeader, format: PixelFormat, restores: Bool
  ) throws(SizeOverflow) -> Int {
    let layout = try RowLayout(size: picture.size, format: format)
    // A smaller frame may have more rows in a group than the still, but 128 KiB of
    // them at most; and a frame has a source of its own.
    return try picture.readerByteCount().plus(ByteSource.defaultBufferByteCount + 128 << 10)
      .plus(PNGCanvas.byteCount(of: layout, restores: restores)).plus(layout.bytesPerRow)
  }

  var warnings: [String] { oddities.sentences }

  func next() throws -> AnimationPicture? {
    try finishCurrent()
    if !hasReadStill {
      hasReadStill = true
      return try begin(PNGReader(source, header: header), stillFrame)
    }
    while let chunk = try walk.next() {
      if chunk.type == .fctl { return try beginFrame(chunk) }
      if chunk.type == .iend {
        try script.finish(at: chunk)
        guard script.frameCount == animation.frameCount else { throw Self.change }
        return nil
      }
      if chunk.type == .fdat {
        // Its frame has been read; where the data goes on, its number tells.
        try script.takeData(number: walk.sequenceNumber(of: chunk), of: chunk)
      }
    }
    throw PNGFailure.truncation(at: source.byteCount, in: nil)
  }

  private static let change = CodecError(.corrupt, "the file changed while it was read")

  /// Reads what stands before the picture data.
  private func readStart() throws {
    while let chunk = try walk.next() {
      switch chunk.type {
      case .ihdr:
        sharedHeader = try walk.soundContents(of: chunk, atMost: PNGPictureHeader.byteCount)
        guard sharedHeader.count == PNGPictureHeader.byteCount else { throw Self.change }
      case .plte, .trns:
        // The reader of the still judges them: of those that it takes there are not so many bytes.
        guard chunk.byteCount <= Self.maximumSharedByteCount - sharedChunks.count else { break }
        guard let contents = try walk.contents(of: chunk) else { return }
        sharedChunks += PNGChunkWriter.chunk(chunk.type, contents.bytes)
      case .actl:
        try script.takeControl(
          walk.soundContents(of: chunk, atMost: PNGAnimationScript.Control.byteCount), of: chunk)
      case .fctl:
        stillFrame = try frameControl(chunk)
      case .idat:
        return script.takeStill()
      default:
        break
      }
    }
  }

  private func frameControl(_ chunk: PNGChunk) throws -> PNGFrameControl {
    try script.takeFrame(
      walk.soundContents(of: chunk, atMost: PNGFrameControl.byteCount), of: chunk)
  }

  private func beginFrame(_ chunk: PNGChunk) throws -> AnimationPicture {
    let control = try frameControl(chunk)
    guard script.frameCount <= animation.frameCount else { throw Self.change }
    var ownHeader = sharedHeader
    ownHeader.replaceSubrange(
      0..<8,
      with: [control.rect.width, control.rect.height].flatMap { UInt32($0).bigEndianBytes })
    let prefix =
      PNGChunkWalk.signature + PNGChunkWriter.chunk(.ihdr, ownHeader) + sharedChunks
    let origin = PNGFrameOrigin(
      source: PNGFrameSource(source, prefix: prefix, walk: walk, script: script), chunk: chunk,
      number: script.frameCount)
    return try PNGFrameOrigin.translating(origin) {
      let own = origin.source
      let source = try ByteSource(byteCount: own.byteCount) { try own.read(at: $0, into: $1) }
      var header = header
      header.size = control.rect.size
      return try begin(PNGReader(source, header: header), control, origin)
    }
  }

  private func begin(
    _ reader: PNGReader, _ control: PNGFrameControl?, _ origin: PNGFrameOrigin? = nil
  ) throws -> AnimationPicture {
    if let control { try canvas.begin(control) }
    let rows = try PNGPictureRows(reader, of: origin, control?.rect, on: canvas)
    current = Current(reader: reader, rows: rows, origin: origin)
    return AnimationPicture(delay: control?.delay, rows: rows)
  }

  private func finishCurrent() throws {
    guard let current else { return }
    precondition(current.rows.isAtEnd, "a picture is read to its end before the next one")
    try PNGFrameOrigin.translating(current.origin) { try current.reader.finish() }
    for warning in current.reader.warnings {
      oddities.append(current.origin.map { "frame \($0.number): \(warning)" } ?? warning)
    }
    if let source = current.origin?.source { (walk, script) = (source.walk, source.script) }
    self.current = nil
  }
}

/// Where a frame comes from.
private struct PNGFrameOrigin {
  let source: PNGFrameSource
  /// Its fcTL.
  let chunk: PNGChunk
  /// Counted from 1.
  let number: Int

  /// Says of what is wrong with a frame where it stands: the file that its reader reads is made up.
  static func translating<Result>(
    _ origin: PNGFrameOrigin?, _ read: () throws -> Result
  ) throws -> Result {
    do {
      return try read()
    } catch let error as CodecError {
      guard let origin, origin.source.fault == nil else { throw error }
      let madeUp = "\(PNGChunkType.idat): "
      let reason =
        error.reason.hasPrefix(madeUp)
        ? String(error.reason.dropFirst(madeUp.count)) : error.reason
      let place = "frame \(origin.number), from byte \(origin.chunk.offset) on"
      throw CodecError(error.code, "\(PNGChunkType.fdat): \(place): \(reason)")
    }
  }
}

/// The rows of the canvas while a frame is drawn on it, or those of the still.
private final class PNGPictureRows: RowSource {
  let layout: RowLayout

  private let reader: PNGReader
  private let origin: PNGFrameOrigin?
  /// Nil for a still that is no frame, and is not drawn.
  private let rect: PixelRect?
  private let canvas: PNGCanvas
  private let row: ByteBuffer
  private var y = 0

  init(
    _ reader: PNGReader, of origin: PNGFrameOrigin?, _ rect: PixelRect?, on canvas: PNGCanvas
  ) throws(AllocationError) {
    self.reader = reader
    self.origin = origin
    self.rect = rect
    self.canvas = canvas
    layout = canvas.layout
    row = try ByteBuffer(count: reader.layout.bytesPerRow)
  }

  var isAtEnd: Bool { y == layout.height }

  func readRow(into target: inout MutableRawSpan) throws {
    precondition(!isAtEnd, "there are only \(layout.height) rows")
    defer { y += 1 }
    let rows = rect.map { $0.y..<$0.y + $0.height } ?? 0..<layout.height
    if rows.contains(y) {
      try PNGFrameOrigin.translating(origin) {
        var bytes = row.bytes.mutableBytes
        try reader.readRow(into: &bytes)
      }
      if rect != nil { canvas.draw(UnsafeRawBufferPointer(row.bytes), at: y) }
    }
    target.withUnsafeMutableBytes { target in
      if rect != nil {
        target.copyMemory(from: canvas.bytes(ofRow: y))
      } else {
        _ = ConvertKernels.convert(
          UnsafeRawBufferPointer(row.bytes), of: reader.layout.format, into: target,
          of: layout.format)
      }
    }
  }
}
