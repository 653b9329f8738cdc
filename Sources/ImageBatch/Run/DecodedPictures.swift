import ConcurrencyPrimitives
import ImageCodecs
import Raster

/// The pictures of a file within a job: the frames of an animation, or a still alone.
final class DecodedPictures {
  /// Where they come from.
  private enum Reader {
    case still(any ImageReader, isGiven: Bool)
    case animation(any AnimationReader)
  }

  private let header: ImageHeader
  private let trace: JobTrace
  private let clock: JobDeadline
  private var reader: Reader
  private var rows: DecodedRows?

  /// A picture, and how long it is shown; nil for a still.
  struct Picture {
    let rows: DecodedRows
    let delay: FrameDelay?
  }

  /// The pictures of the header's animation; without one, the still.
  init(
    _ codec: any ImageCodec, _ source: ByteSource, _ header: ImageHeader, _ trace: JobTrace,
    _ clock: JobDeadline
  ) throws {
    self.header = header
    self.trace = trace
    self.clock = clock
    source.seek(to: 0)
    reader = try trace.perform(.decode) {
      if let animation = header.animation, let codec = codec.animationCodec {
        return .animation(try codec.makeReader(of: animation, in: source, header: header))
      }
      return .still(try codec.makeReader(of: source, header: header), isGiven: false)
    }
  }

  /// The next picture; nil at the end, where all of the file has been read and found sound.
  func next() throws -> Picture? {
    try rows?.readRest()
    rows = nil
    return try trace.perform(.decode) {
      switch reader {
      case .still(let reader, isGiven: true):
        try reader.finish()
        return nil
      case .still(let reader, isGiven: false):
        self.reader = .still(reader, isGiven: true)
        return try picture(of: reader, nil)
      case .animation(let reader):
        return try reader.next().map { try picture(of: $0.rows, $0.delay) }
      }
    }
  }

  private func picture(of source: any RowSource, _ delay: FrameDelay?) throws -> Picture {
    let rows = try DecodedRows(source, trace, clock)
    self.rows = rows
    return Picture(rows: rows, delay: delay)
  }

  /// What was odd in the file and yet no error.
  var warnings: [String] {
    switch reader {
    case .still(let reader, _): header.warnings + reader.warnings
    case .animation(let reader): header.warnings + reader.warnings
    }
  }
}
