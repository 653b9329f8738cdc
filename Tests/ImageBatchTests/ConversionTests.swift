import ImageCodecs
import Raster
import Testing

@testable import ImageBatch

@Suite("Recipe and conversion") struct ConversionTests {
  private func header(
    _ width: Int, _ height: Int, _ format: ImageFormat = .png,
    pixelFormat: PixelFormat = PixelFormat(.rgb, .eight), orientation: Orientation = .upright,
    readerByteCount: Int = 0
  ) -> ImageHeader {
    ImageHeader(
      format: format, size: PixelSize(width: width, height: height), storedColour: .rgb,
      storedBitDepth: pixelFormat.depth.rawValue, pixelFormat: pixelFormat,
      metadata: Metadata(orientation: orientation), readerByteCount: readerByteCount)
  }

  private func conversion(_ recipe: Recipe, _ header: ImageHeader) throws -> Conversion {
    let codec = try #require(CodecRegistry.codec(for: header.format))
    return try Conversion(recipe, header: header, codec: codec)
  }

  /// The only output of a recipe.
  private func branch(_ recipe: Recipe, _ header: ImageHeader) throws -> Conversion.Branch {
    try conversion(recipe, header).branches[0]
  }

  private func resize(_ width: Int, _ height: Int, _ fit: Fit = .inside, enlarges: Bool = false)
    -> ResizeRequest
  {
    ResizeRequest(size: .box(width: width, height: height), fit: fit, enlarges: enlarges)
  }

  @Test("where nothing changes the picture is copied")
  func copies() throws {
    #expect(try conversion(Recipe(), header(8, 6)).isCopy)
    #expect(try conversion(Recipe(format: .png), header(8, 6)).isCopy)
    #expect(try conversion(Recipe(resize: resize(100, 100)), header(8, 6)).isCopy)
    #expect(try conversion(Recipe(resize: resize(8, 6, .cover)), header(8, 6)).isCopy)
    #expect(try conversion(Recipe(resize: resize(8, 6, .contain)), header(8, 6)).isCopy)
    var untouched = Recipe()
    untouched.appliesOrientation = false
    #expect(try conversion(untouched, header(8, 6, orientation: .rotated90Clockwise)).isCopy)
  }

  @Test("a colour space that the output has no place for is told")
  func lostColourSpace() throws {
    var header = header(8, 6)
    header.metadata.chunks = ["iCCP", "gAMA", "cICP"].map { .init(type: $0, bytes: [1]) }
    let sentences = try branch(Recipe(format: .qoi), header).warnings
    #expect(
      sentences == [
        "iCCP: qoi has no place for a colour space, left out",
        "cICP: qoi has no place for a colour space, left out",
      ])
    #expect(try branch(Recipe(format: .png), header).metadata.chunks.count == 3)
    header.metadata.chunks.removeFirst()
    #expect(try branch(Recipe(format: .png), header).warnings.isEmpty)
    var none = Recipe(format: .pam)
    none.metadata = .none
    #expect(try branch(none, header).warnings.isEmpty)
  }

  @Test("what mixes light goes by the picture's own curve, in memory that is the same for all")
  func light() throws {
    var request = resize(50, 50)
    request.light = .linear
    var shared = Recipe(resize: request)
    shared.outputs = [Recipe.Output(), Recipe.Output([request])]
    let codec = try #require(CodecRegistry.codec(for: .png))
    var costs: Set<Int> = []
    // 1, and 0.5, in units of a 100,000th.
    let gammas: [([UInt8], Double)] = [([0, 1, 0x86, 0xA0], 1), ([0, 0, 0xC3, 0x50], 2)]
    for (gamma, power) in gammas {
      var header = header(90, 60)
      header.metadata.chunks = [.init(type: "gAMA", bytes: gamma)]
      for recipe in [Recipe(resize: request), shared] {
        let conversion = try conversion(recipe, header)
        let steps =
          conversion.trunkForecast.steps + conversion.branches.flatMap(\.forecast.steps)
        #expect(steps.compactMap { ($0 as? Resample)?.transfer } == [.power(power)])
        #expect(conversion.warnings.isEmpty)
      }
      costs.insert(
        try Conversion.possibilities(Recipe(resize: request), header: header, codec: codec)
          .memoryByteCount(inputByteCount: 1000))
    }
    #expect(costs.count == 1)
    var odd = header(90, 60)
    odd.metadata.chunks = [.init(type: "cICP", bytes: [9, 16, 0, 1])]
    #expect(try conversion(Recipe(resize: request), odd).warnings.count == 1)
    #expect(try conversion(Recipe(resize: resize(50, 50)), odd).warnings.isEmpty)
    request.size = .width(90)
    #expect(try conversion(Recipe(resize: request, format: .qoi), odd).warnings.isEmpty)
  }

  @Test("a profile that is not for the pixels as they are written is told")
  func lostProfile() throws {
    // A name, the method, and a stored block: a header for RGB samples.
    var profile = [UInt8](repeating: 0, count: 128)
    profile.replaceSubrange(16..<20, with: "RGB ".utf8)
    let chunk = Metadata.Chunk(
      type: "iCCP", bytes: [0x78, 0, 0, 0x78, 1, 1, 128, 0, 127, 255] + profile)
    var header = header(8, 6)
    header.metadata.chunks = [chunk]
    #expect(try branch(Recipe(resize: resize(4, 3)), header).warnings.isEmpty)
    header.pixelFormat = PixelFormat(.gray, .eight)
    #expect(
      try branch(Recipe(resize: resize(4, 3)), header).warnings
        == ["iCCP: the profile is not one for grays, left out"])
  }

  @Test("a resolution of two numbers turns with the picture, by its orientation and by operations")
  func turnedResolution() throws {
    let resolution: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 2, 1]
    let turned: [UInt8] = [0, 0, 0, 2, 0, 0, 0, 1, 1]
    struct Turn: Operation {
      let orientation: Orientation
      func steps(for input: RowLayout) -> [any Transform] { [Orient(orientation)] }
    }
    func written(_ recipe: Recipe, _ orientation: Orientation) throws -> [UInt8]? {
      var header = header(8, 6, orientation: orientation)
      header.metadata.chunks = [.init(type: "pHYs", bytes: resolution)]
      return try branch(recipe, header).metadata.chunks.first?.bytes
    }
    for orientation in Orientation.allCases {
      let expected = orientation.swapsSides ? turned : resolution
      var recipe = Recipe(resize: resize(4, 3))
      #expect(try written(recipe, orientation) == expected)
      recipe.appliesOrientation = false
      #expect(try written(recipe, orientation) == resolution)
      #expect(
        try written(Recipe([Turn(orientation: orientation)]), .upright) == expected)
      // And back again.
      let opposite = expected == turned ? resolution : turned
      #expect(
        try written(Recipe([Turn(orientation: .transposed)]), orientation) == opposite)
    }
  }

  @Test("where the orientation has not been read, the dearest is counted")
  func unreadOrientation() throws {
    let recipe = Recipe(resize: resize(50, 50))
    let codec = try #require(CodecRegistry.codec(for: .png))
    func cost(_ header: ImageHeader) throws -> Int {
      try Conversion.possibilities(recipe, header: header, codec: codec)
        .memoryByteCount(inputByteCount: 1000)
    }
    let known = try Orientation.allCases.map { try cost(header(90, 60, orientation: $0)) }
    var unread = header(90, 60)
    unread.unread = UnreadMetadata(byteCount: 100_000, hasOrientation: true)
    let dearest = try #require(known.max())
    #expect(try cost(unread) == dearest + 200_000)
    unread.unread = UnreadMetadata(byteCount: 100_000)
    #expect(try cost(unread) == known[0] + 200_000)
  }

  @Test("where anything changes it is not")
  func noCopies() throws {
    #expect(try !conversion(Recipe(format: .qoi), header(8, 6)).isCopy)
    #expect(try !conversion(Recipe(resize: resize(4, 4)), header(8, 6)).isCopy)
    #expect(try !conversion(Recipe(resize: resize(9, 9, enlarges: true)), header(8, 6)).isCopy)
    #expect(try !conversion(Recipe(resize: resize(9, 9, .contain)), header(8, 6)).isCopy)
    for orientation in Orientation.allCases where orientation != .upright {
      #expect(try !conversion(Recipe(), header(8, 6, orientation: orientation)).isCopy)
      #expect(
        try !conversion(Recipe(resize: resize(100, 100)), header(8, 6, orientation: orientation))
          .isCopy)
    }
  }

  @Test(
    "the output has the size that the upright picture is asked for",
    arguments: Orientation.allCases, Fit.allCases)
  func outputLayout(orientation: Orientation, fit: Fit) throws {
    for (width, height) in [(30, 20), (20, 30), (7, 7), (100, 3)] {
      for enlarges in [false, true] {
        let request = resize(24, 10, fit, enlarges: enlarges)
        let stored = header(width, height, orientation: orientation)
        let branch = try branch(Recipe(resize: request), stored)
        let upright = orientation.applied(to: stored.size)
        #expect(branch.outputLayout.size == (try request.geometry(for: upright).outputSize))
        #expect(branch.metadata.orientation == .upright)
        let folded = try branch.forecast.steps.reduce(try stored.layout()) {
          try $1.outputLayout(for: $0)
        }
        #expect(branch.outputLayout == folded)
        #expect(
          branch.forecast.steps.contains { $0 is Orient } == (orientation != .upright))
      }
    }
  }

  @Test("a format that stores less of a pixel gets one more step")
  func narrowing() throws {
    let rgba = PixelFormat(.rgba, .eight)
    let stored = header(8, 6, pixelFormat: rgba)
    for (format, expected) in [
      (ImageFormat.png, rgba), (.pam, rgba), (.ppm, PixelFormat(.rgb, .eight)),
      (.pgm, PixelFormat(.gray, .eight)), (.qoi, rgba),
    ] {
      let branch = try branch(Recipe(format: format), stored)
      #expect(branch.outputLayout.format == expected)
      #expect(branch.forecast.steps.contains { $0 is ConvertFormat } == (expected != rgba))
      #expect(branch.format == format)
    }
  }

  @Test("a format that cannot be written is a failure of the job")
  func unknownFormat() {
    let format = ImageFormat(name: "gif", fileExtensions: ["gif"])
    let failure = #expect(throws: JobFailure.self) {
      try conversion(Recipe(format: format), header(1, 1))
    }
    #expect(failure?.stage == .encode)
    #expect(failure?.message == "gif cannot be written")
  }

  @Test("the estimate covers every step, the reader, the writer and the rows between them")
  func estimate() throws {
    for orientation in Orientation.allCases {
      for fit in Fit.allCases {
        let stored = header(300, 200, orientation: orientation, readerByteCount: 5000)
        let conversion = try conversion(
          Recipe(resize: resize(120, 90, fit), format: .ppm), stored)
        let branch = conversion.branches[0]
        var needed = stored.readerByteCount
        var layout = try stored.layout()
        for step in branch.forecast.steps {
          needed += try step.workingByteCount(for: layout)
          layout = try step.outputLayout(for: layout)
        }
        needed += try branch.codec.writerByteCount(
          for: layout, in: branch.format, metadata: branch.metadata, options: branch.encoding)
        let estimate = try conversion.memoryByteCount(inputByteCount: 1 << 20)
        #expect(estimate >= needed + layout.bytesPerRow + ByteSource.defaultBufferByteCount)
        #expect(estimate >= layout.byteCount, "all of the output is held")
      }
    }
  }

  private func animated(apart: Bool = false, pixelFormat: PixelFormat? = nil) -> ImageHeader {
    var header = header(80, 60, readerByteCount: 5000)
    header.animation = Animation(
      frameCount: 10, playCount: 0, hasStillApart: apart,
      pixelFormat: pixelFormat ?? header.pixelFormat, readerByteCount: 50_000)
    return header
  }

  @Test("an animation stays one where the format has animations and the recipe wants them")
  func animations() throws {
    #expect(try branch(Recipe(), animated()).animation?.frameCount == 10)
    #expect(try conversion(Recipe(), animated()).isCopy)
    #expect(try branch(Recipe(resize: resize(8, 8)), animated()).animation != nil)
    #expect(try branch(Recipe(), header(8, 6)).animation == nil)
    #expect(try branch(Recipe(format: .qoi), animated()).animation == nil)
    var still = Recipe()
    still.keepsAnimations = false
    #expect(try branch(still, animated()).animation == nil)
    #expect(try conversion(still, animated()).isCopy)
    // Frames that leave the canvas empty need alpha; the still does not.
    let rgba = PixelFormat(.rgba, .eight)
    let resized = Recipe(resize: resize(8, 8))
    #expect(try branch(resized, animated(pixelFormat: rgba)).outputLayout.format == rgba)
    still.operations = [resize(8, 8)]
    #expect(
      try branch(still, animated(pixelFormat: rgba)).outputLayout.format
        == PixelFormat(.rgb, .eight))
  }

  @Test("the estimate for an animation holds its reader, two frames, and all frames written")
  func animationEstimate() throws {
    for apart in [false, true] {
      let header = animated(apart: apart)
      let conversion = try conversion(Recipe(resize: resize(40, 30)), header)
      let estimate = try conversion.memoryByteCount(inputByteCount: 1000)
      #expect(
        estimate >= 50_000 + conversion.branches[0].outputLayout.byteCount * (apart ? 13 : 12))
    }
    var still = Recipe(resize: resize(40, 30))
    let header = animated()
    let all = try conversion(still, header).memoryByteCount(inputByteCount: 1000)
    still.keepsAnimations = false
    let one = try conversion(still, header).memoryByteCount(inputByteCount: 1000)
    #expect(one < all - 9 * 40 * 30 * 3)
    var hostile = header
    hostile.animation?.frameCount = .max
    #expect(throws: SizeOverflow.self) {
      try conversion(Recipe(resize: resize(40, 30)), hostile)
        .memoryByteCount(inputByteCount: 1)
    }
  }

  @Test("several outputs of an animation are decoded one by one, and each goes its own way")
  func animatedOutputs() throws {
    var recipe = Recipe([CropRequest(to: PixelSize(width: 40, height: 40))])
    recipe.outputs = [Recipe.Output([resize(8, 8)]), Recipe.Output(), Recipe.Output()]
    recipe.outputs[1].format = .qoi
    let rgba = PixelFormat(.rgba, .eight)
    let conversion = try conversion(recipe, animated(pixelFormat: rgba))
    #expect(!conversion.holdsTrunk && !conversion.isReadThrough)
    #expect(conversion.branches.map { $0.animation != nil } == [true, false, true])
    #expect(conversion.branches.map(\.outputLayout.size.width) == [8, 40, 40])
    #expect(
      conversion.branches.map(\.outputLayout.format) == [rgba, PixelFormat(.rgb, .eight), rgba])
    #expect(
      conversion.branches.map(\.warnings)
        == [[], ["an animation: only its first frame is kept"], []])
    #expect(conversion.header.animation != nil)
    // The copy is decoded for its own sake, as nobody else reads its frames.
    recipe.operations = []
    #expect(try self.conversion(recipe, animated()).isReadThrough)
    recipe.keepsAnimations = false
    let stills = try self.conversion(recipe, animated())
    #expect(stills.holdsTrunk && stills.header.animation == nil)
    #expect(stills.branches.allSatisfy { $0.animation == nil && $0.warnings.isEmpty })
  }

  @Test("what may give each frame another size is refused for animations, and told")
  func animatedTrim() throws {
    var recipe = Recipe([SingleStep(Trim())])
    let failure = #expect(throws: JobFailure.self) { try conversion(recipe, animated()) }
    #expect(
      failure?.description
        == "transform: trim: not for animations, whose frames would differ in size; "
        + "use --first-frame")
    recipe.keepsAnimations = false
    #expect(try branch(recipe, animated()).animation == nil)
    recipe.keepsAnimations = true
    recipe.format = .qoi
    #expect(try branch(recipe, animated()).animation == nil)
    #expect(try branch(recipe, header(8, 6)).forecast.steps.first is Trim)
  }

  @Test("an animation is copied, not optimized; its still alone can be")
  func animatedOptimization() throws {
    var recipe = Recipe()
    recipe.encoding = EncodeOptions(optimization: 0)
    #expect(try branch(recipe, animated()).isCopy)
    #expect(try branch(recipe, header(8, 6)).isOptimization)
    recipe.keepsAnimations = false
    #expect(try branch(recipe, animated()).isOptimization)
  }

  @Test("a fault of frames that nobody reads is none")
  func animationFault() throws {
    var header = animated()
    header.animation?.fault = CodecError(.corrupt, "acTL: wrong")
    let failure = #expect(throws: JobFailure.self) { try conversion(Recipe(), header) }
    #expect(failure?.description == "decode: acTL: wrong")
    #expect(try conversion(Recipe(format: .qoi), header).header.animation == nil)
  }

  @Test("the estimate never falls as the picture grows", arguments: Orientation.allCases)
  func estimateIsMonotone(orientation: Orientation) throws {
    for recipe in [Recipe(), Recipe(format: .qoi), Recipe(resize: resize(64, 64))] {
      var last = 0
      for side in [1, 2, 3, 10, 64, 65, 100, 1000, 4000] {
        let stored = header(side, side, orientation: orientation)
        let estimate = try conversion(recipe, stored)
          .memoryByteCount(inputByteCount: side * side)
        #expect(estimate >= last)
        last = estimate
      }
    }
  }

  @Test("sizes beyond counting are errors, not traps")
  func overflow() throws {
    for (width, height) in [(Int.max, 1), (Int.max / 3, Int.max / 3), (1 << 40, 1 << 40)] {
      for recipe in [Recipe(), Recipe(resize: resize(9, 9)), Recipe(format: .pgm)] {
        #expect(throws: SizeOverflow.self) { try conversion(recipe, header(width, height)) }
      }
    }
    let huge = header(8, 6, readerByteCount: .max)
    let turned = header(8, 6, orientation: .flipped, readerByteCount: .max)
    for header in [huge, turned] {
      #expect(throws: SizeOverflow.self) {
        try conversion(Recipe(), header).memoryByteCount(inputByteCount: .max)
      }
    }
    #expect(throws: SizeOverflow.self) {
      try ReadingCost.byteCount(header: huge, inputByteCount: 1)
    }
  }
}
