import Raster

/// Sprites and icons.
enum DemoSprites {
  static var all: [DemoFile] { sprites + icons }

  private static var sprites: [DemoFile] {
    let coins = (1...4).map { number in
      DemoFile("sprites/coin/coin-\(number).png") {
        try PictureFile.png(Sprites.coin(128, phase: Float(number - 1) / 4))
      }
    }
    return coins + [
      DemoFile("sprites/heart.png") { try PictureFile.png(Sprites.heart(192)) },
      DemoFile("sprites/smoke.png") { try PictureFile.png(Sprites.smoke(256, bitDepth: 8)) },
      DemoFile("sprites/smoke 16-bit.png") {
        try PictureFile.png(Sprites.smoke(128, bitDepth: 16))
      },
      DemoFile("sprites/ui/button.png") { try PictureFile.png(Sprites.button(280, 96)) },
      DemoFile("sprites/ui/panel.png") { try PictureFile.png(Sprites.panel(400, 260)) },
      DemoFile("sprites/ui/glow.png") { try PictureFile.png(Sprites.glow(256)) },
    ]
  }

  private static var icons: [DemoFile] {
    [
      DemoFile("icons/invader-16.png") {
        Icons(seed: 1).palette(16, bitDepth: 1, Tint(0x3FBF6F), Tint(0x3FBF6F)).chunks.bytes
      },
      DemoFile("icons/invader-32.png") {
        Icons(seed: 2).palette(32, bitDepth: 2, Tint(0xE8B23A), Tint(0xC8562A)).chunks.bytes
      },
      DemoFile("icons/invader-64.png") {
        var image = Icons(seed: 3).palette(64, bitDepth: 4, Tint(0x7ED0F0), Tint(0x2A4CA8))
        image.isInterlaced = true
        return image.chunks.bytes
      },
      DemoFile("icons/invader-128.png") {
        Icons(seed: 4).palette(128, bitDepth: 8, Tint(0xF59AC0), Tint(0x6A2390)).chunks.bytes
      },
      DemoFile("icons/invaders.png") { Icons.sheet(columns: 8, rows: 6, cell: 36).chunks.bytes },
      DemoFile("icons/ball.png") { ball(48).chunks.bytes },
    ]
  }

  /// A ball on magenta, which is declared transparent, as programs of old did it.
  private static func ball(_ side: Int) -> PNGImage {
    let radius = Float(side) / 2 - 2
    let picture = Sprites.painted(side, side, .rgb) { point in
      let isInside = Shape.circle(point, radius: radius) < 0
      let light = 1 - (point + radius * 0.35).length / (radius * 1.6)
      return [isInside ? Tint(0x20408A).mixed(with: Tint(0xE8F4FF), light) : Tint(0xFF00FF)]
    }
    var image = PNGImage(picture)
    image.key = [255, 0, 255]
    image.blockKind = .fixed
    return image
  }
}
