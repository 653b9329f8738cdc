public import ImageCodecs
public import Raster
public import SystemPackage

/// What becomes of a picture on its way from IN to OUT.
public struct Recipe: Sendable {
  /// What is done with it, in this order, whatever is written of it.
  public var operations: [any Operation]

  /// Whether it is turned upright, and its orientation tag cleared.
  public var appliesOrientation = true

  /// Whether an animation stays one, where the format has animations; else its still is taken.
  public var keepsAnimations = true

  /// The format it is written in; nil keeps its own.
  public var format: ImageFormat?
  /// Which metadata is kept.
  public var metadata = MetadataPolicy.safe
  /// How much the encoder tries.
  public var encoding = EncodeOptions()

  /// What is written of it, once it is decoded: one output at least.
  public var outputs = [Output()]

  /// One of the pictures that are made of one. Where it is silent, the recipe is asked.
  public struct Output: Sendable {
    /// What else is done with it.
    public var operations: [any Operation]
    /// The format it is written in.
    public var format: ImageFormat?
    /// Which metadata is kept.
    public var metadata: MetadataPolicy?
    /// How much the encoder tries.
    public var encoding: EncodeOptions?

    /// The folder below OUT that mirrors IN for it; an empty path is OUT itself.
    public var folder = FilePath()
    /// What its name gets before the ending.
    public var suffix = ""

    /// An output; without arguments, what the recipe makes.
    public init(_ operations: [any Operation] = []) { self.operations = operations }
  }

  /// A recipe; without arguments, a copy.
  public init(_ operations: [any Operation] = [], format: ImageFormat? = nil) {
    self.operations = operations
    self.format = format
  }

  /// Two outputs, by their places, that would or could have one name.
  ///
  /// One that keeps the input's format has that of any other for some input.
  public var collidingOutputs: (first: Int, second: Int)? {
    for second in outputs.indices {
      for first in outputs.indices.prefix(second)
      where outputs[first].folder == outputs[second].folder
        && outputs[first].suffix == outputs[second].suffix
      {
        let formats = [outputs[first], outputs[second]].map { $0.format ?? format }
        if formats.contains(nil) || formats[0] == formats[1] { return (first, second) }
      }
    }
    return nil
  }

  /// The animation that an output is for such a picture; nil for a still.
  func animation(_ output: Output, of header: ImageHeader) -> Animation? {
    let format = output.format ?? format ?? header.format
    return keepsAnimations && CodecRegistry.codec(for: format)?.animationCodec != nil
      ? header.animation : nil
  }

  /// A recipe that brings pictures to a size.
  public init(resize: ResizeRequest, format: ImageFormat? = nil) {
    self.init([resize], format: format)
  }
}
