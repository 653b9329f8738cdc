extension TestPNG {
  /// A picture of each colour type and depth, with and without transparency.
  static func kinds(_ width: Int, _ height: Int, isInterlaced: Bool = false) -> [TestPNG] {
    var kinds: [TestPNG] = []
    func add(_ colourType: Int, _ bitDepth: Int, _ change: (inout TestPNG) -> Void = { _ in }) {
      var png = TestPNG(
        width: width, height: height, bitDepth: bitDepth, colourType: colourType,
        isInterlaced: isInterlaced, seed: UInt64(100 * colourType + bitDepth))
      change(&png)
      kinds.append(png)
    }
    for depth in [1, 2, 4, 8, 16] {
      add(0, depth)
      add(0, depth) { png in
        // The high bits do not count and are set to prove it.
        let key = png.samples[0] | (depth < 16 ? 0xF000 : 0)
        png.transparency = [UInt8(key >> 8), UInt8(key & 0xFF)]
      }
    }
    for depth in [8, 16] {
      add(2, depth)
      add(2, depth) { png in
        png.transparency = png.samples.prefix(3).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
      }
      add(4, depth)
      add(6, depth)
    }
    for depth in [1, 2, 4, 8] {
      let colours = (0..<3 << depth).map { UInt8($0 * 37 & 0xFF) }
      let grays = (0..<3 << depth).map { UInt8($0 / 3 * 85 & 0xFF) }
      for palette in [colours, grays] {
        add(3, depth) { $0.palette = palette }
        add(3, depth) {
          $0.palette = palette
          $0.transparency = [0, 128]
        }
      }
    }
    return kinds
  }

  var label: String {
    "colour type \(colourType), \(bitDepth) bits"
      + (transparency == nil ? "" : ", tRNS") + (isInterlaced ? ", interlaced" : "")
  }
}
