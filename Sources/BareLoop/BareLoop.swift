import ImageCodecs
import Raster

/// The codec calls of a batch without the batch: file after file on one thread, no queue, no budget,
/// no deadline, and each output written where it stands in the end. The benchmark holds imgbatch
/// against it, to see what all of that costs; the outputs are the same bytes. It uses nothing of
/// ImageBatch, and so counts rows by itself.
struct BareLoop {
  /// What becomes of each picture.
  enum Work {
    case resize(ResizeRequest)
    /// It is written as PNG, in its own size.
    case conversion
  }

  private let work: Work

  init(_ work: Work) { self.work = work }

  /// Works on all pictures below `input`, and mirrors its tree in `output`.
  ///
  /// - Throws: the first error there is.
  func run(_ input: String, _ output: String) async throws {
    try makeFolder(output)
    for entry in try FolderEntry.all(in: input) {
      let source = "\(input)/\(entry.name)"
      let target = "\(output)/\(entry.name)"
      if entry.isFolder {
        try await run(source, target)
      } else {
        try await convert(source, target)
      }
    }
  }

  private func convert(_ path: String, _ target: String) async throws {
    let file = try OpenFile(path)
    let source = try ByteSource(byteCount: file.byteCount) { try file.read(at: $0, into: $1) }
    let prefix = try source.read(upTo: CodecRegistry.prefixByteCount)
    source.seek(to: 0)
    guard let codec = CodecRegistry.codec(recognizing: prefix) else { return }
    let header = try codec.probe(source, limits: DecodeLimits(maximumPixelCount: .max))
    let steps = try steps(for: header)
    let format = work.format ?? header.format
    source.seek(to: 0)
    let reader = try codec.makeReader(of: source, header: header)
    let bytes = EncodedBytes()
    if steps.isEmpty, format == header.format {
      try readThrough(reader)
      source.seek(to: 0)
      try codec.copy(source, header: header, keeping: .safe, to: bytes)
    } else {
      var metadata = codec.metadata(of: header, keeping: .safe)
      metadata.orientation = .upright
      try await encode(reader, steps, as: format, metadata, to: bytes)
    }
    let name = work.format.map { target.replacingEnding(with: $0.fileExtensions[0]) } ?? target
    try writeFile(bytes.bytes, to: name)
  }

  private func steps(for header: ImageHeader) throws -> [any Transform] {
    let orientation = header.metadata.orientation
    switch work {
    case .resize(let request):
      return try request.steps(for: header.layout(), turnedBy: orientation)
    case .conversion:
      return orientation == .upright ? [] : [Orient(orientation)]
    }
  }

  private func readThrough(_ reader: any ImageReader) throws {
    let buffer = try ByteBuffer(count: reader.layout.bytesPerRow)
    for _ in 0..<reader.layout.height {
      var row = buffer.bytes.mutableBytes
      try reader.readRow(into: &row)
    }
    try reader.finish()
  }

  private func encode(
    _ reader: any ImageReader, _ steps: [any Transform], as format: ImageFormat,
    _ metadata: Metadata, to bytes: EncodedBytes
  ) async throws {
    guard let codec = CodecRegistry.codec(for: format) else { preconditionFailure() }
    let decoded = CountedRows(reader)
    var rows: any RowSource = decoded
    for step in steps { rows = try await step.rows(from: rows) }
    let storage = codec.storage(of: rows.layout.format, in: format)
    rows = try await ConvertFormat(to: storage).rows(from: rows)
    let writer = try codec.makeWriter(
      of: rows.layout, in: format, metadata: metadata, options: EncodeOptions(), output: bytes)
    let buffer = try ByteBuffer(count: rows.layout.bytesPerRow)
    for _ in 0..<rows.layout.height {
      do {
        var row = buffer.bytes.mutableBytes
        try rows.readRow(into: &row)
      }
      try writer.writeRow(UnsafeRawBufferPointer(buffer.bytes).bytes)
    }
    try decoded.finish()
    try writer.finish()
  }
}

extension BareLoop.Work {
  /// The format of the outputs; nil for the inputs' own.
  fileprivate var format: ImageFormat? {
    switch self {
    case .resize: nil
    case .conversion: .png
    }
  }
}

/// A reader's rows, counted: those that no step asked for are read all the same, since a picture is
/// sound only when all of it is.
private final class CountedRows: RowSource {
  let layout: RowLayout
  private let reader: any ImageReader
  private let readerLender: (any RowLender)?
  private var rowsLeft: Int

  init(_ reader: any ImageReader) {
    self.reader = reader
    readerLender = reader.lender
    layout = reader.layout
    rowsLeft = reader.layout.height
  }

  func readRow(into row: inout MutableRawSpan) throws {
    rowsLeft -= 1
    try reader.readRow(into: &row)
  }

  func finish() throws {
    if rowsLeft > 0 {
      let buffer = try ByteBuffer(count: layout.bytesPerRow)
      while rowsLeft > 0 {
        var row = buffer.bytes.mutableBytes
        try readRow(into: &row)
      }
    }
    try reader.finish()
  }
}

extension CountedRows: RowLender {
  var lender: (any RowLender)? { readerLender == nil ? nil : self }

  var readyRowCount: Int { readerLender?.readyRowCount ?? 0 }

  func makeRows() throws { try readerLender?.makeRows() }

  func lendRow(to body: (RawSpan) -> Void) {
    rowsLeft -= 1
    readerLender?.lendRow(to: body)
  }
}
