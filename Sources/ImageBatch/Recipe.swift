public import ImageCodecs
public import Raster

/// What becomes of a picture on its way from IN to OUT.
public struct Recipe: Sendable {
  /// The size it is brought to; nil keeps its own.
  public var resize: ResizeRequest?

  /// The format it is written in; nil keeps its own.
  public var format: ImageFormat?

  /// Whether it is turned upright, and its orientation tag cleared.
  public var appliesOrientation = true

  /// Whether an animation stays one, where the format has animations; else its still is taken.
  public var keepsAnimations = true

  /// Which metadata is kept.
  public var metadata = MetadataPolicy.safe
  /// How much the encoder tries.
  public var encoding = EncodeOptions()

  /// A recipe; without arguments, a copy.
  public init(resize: ResizeRequest? = nil, format: ImageFormat? = nil) {
    self.resize = resize
    self.format = format
  }

  /// Whether the output for such a picture is an animation.
  func makesAnimation(of header: ImageHeader) -> Bool {
    keepsAnimations && header.animation != nil
      && CodecRegistry.codec(for: format ?? header.format) is any AnimationCodec
  }
}

/// A recipe, worked out for one picture from its header alone.
struct Conversion {
  /// The steps from the reader's rows to the writer's; none where the picture is copied.
  let steps: [any Transform]
  let codec: any ImageCodec
  let format: ImageFormat
  let outputLayout: RowLayout
  let metadata: Metadata

  /// The animation whose pictures take the steps one by one; nil for a still.
  let animation: Animation?

  /// Whether nothing about the pixels or their form changes: they are copied as they are.
  let isCopy: Bool

  /// What the output can't hold of what the input says, a sentence each.
  let warnings: [String]

  /// - Throws: `JobFailure`, `SizeOverflow`, `TransformError`.
  init(_ recipe: Recipe, header: ImageHeader, codec reader: any ImageCodec) throws {
    let orientation = recipe.appliesOrientation ? header.metadata.orientation : .upright
    var header = header
    if !recipe.makesAnimation(of: header) { header.animation = nil }
    let input = try header.frameLayout()
    // A bitmap has no shades to give: it is written as the graymap that its name says then.
    let asked = recipe.format ?? header.format
    let wanted = asked == .pbm ? .pgm : asked
    guard let writer = CodecRegistry.codec(for: wanted) else {
      throw JobFailure(stage: .encode, code: "unsupported", message: "\(wanted) cannot be written")
    }
    var steps: [any Transform] = []
    if let resize = recipe.resize {
      steps = try resize.steps(for: input, turnedBy: orientation)
    } else if orientation != .upright {
      steps = [Orient(orientation)]
    }
    isCopy = steps.isEmpty && wanted == header.format
    var layout = try steps.reduce(input) { try $1.outputLayout(for: $0) }
    let storage = writer.storage(of: layout.format, in: wanted)
    if storage != layout.format {
      steps.append(ConvertFormat(to: storage))
      layout = try RowLayout(size: layout.size, format: storage)
    }
    var metadata = reader.metadata(of: header, keeping: recipe.metadata)
    if recipe.appliesOrientation { metadata.orientation = .upright }
    self.steps = steps
    self.codec = writer
    self.format = wanted
    self.outputLayout = layout
    self.metadata = metadata
    animation = header.animation
    warnings =
      writer.writesColourSpaces
      ? []
      : metadata.chunks.map(\.type).filter { ["cICP", "iCCP"].contains($0) }.map {
        "\($0): \(wanted) has no place for a colour space, left out"
      }
  }

  /// The most bytes that a job of the recipe holds at once, known before any of them is allocated.
  ///
  /// Where the orientation has not been read yet, the dearest is counted.
  ///
  /// - Throws: what making the conversion throws; `SizeOverflow`.
  static func memoryByteCount(
    _ recipe: Recipe, header: ImageHeader, codec: any ImageCodec, inputByteCount: Int
  ) throws -> Int {
    let mayTurn = header.unread?.hasOrientation ?? false
    var header = header
    return try (mayTurn ? Orientation.allCases : [header.metadata.orientation]).reduce(0) {
      header.metadata.orientation = $1
      let conversion = try Conversion(recipe, header: header, codec: codec)
      return max(
        $0, try conversion.memoryByteCount(header: header, inputByteCount: inputByteCount))
    }
  }

  /// The most bytes that the job holds at once, known before any of them is allocated.
  ///
  /// - Throws: `SizeOverflow`.
  func memoryByteCount(header: ImageHeader, inputByteCount: Int) throws -> Int {
    var header = header
    header.animation = animation
    var layout = try header.frameLayout()
    var total = try ReadingCost.byteCount(header: header, inputByteCount: inputByteCount)
    if isCopy {
      return try total.plus(inputByteCount)
    }
    for step in steps {
      total = try total.plus(step.workingByteCount(for: layout))
      layout = try step.outputLayout(for: layout)
    }
    return try total.plus(layout.bytesPerRow).plus(writerByteCount())
      .plus(header.unread?.byteCount ?? 0)
  }

  private func writerByteCount() throws -> Int {
    guard let animation, let codec = codec as? any AnimationCodec else {
      return try codec.writerByteCount(for: outputLayout, in: format, metadata: metadata)
    }
    return try codec.writerByteCount(
      of: animation, layout: outputLayout, in: format, metadata: metadata)
  }
}

/// What reading a picture costs, whatever is done with its rows.
enum ReadingCost {
  /// The bytes of the source's buffer, the reader, the metadata, and a row of its own; for an
  /// animation those of its frames' reader.
  ///
  /// - Throws: `SizeOverflow`.
  static func byteCount(header: ImageHeader, inputByteCount: Int) throws(SizeOverflow) -> Int {
    try min(ByteSource.defaultBufferByteCount, inputByteCount)
      .plus(max(header.readerByteCount, header.animation?.readerByteCount ?? 0))
      .plus(header.metadata.byteCount.plus(header.unread?.byteCount ?? 0))
      .plus(header.frameLayout().bytesPerRow)
  }
}
