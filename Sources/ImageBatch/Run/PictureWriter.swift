import ImageCodecs
import Raster

/// The output of a job as it is encoded: a still, or the pictures of an animation.
struct PictureWriter {
  private enum Writer {
    case still(any ImageWriter)
    case animation(any AnimationWriter)
  }

  private let writer: Writer

  /// - Parameter layout: that of the rows that really come.
  /// - Throws: `CodecError`, `AllocationError`.
  init(_ branch: Conversion.Branch, _ layout: RowLayout, output: EncodedBytes) throws {
    if let (animation, codec) = Self.animation(of: branch) {
      writer = .animation(
        try codec.makeWriter(
          of: animation, layout: layout, in: branch.format, metadata: branch.metadata,
          options: branch.encoding, output: output))
    } else {
      writer = .still(
        try branch.codec.makeWriter(
          of: layout, in: branch.format, metadata: branch.metadata, options: branch.encoding,
          output: output))
    }
  }

  /// The most bytes that writing holds, all of the output included.
  ///
  /// - Throws: `SizeOverflow`.
  static func byteCount(for branch: Conversion.Branch) throws -> Int {
    if let (animation, codec) = animation(of: branch) {
      return try codec.writerByteCount(
        of: animation, layout: branch.outputLayout, in: branch.format, metadata: branch.metadata,
        options: branch.encoding)
    }
    return try branch.codec.writerByteCount(
      for: branch.outputLayout, in: branch.format, metadata: branch.metadata,
      options: branch.encoding)
  }

  private static func animation(
    of branch: Conversion.Branch
  ) -> (Animation, any AnimationCodec)? {
    guard let animation = branch.animation, let codec = branch.codec.animationCodec else {
      return nil
    }
    return (animation, codec)
  }

  /// Begins the next picture; a still has one.
  ///
  /// - Parameter delay: how long it is shown; nil for a still.
  func begin(_ delay: FrameDelay?) {
    if case .animation(let writer) = writer { writer.begin(delay) }
  }

  /// What takes the picture's rows.
  var rows: any RowSink {
    switch writer {
    case .still(let writer): writer
    case .animation(let writer): writer
    }
  }

  /// Ends a picture.
  ///
  /// - Parameter check: called every few rows; what it throws ends the work.
  func end(_ check: () throws -> Void) throws {
    if case .animation(let writer) = writer { try writer.end(check) }
  }

  /// Writes what follows the last picture.
  ///
  /// - Parameter check: asked now and then; what it throws ends the work.
  func finish(_ check: () throws -> Void) throws {
    switch writer {
    case .still(let writer): try writer.finish(checking: check)
    case .animation(let writer): try writer.finish()
    }
  }
}
