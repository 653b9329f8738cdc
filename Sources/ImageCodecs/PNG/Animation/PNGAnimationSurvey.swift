import Raster

/// What the chunks of an animation say, gathered by a walk that reads no picture data: what its
/// frames are like and what it takes to read them.
struct PNGAnimationSurvey {
  private let picture: PNGPictureHeader
  private let limits: DecodeLimits
  private var script: PNGAnimationScript
  private var hasControl = false
  private var hasStill = false
  private var fault: CodecError?

  private var coverage = Coverage()

  private struct Coverage {
    /// Whether frames have drawn all of the canvas, once the one that came last is gone.
    var afterDisposal = false
    /// Whether some frame leaves a part of the canvas empty.
    var hasGaps = false
    /// Whether some frame leaves what was there before it.
    var restores = false
  }

  init(of picture: PNGPictureHeader, limits: DecodeLimits) {
    self.picture = picture
    self.limits = limits
    script = PNGAnimationScript(canvas: picture.size)
  }

  /// Takes the next chunk of the file, of whatever type.
  ///
  /// What breaks the rules is kept: the still can be read all the same.
  ///
  /// - Throws: what the source throws.
  mutating func take(_ chunk: PNGChunk, from walk: PNGChunkWalk) throws {
    if chunk.type == .actl, !hasStill { hasControl = true }
    if chunk.type == .idat { hasStill = true }
    guard fault == nil, chunk.end <= walk.sourceByteCount else { return }
    do {
      switch chunk.type {
      case .actl:
        try script.takeControl(
          walk.soundContents(of: chunk, atMost: PNGAnimationScript.Control.byteCount), of: chunk)
      case .fctl:
        let contents = try walk.soundContents(of: chunk, atMost: PNGFrameControl.byteCount)
        cover(try script.takeFrame(contents, of: chunk))
      case .fdat:
        try script.takeData(number: walk.sequenceNumber(of: chunk), of: chunk)
      case .idat:
        script.takeStill()
      case .iend:
        try script.finish(at: chunk)
      default:
        break
      }
    } catch let error as CodecError {
      fault = error
    }
  }

  /// Draws and disposes of a frame, as far as it can be told which pixels were drawn at all.
  private mutating func cover(_ frame: PNGFrameControl) {
    let before = coverage.afterDisposal
    let isCovered = before || frame.rect.size == picture.size
    if !isCovered { coverage.hasGaps = true }
    switch frame.disposal {
    case .none:
      coverage.afterDisposal = isCovered
    case .background:
      coverage.afterDisposal = false
    case .previous:
      coverage.afterDisposal = before
      coverage.restores = true
    }
  }

  /// The animation; nil where the file is none.
  ///
  /// - Parameter format: that of the still's rows.
  /// - Throws: `SizeOverflow`.
  func animation(format: PixelFormat) throws(SizeOverflow) -> Animation? {
    guard hasControl else { return nil }
    var pixelFormat = format
    if coverage.hasGaps {
      pixelFormat.channels = .init(hasColour: format.hasColour, hasAlpha: true)
    }
    let control = script.control
    let excess = try excess(control)
    return Animation(
      frameCount: control?.frameCount ?? 1, playCount: control?.playCount ?? 0,
      hasStillApart: !script.stillIsFrame, pixelFormat: pixelFormat,
      readerByteCount: try PNGAnimationReader.byteCount(
        of: picture, format: pixelFormat, restores: coverage.restores),
      fault: fault ?? excess)
  }

  private func excess(_ control: PNGAnimationScript.Control?) throws(SizeOverflow) -> CodecError? {
    guard let control else { return nil }
    let (pixelCount, overflow) = try picture.size.pixelCount()
      .multipliedReportingOverflow(by: control.frameCount)
    let limit = limits.maximumAnimationPixelCount
    guard overflow || pixelCount > limit else { return nil }
    return CodecError(
      .limitExceeded,
      "\(control.frameCount) frames of \(picture.size) = \(pixelCount / 1_000_000) Mpx > limit "
        + "\(limit / 1_000_000) Mpx")
  }
}
