import ImageCodecs
import Raster

/// Scans, screenshots, charts and renderings.
enum DemoDrawings {
  static var all: [DemoFile] { scans + charts }

  private static var scans: [DemoFile] {
    let pages = (1...2).map { number in
      DemoFile("scans/letter, page \(number).png") {
        page(1240, 1754, seed: UInt64(number), bitDepth: 1).chunks.bytes
      }
    }
    return pages + [
      DemoFile("scans/receipt.png") { page(420, 980, seed: 5, bitDepth: 4).chunks.bytes },
      DemoFile("screenshots/terminal.png") {
        let canvas = Writing.terminal(1280, 720)
        return try PictureFile.png(Picture(painted: 1280, 720, .rgb) { canvas[$0, $1] })
      },
    ]
  }

  private static var charts: [DemoFile] {
    let seahorses = SIMD2(-0.7436, 0.1318)
    return [
      DemoFile("charts/zone plate.png") { try PictureFile.png(TestCharts.zonePlate(1024)) },
      DemoFile("charts/gradient 16-bit.png") {
        try PictureFile.png(TestCharts.gradient(1024, 256))
      },
      DemoFile("renders/mandelbrot.png") {
        try PictureFile.png(
          TestCharts.mandelbrot(960, 640, centre: seahorses, viewWidth: 0.012))
      },
      DemoFile("renders/mandelbrot.qoi") {
        try PictureFile.bytes(
          of: TestCharts.mandelbrot(480, 320, centre: SIMD2(-0.6, 0), viewWidth: 3.3), as: .qoi)
      },
      DemoFile("renders/height map.pgm") {
        try PictureFile.bytes(of: TestCharts.heightMap(400), as: .pgm)
      },
    ]
  }

  /// A page of writing, as few bits as a scanner would give it.
  private static func page(_ width: Int, _ height: Int, seed: UInt64, bitDepth: Int) -> PNGImage {
    let canvas = Writing.page(width, height, seed: seed, ink: Tint(gray: 0), paper: Tint(gray: 1))
    var image = PNGImage(
      Picture(painted: width, height, .gray, bitDepth: bitDepth) { canvas[$0, $1] })
    image.blockKind = .fixed
    image.rowFilters = [.none]
    return image
  }
}
