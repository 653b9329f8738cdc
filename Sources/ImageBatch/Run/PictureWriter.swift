import ImageCodecs
import Raster

/// The output of a job as it is encoded: a still, or the pictures of an animation.
struct PictureWriter {
  private enum Writer {
    case still(any ImageWriter)
    case animation(any AnimationWriter)
  }

  private let writer: Writer

  /// - Throws: `CodecError`, `AllocationError`.
  init(_ conversion: Conversion, _ options: EncodeOptions, output: EncodedBytes) throws {
    let layout = conversion.outputLayout
    if let animation = conversion.animation, let codec = conversion.codec as? any AnimationCodec {
      writer = .animation(
        try codec.makeWriter(
          of: animation, layout: layout, in: conversion.format, metadata: conversion.metadata,
          options: options, output: output))
    } else {
      writer = .still(
        try conversion.codec.makeWriter(
          of: layout, in: conversion.format, metadata: conversion.metadata, options: options,
          output: output))
    }
  }

  /// Begins the next picture; a still has one.
  ///
  /// - Parameter delay: how long it is shown; nil for a still.
  func begin(_ delay: FrameDelay?) {
    if case .animation(let writer) = writer { writer.begin(delay) }
  }

  func writeRow(_ row: RawSpan) throws {
    switch writer {
    case .still(let writer): try writer.writeRow(row)
    case .animation(let writer): try writer.writeRow(row)
    }
  }

  /// Ends a picture.
  ///
  /// - Parameter check: called every few rows; what it throws ends the work.
  func end(_ check: () throws -> Void) throws {
    if case .animation(let writer) = writer { try writer.end(check) }
  }

  func finish() throws {
    switch writer {
    case .still(let writer): try writer.finish()
    case .animation(let writer): try writer.finish()
    }
  }
}
