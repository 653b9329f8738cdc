import ArgumentParser
import ImageBatch
import Raster
import Recipes

/// How pictures are brought to a size.
struct ResizeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The box 800x600, or 800 for a square one, 800x or x600 for one side, or 50%.",
      valueName: "size"))
  var size: SizeRequest?

  @Option(
    help: ArgumentHelp(
      "inside and outside keep the shape, cover crops, contain pads, fill distorts.",
      valueName: Fit.allValueStrings.joined(separator: "|")))
  var fit = Fit.inside

  @Flag(help: "Make small pictures larger, too.")
  var enlarge = false

  @Option(
    help: ArgumentHelp(
      "The resampling filter.",
      valueName: ResamplingFilter.allValueStrings.joined(separator: "|")))
  var filter = ResamplingFilter.lanczos3

  @Flag(
    help: ArgumentHelp(
      "Mix pixels in linear light: slower, and fine patterns keep their brightness.",
      discussion: """
        By the curve of sRGB, unless the picture says another: a power in gAMA, cICP or a profile. \
        Where its curve is of another kind, sRGB's is taken, with a warning.
        """))
  var linear = false

  @Option(
    help: ArgumentHelp(
      "What cover keeps and where contain puts the picture: centre, top, bottom-left and so on; "
        + "cover also has attention and entropy.", valueName: "position"))
  var position = Placement.position(.centre)

  @Option(
    help: ArgumentHelp(
      "What contain pads with, such as #ff8800 or white. (default: transparent, or black where "
        + "the picture has no alpha)", valueName: "colour"))
  var background: Colour?

  /// The size where none is given.
  static let defaultSize = SizeRequest.box(width: 1024, height: 1024)

  var recipe: Recipe {
    Recipe(
      resize: ResizeRequest(
        size: size ?? Self.defaultSize, fit: fit, enlarges: enlarge, filter: filter,
        light: linear ? .linear : .encoded, position: position.position,
        strategy: position.strategy, background: background))
  }

  func validate() throws {
    guard position.strategy == nil || fit == .cover else {
      throw ValidationError("--position attention and entropy need --fit cover.")
    }
  }

  /// Whether anything differs from the defaults.
  var isSaid: Bool {
    size != nil
      || recipe.operations.first as? ResizeRequest != ResizeRequest(size: Self.defaultSize)
  }

  var notice: String? {
    size == nil ? "fit \(fit.rawValue) \(Self.defaultSize) (the default size)" : nil
  }
}

struct ResizeCommand: ParsableCommand, StandingConversion {
  static let configuration = CommandConfiguration(
    command: "resize",
    abstract: "Resize pictures; the tree of IN is mirrored in OUT.",
    discussion: """
      Examples:
        imgbatch resize ./in ./out --workers 4
        imgbatch resize ./in ./out --size 800x600 --fit cover
        imgbatch resize photo.png small.png --size 50%
      """)

  @OptionGroup(title: "Sizes and resampling") var resize: ResizeOptions
  @OptionGroup var conversion: ConversionOptions

  @Flag(name: [.customShort("n"), .long], help: "Only tell what would be done.")
  var dryRun = false

  func recipe() -> Recipe { resize.recipe }
  var notice: String? { resize.notice }
  func run() throws { try convert { $0.isDryRun = dryRun } }
}
