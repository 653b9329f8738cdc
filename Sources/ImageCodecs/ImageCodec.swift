public import Raster

/// A codec: bytes to rows, and rows to bytes, for one family of formats.
///
/// A codec is a value without state; what a picture needs lives in its reader or writer.
public protocol ImageCodec: Sendable {
  /// The formats that it reads and writes.
  var formats: [ImageFormat] { get }

  /// Whether a file that starts with `prefix` is one of its own.
  ///
  /// - Parameter prefix: the first bytes of the file, at most `CodecRegistry.prefixByteCount`.
  func recognizes(_ prefix: [UInt8]) -> Bool

  /// Reads the header, and the metadata that is worth keeping, from the start of `source`.
  ///
  /// It allocates no pixels, and inflates nothing that it does not need.
  ///
  /// - Throws: `CodecError`, `SizeOverflow`, and what the source throws.
  func probe(_ source: ByteSource, limits: DecodeLimits) throws -> ImageHeader

  /// A reader of the rows of the picture in `source`.
  ///
  /// - Parameter header: what `probe` told of the same source.
  /// - Throws: `CodecError`, `AllocationError`, and what the source throws.
  func makeReader(of source: ByteSource, header: ImageHeader) throws -> any ImageReader

  /// The format that rows of `pixelFormat` must have to be written as `format`, one of `formats`.
  func storage(of pixelFormat: PixelFormat, in format: ImageFormat) -> PixelFormat

  /// The most bytes that writing such a picture holds at once: the encoder's own, and all of the
  /// output.
  ///
  /// - Throws: `SizeOverflow`.
  func writerByteCount(
    for layout: RowLayout, in format: ImageFormat, metadata: Metadata, options: EncodeOptions
  ) throws -> Int

  /// A writer of rows of `layout`, whose pixel format is its own storage in `format`.
  ///
  /// - Parameters:
  ///   - metadata: all of it is written as far as the format can hold it; policy is the caller's.
  ///   - output: where the bytes go.
  /// - Throws: `CodecError`, `AllocationError`.
  func makeWriter(
    of layout: RowLayout, in format: ImageFormat, metadata: Metadata, options: EncodeOptions,
    output: EncodedBytes
  ) throws -> any ImageWriter

  /// Itself, where its pictures may be animations; nil for a codec of stills.
  var animationCodec: (any AnimationCodec)? { get }

  /// Whether it knows several ways to store the same pixels, and can look for the smallest.
  var optimizes: Bool { get }

  /// What of `metadata` pixels of that form cannot have with them in `format` and would need, a
  /// sentence for each colour space: without it, the samples mean something else.
  func losses(
    of metadata: Metadata, in format: ImageFormat, _ pixelFormat: PixelFormat
  ) -> [String]

  /// The metadata of `header` that an output keeps whose pixels changed.
  func metadata(of header: ImageHeader, keeping policy: MetadataPolicy) -> Metadata

  /// Copies a picture whose pixels need no change, without decoding it: its pixel data byte for
  /// byte, its metadata as the policy says. The caller has read it to its end before, without an
  /// error.
  ///
  /// - Throws: `CodecError`, `AllocationError`, and what the source throws.
  func copy(
    _ source: ByteSource, header: ImageHeader, keeping policy: MetadataPolicy,
    to output: EncodedBytes
  ) throws
}

extension ImageCodec {
  /// Most know stills alone.
  public var animationCodec: (any AnimationCodec)? { nil }

  /// Most know one way.
  public var optimizes: Bool { false }

  /// All colour spaces, as formats have it that have no place for one.
  func losses(
    of metadata: Metadata, in format: ImageFormat, _ pixelFormat: PixelFormat
  ) -> [String] {
    metadata.chunks.map(\.type).filter { ["cICP", "iCCP"].contains($0) }.map {
      "\($0): \(format) has no place for a colour space, left out"
    }
  }
}

/// The rows of a picture that is being decoded.
public protocol ImageReader: RowSource {
  /// Reads what follows the last row, and checks it: a picture is whole only after this.
  ///
  /// - Throws: `CodecError`, and what the source throws.
  func finish() throws

  /// What was odd so far and yet no error, a sentence each.
  var warnings: [String] { get }
}

/// A picture that is being encoded.
public protocol ImageWriter: RowSink {
  /// Writes what follows the last row; the output is whole only after this.
  ///
  /// - Throws: `CodecError`, `AllocationError`.
  func finish() throws

  /// The same, where `check` is asked now and then whether it may go on.
  ///
  /// - Throws: what `check` throws, too.
  func finish(checking check: () throws -> Void) throws
}

extension ImageWriter {
  /// Asks nothing, as most have little left to do.
  public func finish(checking check: () throws -> Void) throws { try finish() }
}

/// How much an encoder tries.
public struct EncodeOptions: Hashable, Sendable {
  /// 0 (fastest) to 12 (smallest).
  public var compression: Int

  /// Whether a picture may be stored in another form than its rows have, as long as every pixel
  /// stays what it is: without an alpha that is full everywhere, for example.
  public var reducesColours: Bool

  /// How many ways are tried for the fewest bytes, 0 to 6, whatever `compression` says; nil to try
  /// none. It takes the whole picture in memory. Formats that know only one way take it.
  public var optimization: Int?

  /// - Precondition: `compression` is in 0...12, `optimization` in 0...6.
  public init(compression: Int = 6, reducesColours: Bool = true, optimization: Int? = nil) {
    precondition((0...12).contains(compression))
    precondition((0...6).contains(optimization ?? 0))
    self.compression = compression
    self.reducesColours = reducesColours
    self.optimization = optimization
  }
}
