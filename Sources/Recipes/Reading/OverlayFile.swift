import ImageBatch
import ImageCodecs
import Raster
import SystemPackage

extension OverlayPicture {
  /// Reads a picture from a file, whole and once: every job looks at the same.
  ///
  /// - Throws: why it can't be had.
  static func reading(
    _ path: FilePath
  ) throws(OperationDescription.Refusal) -> OverlayPicture {
    do {
      let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
      return try file.closeAfter { try reading(file) }
    } catch {
      throw OperationDescription.Refusal(reason: "\(path.escaped): \(error)")
    }
  }

  private static func reading(_ file: FileDescriptor) throws -> OverlayPicture {
    // A pipe has no end to be asked for, and is refused by that.
    let source = try ByteSource(byteCount: Int(try file.seek(offset: 0, from: .end))) {
      try file.read(fromAbsoluteOffset: Int64($0), into: $1)
    }
    let prefix = try source.read(upTo: CodecRegistry.prefixByteCount)
    guard let codec = CodecRegistry.codec(recognizing: prefix) else {
      throw OperationDescription.Refusal(reason: "no image that can be read")
    }
    source.seek(to: 0)
    let header = try codec.probe(source, limits: DecodeLimits())
    guard header.metadata.orientation == .upright else {
      throw OperationDescription.Refusal(
        reason: "its orientation tag says that it is to be turned; 'imgbatch convert' does so")
    }
    source.seek(to: 0)
    let reader = try codec.makeReader(of: source, header: header)
    let picture = try OverlayPicture(collecting: reader)
    try reader.finish()
    return picture
  }
}
