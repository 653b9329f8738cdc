public import ArgumentParser
public import Configuration
public import ImageCodecs
public import Raster
public import Recipes

// The words of the library as words of the command line.

/// One word of several: the cases, by their raw values.
///
/// The parser would make these lists as well, but asks the runtime about each type for that, whose
/// answers take 10 µs each. To describe the default of such an option it asks for two at once, another
/// 20 µs of the 5 ms that one icon takes: so the options are optional, and their help says it.
public protocol WordArgument: ExpressibleByArgument, CaseIterable, RawRepresentable
where RawValue == String {}

extension WordArgument {
  /// The words.
  public static var allValueStrings: [String] { allCases.map(\.rawValue) }

  /// The words say it all.
  public static var allValueDescriptions: [String: String] { [:] }
}

extension Fit: WordArgument {}
extension ResamplingFilter: WordArgument {}
extension MetadataPolicy: WordArgument {}
extension LogLevel: WordArgument {}
extension SizeRequest: ExpressibleByArgument {}
extension Placement: ExpressibleByArgument {}

/// A colour: `#rrggbb`, `white`, `transparent`.
extension Colour: ExpressibleByArgument {}

extension WorkerCount: ExpressibleByArgument {
  /// Reads it as it stands on the command line.
  public init?(argument: String) { self.init(argument) }
}

extension MemoryBudget: ExpressibleByArgument {
  /// Reads it as it stands on the command line.
  public init?(argument: String) { self.init(argument) }
}

extension PixelCount: ExpressibleByArgument {
  /// Reads it as it stands on the command line.
  public init?(argument: String) { self.init(argument) }
}

extension TimeLimit: ExpressibleByArgument {
  /// Reads it as it stands on the command line.
  public init?(argument: String) { self.init(argument) }
}

extension JobRate: ExpressibleByArgument {
  /// Reads it as it stands on the command line.
  public init?(argument: String) { self.init(argument) }
}

extension ByteRate: ExpressibleByArgument {
  /// Reads it as it stands on the command line.
  public init?(argument: String) { self.init(argument) }
}

/// A format that can be written.
struct FormatArgument: ExpressibleByArgument {
  let format: ImageFormat

  init?(argument: String) {
    guard let format = ImageFormat.writable.first(where: { $0.name == argument.lowercased() })
    else {
      return nil
    }
    self.format = format
  }

  static var allValueStrings: [String] { ImageFormat.writable.map(\.name) }
}
