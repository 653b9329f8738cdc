import ImageCodecs
import Raster

/// A recipe, worked out for one picture from its header alone; what turns out otherwise while rows
/// flow, it takes over.
///
/// An object, as the stages of a job hand it on: copies of its many parts took 1 % of a sprite's time.
final class Conversion {
  /// From the reader's rows to where the outputs part; without a step where there is one output,
  /// whose rows flow from the reader to the writer.
  private(set) var trunk: Chain
  private(set) var trunkForecast: Chain.Forecast

  /// The outputs.
  let branches: [Branch]

  /// The picture, with its animation where an output is one: what is made of none need not be read.
  let header: ImageHeader

  /// What was taken for what the input says, and is not quite that, a sentence each.
  private(set) var warnings: [String]

  /// On the way to one output.
  final class Branch {
    /// The animation whose pictures take the steps one by one; nil for a still.
    let animation: Animation?

    /// What comes to it.
    fileprivate var input: RowLayout

    fileprivate(set) var chain: Chain
    fileprivate(set) var forecast: Chain.Forecast
    let codec: any ImageCodec
    let format: ImageFormat
    let metadata: Metadata
    let policy: MetadataPolicy
    let encoding: EncodeOptions

    /// Whether nothing about the pixels or their form changes: they are copied as they are.
    let isCopy: Bool

    /// Whether nothing changes about the pixels, which are written in fewer bytes if that can be, and
    /// copied if not.
    let isOptimization: Bool

    /// What the output can't hold of what the input says, a sentence each.
    var warnings: [String] {
      let losses = codec.losses(of: metadata, in: format, outputLayout.format)
      guard let lostAnimation else { return losses }
      let kept = lostAnimation.hasStillApart ? "its still" : "its first frame"
      return losses + ["an animation: only \(kept) is kept"]
    }

    /// What the picture moves by, where that was not to be given up, and is.
    fileprivate let lostAnimation: Animation?

    /// What is written; for operations that depend on the pixels the largest that can come out.
    var outputLayout: RowLayout { forecast.layout }

    fileprivate init(
      _ output: Recipe.Output, _ animation: Animation?, of recipe: Recipe,
      from trunk: Chain.Forecast, turnedBy orientation: Orientation, header: ImageHeader,
      codec reader: any ImageCodec
    ) throws {
      // A bitmap has no shades to give: it is written as the graymap that its name says then.
      let asked = output.format ?? recipe.format ?? header.format
      format = asked == .pbm ? .pgm : asked
      guard let writer = CodecRegistry.codec(for: format) else {
        throw JobFailure(
          stage: .encode, code: "unsupported", message: "\(format) cannot be written")
      }
      codec = writer
      chain = Chain(
        output.operations + [Storing(codec: writer, format: format)], turnedBy: orientation)
      self.animation = animation
      // The frames may have an alpha that the still has not.
      input =
        try animation.map { try RowLayout(size: trunk.layout.size, format: $0.pixelFormat) }
        ?? trunk.layout
      forecast = try chain.forecast(for: input)
      if animation != nil, let step = forecast.steps.first(where: \.dependsOnPixels) {
        throw JobFailure(
          stage: .transform, code: "animation",
          message:
            "\("\(type(of: step))".lowercased()): not for animations, whose frames would differ "
            + "in size; use --first-frame")
      }
      policy = output.metadata ?? recipe.metadata
      encoding = output.encoding ?? recipe.encoding
      let isUnchanged = trunk.isEmpty && forecast.isEmpty && format == header.format
      isOptimization =
        isUnchanged && encoding.optimization != nil && writer.optimizes && animation == nil
      isCopy = isUnchanged && !isOptimization
      var metadata = reader.metadata(of: header, keeping: policy)
      if recipe.appliesOrientation { metadata.orientation = .upright }
      if trunk.swapsSides != forecast.swapsSides { metadata.swapSides() }
      self.metadata = metadata
      lostAnimation = animation == nil && recipe.keepsAnimations ? header.animation : nil
    }
  }

  /// - Throws: `JobFailure`, `SizeOverflow`, `TransformError`.
  init(_ recipe: Recipe, header: ImageHeader, codec reader: any ImageCodec) throws {
    precondition(!recipe.outputs.isEmpty, "a recipe without an output")
    let transfer = header.transfer(for: recipe)
    let recipe = transfer.map { recipe.taking($0.function) } ?? recipe
    let orientation = recipe.appliesOrientation ? header.metadata.orientation : .upright
    let animations = recipe.outputs.map { recipe.animation($0, of: header) }
    var kept = header
    kept.animation = animations.compactMap { $0 }.first
    if let fault = kept.animation?.fault { throw JobFailure(.decode, fault) }
    self.header = kept
    let isShared =
      recipe.outputs.count > 1 && !recipe.operations.isEmpty && kept.animation == nil
    trunk = Chain(
      isShared ? recipe.operations : [], turnedBy: isShared ? orientation : .upright)
    let trunkForecast = try trunk.forecast(for: try header.layout())
    self.trunkForecast = trunkForecast
    branches = try zip(recipe.outputs, animations).map { output, animation in
      var output = output
      if !isShared { output.operations = recipe.operations + output.operations }
      return try Branch(
        output, animation, of: recipe, from: trunkForecast,
        turnedBy: isShared ? .upright : orientation, header: header, codec: reader)
    }
    warnings = []
    if let reservation = transfer?.reservation, mixesLight { warnings = [reservation] }
  }

  /// Whether a step really does; an operation that leaves a picture as it is has none.
  private var mixesLight: Bool {
    (trunkForecast.steps + branches.flatMap(\.forecast.steps)).contains {
      ($0 as? Resample)?.transfer != nil
    }
  }

  /// Whether all outputs are copies, for which no rows are needed.
  var isCopy: Bool { branches.allSatisfy(\.isCopy) }

  /// Whether the rows of the trunk are held, because several outputs are made of them.
  ///
  /// Rows could be handed to all outputs as they come, but for one that asks for its next row others
  /// may have to take as many as the picture has; how many is known to no transform. One decoding for
  /// each output would hold less, and take longer. It is what an animation gets, of which all frames
  /// would have to be held.
  var holdsTrunk: Bool { branches.count > 1 && !isCopy && header.animation == nil }

  /// Whether all is read for the sake of copies, as nothing else tells whether they are sound.
  var isReadThrough: Bool { !holdsTrunk && branches.contains(where: \.isCopy) }

  /// Goes on with what an operation of the trunk really gave.
  func take(trunk chain: Chain) throws {
    trunk = chain
    trunkForecast = try chain.forecast(for: try header.layout())
    for index in branches.indices {
      branches[index].input = trunkForecast.layout
      branches[index].forecast = try branches[index].chain.forecast(for: trunkForecast.layout)
    }
  }

  /// Goes on with what an operation of a branch really gave.
  func take(_ chain: Chain, ofBranch index: Int) throws {
    branches[index].chain = chain
    branches[index].forecast = try chain.forecast(for: branches[index].input)
  }

  /// The recipe, worked out with each orientation that the file may turn out to have: one, unless it
  /// has not been read yet.
  ///
  /// - Throws: what making a conversion throws.
  static func possibilities(
    _ recipe: Recipe, header: ImageHeader, codec: any ImageCodec
  ) throws -> [Conversion] {
    try header.possibilities.map { try Conversion(recipe, header: $0, codec: codec) }
  }

  /// The most bytes that the job holds at once, known before any of them is allocated.
  ///
  /// Outputs are made one after the other: the room for steps and rows is that of the dearest. But
  /// all are held until the last one is complete.
  ///
  /// - Throws: `SizeOverflow`.
  func memoryByteCount(inputByteCount: Int) throws -> Int {
    var total = try ReadingCost.byteCount(header: header, inputByteCount: inputByteCount)
      .plus(trunkForecast.workingByteCount)
    if holdsTrunk { total = try total.plus(trunkForecast.layout.byteCount) }
    var dearest = 0
    for branch in branches {
      if branch.isCopy || branch.isOptimization {
        total = try total.plus(inputByteCount)
      }
      if !branch.isCopy {
        total = try total.plus(header.unread?.byteCount ?? 0)
          .plus(PictureWriter.byteCount(for: branch))
        dearest = max(
          dearest,
          try branch.forecast.workingByteCount.plus(RowBand.byteCount(for: branch.outputLayout)))
      }
    }
    return try total.plus(dearest)
  }
}

extension [Conversion] {
  /// The most bytes that a job holds at once, whichever of them it turns out to be.
  ///
  /// - Throws: `SizeOverflow`.
  func memoryByteCount(inputByteCount: Int) throws -> Int {
    try reduce(0) { Swift.max($0, try $1.memoryByteCount(inputByteCount: inputByteCount)) }
  }
}

/// Brings rows into a format that the output can hold.
private struct Storing: Operation {
  let codec: any ImageCodec
  let format: ImageFormat

  func steps(for input: RowLayout) -> [any Transform] {
    let storage = codec.storage(of: input.format, in: format)
    return storage == input.format ? [] : [ConvertFormat(to: storage)]
  }
}
