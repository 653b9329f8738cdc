// swift-tools-version: 6.2
import PackageDescription

/// Whether warnings are errors, as in the Makefile and in CI.
let isStrict = Context.environment["IMGBATCH_STRICT"] != nil

/// The language that every Swift target is written in.
let houseStyle: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ] + (isStrict ? [.treatAllWarnings(as: .error)] : [])

let cStyle: [CSetting] = isStrict ? [.treatAllWarnings(as: .error)] : []

/// A folder of libraries that are linked in, in place of the shared ones of their name; see `make
/// install`.
let staticLibraries: [LinkerSetting] =
  Context.environment["IMGBATCH_STATIC_LIBRARIES"].map {
    [.unsafeFlags(["-L\($0)", "-Xclang-linker", "-static-libgcc"])]
  } ?? []

let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "imgbatch",
  products: [
    .executable(name: "imgbatch", targets: ["imgbatch"]),
    .executable(name: "sample-images", targets: ["SampleImages"]),
    .executable(name: "bare-loop", targets: ["BareLoop"]),
    .library(name: "ImageBatch", targets: ["ImageBatch"]),
    .library(name: "ImageCodecs", targets: ["ImageCodecs"]),
    .library(name: "Raster", targets: ["Raster"]),
    .library(name: "ConcurrencyPrimitives", targets: ["ConcurrencyPrimitives"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    // What only C can say.
    .target(
      name: "CPNGShim", cSettings: cStyle,
      linkerSettings: [.linkedLibrary("png"), .linkedLibrary("z")]),
    .target(name: "CLinuxShim", cSettings: cStyle),
    // libyaml, whose functions Swift can call as they are.
    .systemLibrary(name: "CYAML"),
    .target(name: "CKernels", cSettings: cStyle),

    // The arrows point down: each room knows only those below it.
    .target(
      name: "ConcurrencyPrimitives", dependencies: ["CLinuxShim"], swiftSettings: houseStyle),
    .target(
      name: "Raster", dependencies: ["ConcurrencyPrimitives", "CKernels"],
      swiftSettings: houseStyle),
    // Streams as PNG holds them, in and out.
    .target(name: "Deflate", swiftSettings: houseStyle),
    .target(
      name: "ImageCodecs", dependencies: ["Raster", "Deflate", "CKernels", "CPNGShim"],
      swiftSettings: houseStyle),
    .target(
      name: "ImageBatch",
      dependencies: [
        "ImageCodecs", "Raster", "ConcurrencyPrimitives", "CLinuxShim", systemPackage,
      ],
      swiftSettings: houseStyle),
    // What a user may write into a file, and the schema that says so.
    .target(
      name: "Configuration",
      dependencies: ["CLinuxShim", "CYAML", systemPackage],
      resources: [.embedInCode("Resources/configuration.schema.json")],
      swiftSettings: houseStyle),
    // What is done with pictures, as people write it.
    .target(
      name: "Recipes",
      dependencies: ["Configuration", "ImageBatch", "ImageCodecs", "Raster", systemPackage],
      swiftSettings: houseStyle),
    .executableTarget(
      name: "imgbatch",
      dependencies: [
        "Configuration", "Recipes", "ImageBatch", "ImageCodecs", "Raster", "ConcurrencyPrimitives",
        "CLinuxShim",
        systemPackage, .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: houseStyle, linkerSettings: staticLibraries),

    // Makes testdata/, the pictures of `make demo` and the sheet of `make gallery`.
    .executableTarget(
      name: "SampleImages", dependencies: ["Configuration", "ImageCodecs", "Raster"],
      swiftSettings: houseStyle),

    // What a batch costs beyond its codec calls, for `make bench`.
    .executableTarget(
      name: "BareLoop", dependencies: ["ImageCodecs", "Raster", "CLinuxShim"],
      swiftSettings: houseStyle, linkerSettings: staticLibraries),

    // What several of the tests need.
    .target(
      name: "TestSupport", dependencies: ["ConcurrencyPrimitives"], path: "Tests/TestSupport",
      swiftSettings: houseStyle),
    .testTarget(
      name: "ConcurrencyPrimitivesTests", dependencies: ["ConcurrencyPrimitives", "TestSupport"],
      swiftSettings: houseStyle),
    // zlib itself, the judge of our own.
    .systemLibrary(name: "CZlib", path: "Tests/CZlib"),
    .testTarget(
      name: "DeflateTests", dependencies: ["Deflate", "TestSupport", "CZlib"],
      swiftSettings: houseStyle),
    .testTarget(
      name: "RasterTests", dependencies: ["Raster", "ConcurrencyPrimitives"],
      swiftSettings: houseStyle),
    .testTarget(
      name: "ImageCodecsTests",
      dependencies: ["ImageCodecs", "Raster", "TestSupport", "CZlib"],
      swiftSettings: houseStyle),
    .testTarget(
      name: "GoldenTests", dependencies: ["ImageCodecs", "Raster", "SampleImages"],
      swiftSettings: houseStyle),
    .testTarget(
      name: "ImageBatchTests",
      dependencies: [
        "ImageBatch", "ImageCodecs", "Raster", "ConcurrencyPrimitives", "TestSupport",
        systemPackage,
      ],
      swiftSettings: houseStyle),
    .testTarget(
      name: "ConfigurationTests",
      dependencies: ["Configuration", "ConcurrencyPrimitives", "TestSupport", systemPackage],
      swiftSettings: houseStyle),
    .testTarget(
      name: "RecipesTests",
      dependencies: [
        "Recipes", "Configuration", "ImageBatch", "ImageCodecs", "Raster", "TestSupport",
        systemPackage,
      ],
      swiftSettings: houseStyle),
    .testTarget(
      name: "CommandLineTests", dependencies: ["imgbatch", "TestSupport"],
      exclude: ["Support/faults.c"],
      swiftSettings: houseStyle),
  ]
)
