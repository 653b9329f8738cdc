public import Raster

/// What the start of a file tells about its animation.
public struct Animation: Hashable, Sendable {
  /// The number of frames, at least 1.
  public var frameCount: Int

  /// How often all of them are shown; 0 for ever.
  public var playCount: Int

  /// Whether the still picture, which is for those who know no animations, is none of the frames.
  public var hasStillApart: Bool

  /// The format of every frame: that of the still, with alpha where a frame leaves a part of the
  /// picture empty.
  public var pixelFormat: PixelFormat

  /// The most bytes that the codec's reader of frames holds at once, the byte source apart.
  public var readerByteCount: Int

  /// What is known to be wrong with the frames; their reader throws it. The still may be sound.
  public var fault: CodecError?

  /// What a codec found; each part is documented where it stands.
  public init(
    frameCount: Int, playCount: Int, hasStillApart: Bool, pixelFormat: PixelFormat,
    readerByteCount: Int, fault: CodecError? = nil
  ) {
    self.frameCount = frameCount
    self.playCount = playCount
    self.hasStillApart = hasStillApart
    self.pixelFormat = pixelFormat
    self.readerByteCount = readerByteCount
    self.fault = fault
  }

  /// The pictures that are read and written: the frames, and a still apart.
  ///
  /// - Throws: `SizeOverflow`.
  public func pictureCount() throws(SizeOverflow) -> Int {
    try frameCount.plus(hasStillApart ? 1 : 0)
  }
}

/// How long a frame is shown: a fraction of a second.
public struct FrameDelay: Hashable, Sendable {
  /// Above the line; 0 is as soon as possible.
  public let numerator: UInt16

  /// Below the line, at least 1.
  public let denominator: UInt16

  /// A delay; a denominator of 0 stands for hundredths of a second (PNG specification, third
  /// edition, section 11.3.5.2).
  public init(numerator: UInt16, denominator: UInt16) {
    self.numerator = numerator
    self.denominator = denominator == 0 ? 100 : denominator
  }
}

/// One of the pictures that an animation is made of, whole: what was drawn before is part of it.
public struct AnimationPicture {
  /// How long it is shown; nil for a still that is none of the frames.
  public let delay: FrameDelay?

  /// Its rows.
  public let rows: any RowSource
}

/// A codec whose pictures may be animations.
public protocol AnimationCodec: ImageCodec {
  /// A reader of the frames of the animation in `source`.
  ///
  /// - Parameters:
  ///   - header: what `probe` told of the same source.
  ///   - animation: the header's.
  /// - Throws: the animation's fault; `CodecError`, `AllocationError`, and what the source throws.
  func makeReader(
    of animation: Animation, in source: ByteSource, header: ImageHeader
  ) throws -> any AnimationReader

  /// The most bytes that writing such an animation holds at once: the encoder's own, and all of the
  /// output.
  ///
  /// - Throws: `SizeOverflow`.
  func writerByteCount(
    of animation: Animation, layout: RowLayout, in format: ImageFormat, metadata: Metadata,
    options: EncodeOptions
  ) throws -> Int

  /// A writer of an animation with the frames, the still and the plays of `animation`.
  ///
  /// - Parameters:
  ///   - layout: that of each frame; its pixel format is its own storage in `format`.
  ///   - metadata: all of it is written as far as the format can hold it.
  ///   - output: where the bytes go.
  /// - Throws: `CodecError`, `AllocationError`.
  func makeWriter(
    of animation: Animation, layout: RowLayout, in format: ImageFormat, metadata: Metadata,
    options: EncodeOptions, output: EncodedBytes
  ) throws -> any AnimationWriter
}

extension AnimationCodec {
  /// The codec.
  public var animationCodec: (any AnimationCodec)? { self }
}

/// The pictures of an animation that is being decoded, one after another.
public protocol AnimationReader: AnyObject {
  /// The size and shape of the rows of each picture.
  var layout: RowLayout { get }

  /// The next picture: a still apart comes first, then the frames. Nil at the end, where the whole
  /// file has been read and found sound.
  ///
  /// - Precondition: the rows of the picture before were read to their end.
  /// - Throws: `CodecError`, `AllocationError`, and what the source throws.
  func next() throws -> AnimationPicture?

  /// What was odd so far and yet no error, a sentence each.
  var warnings: [String] { get }
}

/// An animation that is being encoded: for each picture `begin`, its rows, and `end`.
public protocol AnimationWriter: RowSink {
  /// Begins the next picture.
  ///
  /// - Parameter delay: nil for a still that is none of the frames, which comes first.
  func begin(_ delay: FrameDelay?)

  /// Writes the picture whose rows are there.
  ///
  /// - Parameter check: called every few rows; what it throws ends the work.
  /// - Throws: `CodecError`, `AllocationError`, and what `check` throws.
  func end(_ check: () throws -> Void) throws

  /// Writes what follows the last picture; the output is whole only after this.
  ///
  /// - Throws: `CodecError`, `AllocationError`.
  func finish() throws
}
