import ImageCodecs
import Raster

/// What a camera would bring home.
enum DemoPhotos {
  static var all: [DemoFile] {
    [
      DemoFile("photos/2026/05 Alps/IMG_0412.png") {
        try photo(dawn, 2400, 1600)
      },
      DemoFile("photos/2026/05 Alps/IMG_0413 panorama.png") {
        var scene = noon
        scene.focalLength = 0.8
        return try photo(scene, 1600, 500)
      },
      DemoFile("photos/2026/05 Alps/IMG_0414 upright.png") {
        var scene = lake
        scene.horizon = 0.5
        // The camera lay on its side; the file says so.
        let upright = picture(of: scene, 640, 960)
        return try PictureFile.png(
          upright.turnedCounterclockwise, metadata: Metadata(orientation: .rotated90Clockwise))
      },
      DemoFile("photos/2026/08 Bohinj/sončni zahod.png") {
        let copyright = [UInt8]("Copyright\0Made by imgbatch's sample-images")
        return try PictureFile.png(
          picture(of: dusk, 1080, 720),
          metadata: Metadata(chunks: [.init(type: "tEXt", bytes: copyright)]))
      },
      DemoFile("photos/2026/08 Bohinj/night.png") { try photo(night, 960, 640) },
      DemoFile("photos/2026/08 Bohinj/rain raw.png") {
        try PictureFile.png(picture(of: rain, 720, 480, bitDepth: 16))
      },
    ]
  }

  /// One that has much of light and shadow, and room above it.
  static func gallery() throws -> [UInt8] { try photo(dusk, 720, 480) }

  private static let dawn = Landscape(
    seed: 3, sky: .dawn, at: SIMD2(11, 3), cameraHeight: 0.5)
  private static let noon = Landscape(
    seed: 8, sky: .noon, at: SIMD2(30, 41), cameraHeight: 0.5)
  private static let lake = Landscape(
    seed: 6, sky: .noon, at: SIMD2(56, 44), cameraHeight: 0.3)
  private static let dusk = Landscape(
    seed: 7, sky: .dusk, at: SIMD2(86, 173), cameraHeight: 0.3)
  private static let night = Landscape(
    seed: 1, sky: .moonlight, at: SIMD2(134, 104), cameraHeight: 0.3)
  private static let rain = Landscape(
    seed: 4, sky: .overcast, at: SIMD2(116, 146), cameraHeight: 0.3)

  private static func photo(_ scene: Landscape, _ width: Int, _ height: Int) throws -> [UInt8] {
    try PictureFile.png(picture(of: scene, width, height))
  }

  private static func picture(
    of scene: Landscape, _ width: Int, _ height: Int, bitDepth: Int = 8
  ) -> Picture {
    let canvas = scene.painted(width, height)
    return Picture(painted: width, height, .rgb, bitDepth: bitDepth, grain: 3) { canvas[$0, $1] }
  }
}
