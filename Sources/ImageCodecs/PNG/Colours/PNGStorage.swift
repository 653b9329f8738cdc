import Raster

/// How a picture's pixels are stored: what IHDR, PLTE and tRNS say.
struct PNGStorage: Equatable, Sendable {
  let picture: PNGPictureHeader

  /// The palette: three bytes an entry, those with alpha first.
  var palette: [UInt8] = []

  /// The contents of tRNS; empty for none.
  var transparency: [UInt8] = []

  /// The palette's colours in their order, as `ColourTable` has them.
  private(set) var colours: [UInt32] = []

  /// As the rows come.
  init(asIs layout: RowLayout) {
    picture = PNGPictureHeader(writing: layout)
  }

  private init(
    _ layout: RowLayout, _ colourType: PNGPictureHeader.ColourType, bitDepth: Int
  ) {
    picture = PNGPictureHeader(
      size: layout.size, bitDepth: bitDepth, colourType: colourType, isInterlaced: false)
  }

  /// A census of rows that will be stored with that metadata.
  static func census(of layout: RowLayout, _ metadata: Metadata) -> ColourCensus {
    ColourCensus(
      of: layout,
      keepsColour: metadata.chunks.contains {
        $0.type == "iCCP" && ICCProfile.suits(chunk: $0.bytes, hasColour: layout.format.hasColour)
      })
  }

  /// The one that holds every pixel of the rows that were counted in what seem the fewest bytes.
  ///
  /// - Parameter key: the one colour of the pixels with alpha 0, where no opaque pixel has it; red,
  ///   green and blue, or gray alone, in the samples' own depth.
  init(_ layout: RowLayout, _ census: ColourCensus, key: [UInt16]?) {
    let changeCount = census.changeCount
    self =
      Self.candidates(for: layout, census, key: key).min {
        $0.estimatedByteCount(changeCount: changeCount)
          < $1.estimatedByteCount(changeCount: changeCount)
      } ?? PNGStorage(asIs: layout)
  }

  /// Those that hold every pixel: by samples, and by a palette where the colours are few.
  static func candidates(
    for layout: RowLayout, _ census: ColourCensus, key: [UInt16]?
  ) -> [PNGStorage] {
    let isGray = !layout.format.hasColour || census.isGray
    let isOpaque = !layout.format.hasAlpha || census.isOpaque
    let depth = layout.format.depth == .eight || census.fitsEightBits ? 8 : 16
    var direct: PNGStorage
    if isOpaque || key != nil {
      let grayDepth = census.colours.map { Self.grayDepth(of: $0) } ?? depth
      direct = PNGStorage(layout, isGray ? .gray : .rgb, bitDepth: isGray ? grayDepth : depth)
      if !isOpaque, let key {
        // Of a sample as many bits as stand in the file.
        let shift = UInt16(layout.format.depth.rawValue - direct.picture.bitDepth)
        let stored = key.map { $0 >> shift }
        direct.transparency = stored.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
      }
    } else {
      direct = PNGStorage(layout, isGray ? .grayAlpha : .rgba, bitDepth: depth)
    }
    guard census.allowsPalette, let colours = census.colours else { return [direct] }
    return [direct, PNGStorage(layout, palette: colours)]
  }

  /// The same with its palette in other orders: neighbours in the palette are closer to each other
  /// in the picture then, and may filter to small differences. Nothing without a palette.
  var otherOrders: [PNGStorage] {
    guard picture.colourType == .palette, colours.count > 2 else { return [] }
    func luma(_ colour: UInt32) -> UInt32 {
      299 * (colour & 0xFF) + 587 * (colour >> 8 & 0xFF) + 114 * (colour >> 16 & 0xFF)
    }
    let byLuma = colours.sorted { (luma($0), $0) < (luma($1), $1) }
    return [PNGStorage(picture, palette: byLuma)].filter { $0 != self }
  }

  /// A palette of those colours.
  private init(_ layout: RowLayout, palette colours: [UInt32]) {
    let picture = PNGPictureHeader(
      size: layout.size, bitDepth: ColourCensus.indexBitCount(colours.count),
      colourType: .palette, isInterlaced: false)
    self.init(picture, palette: colours)
  }

  private init(_ picture: PNGPictureHeader, palette colours: [UInt32]) {
    self.picture = picture
    // Those with alpha first, in their order.
    self.colours = colours.filter { $0 >> 24 != 255 } + colours.filter { $0 >> 24 == 255 }
    palette.reserveCapacity(3 * colours.count)
    for colour in self.colours {
      for shift: UInt32 in [0, 8, 16] {
        palette.append(UInt8(truncatingIfNeeded: colour >> shift))
      }
    }
    transparency = self.colours.map { UInt8(truncatingIfNeeded: $0 >> 24) }
    transparency.removeAll { $0 == 255 }
  }

  /// About how many bytes the picture takes.
  ///
  /// A pixel like the one before costs next to nothing, another one a share of its samples, or half
  /// of the bits that tell the palette's entries apart; the palette comes on top, and does not
  /// shrink. The shares are those that chose best for 492 icons, sprites and test pictures of at most
  /// 256 colours: 0.4 % more bytes than the better of both ways for each, where a palette for all
  /// takes 15 % more, and none 3 %.
  func estimatedByteCount(changeCount: Int) -> Int {
    let changes: Int
    if picture.colourType == .palette {
      let entryBitCount = Int.bitWidth - max(1, colours.count - 1).leadingZeroBitCount
      changes = changeCount * entryBitCount / 16
    } else {
      changes = changeCount * picture.bitDepth * picture.colourType.sampleCount / 20
    }
    return [palette, transparency].filter { !$0.isEmpty }.reduce(changes) {
      $0 + $1.count + PNGChunk.framingByteCount
    }
  }

  /// The bits that hold each of those grays; a gray of so few bits stands for one of 8 that repeats
  /// them (section 13.12).
  private static func grayDepth(of colours: [UInt32]) -> Int {
    let grays = colours.map { Int($0 & 0xFF) }
    for (depth, step) in [(1, 255), (2, 85), (4, 17)]
    where grays.allSatisfy({ $0.isMultiple(of: step) }) {
      return depth
    }
    return 8
  }
}
