import ArgumentParser
import ImageBatch
import Raster
import Recipes

/// How pictures are brought to a size.
struct ResizeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The box 800x600, or 800 for a square one, 800x or x600 for one side, or 50%. "
        + "(default: \(Self.standard.size))", valueName: "size"))
  var size: SizeRequest?

  @Option(
    help: ArgumentHelp(
      "inside and outside keep the shape, cover crops, contain pads, fill distorts. "
        + "(default: \(Self.standard.fit.rawValue))",
      valueName: Fit.allValueStrings.joined(separator: "|")))
  var fit: Fit?

  @Flag(help: "Make small pictures larger, too.")
  var enlarge = false

  @Option(
    help: ArgumentHelp(
      "The resampling filter. (default: \(Self.standard.filter.rawValue))",
      valueName: ResamplingFilter.allValueStrings.joined(separator: "|")))
  var filter: ResamplingFilter?

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
        + "cover also has attention and entropy. (default: \(Self.standard.position.rawValue))",
      valueName: "position"))
  var position: Placement?

  @Option(
    help: ArgumentHelp(
      "What contain pads with, such as #ff8800 or white. (default: transparent, or black where "
        + "the picture has no alpha)", valueName: "colour"))
  var background: Colour?

  /// What is done where nothing is said.
  private static let standard = ResizeRequest(size: .box(width: 1024, height: 1024))

  private var request: ResizeRequest {
    var request = Self.standard
    if let size { request.size = size }
    if let fit { request.fit = fit }
    request.enlarges = enlarge
    if let filter { request.filter = filter }
    if linear { request.light = .linear }
    if let position {
      request.position = position.position
      request.strategy = position.strategy
    }
    request.background = background
    return request
  }

  var recipe: Recipe { Recipe(resize: request) }

  func validate() throws {
    guard request.strategy == nil || request.fit == .cover else {
      throw ValidationError("--position attention and entropy need --fit cover.")
    }
  }

  /// Whether anything differs from the defaults.
  var isSaid: Bool { size != nil || request != Self.standard }

  var notice: String? {
    size == nil ? "fit \(request.fit.rawValue) \(request.size) (the default size)" : nil
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
