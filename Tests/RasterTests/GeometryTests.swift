import Raster
import Testing

@Suite("Resize geometry")
struct GeometryTests {
  static let sizes = [
    PixelSize(width: 1, height: 1), PixelSize(width: 1, height: 977),
    PixelSize(width: 4000, height: 3000), PixelSize(width: 3000, height: 4000),
    PixelSize(width: 641, height: 479), PixelSize(width: 100, height: 100),
    PixelSize(width: 99_999, height: 3), PixelSize(width: 5, height: 7),
  ]
  static let boxes = [
    PixelSize(width: 1, height: 1), PixelSize(width: 100, height: 100),
    PixelSize(width: 1024, height: 768), PixelSize(width: 37, height: 1000),
    PixelSize(width: 800, height: 11), PixelSize(width: 1_000_000, height: 1_000_000),
  ]

  private func request(_ box: PixelSize, _ fit: Fit, enlarges: Bool) -> ResizeRequest {
    ResizeRequest(size: .box(width: box.width, height: box.height), fit: fit, enlarges: enlarges)
  }

  @Test("the proportions stay to within half a pixel", arguments: sizes, boxes)
  func proportions(source: PixelSize, box: PixelSize) throws {
    for fit in Fit.allCases where fit != .fill {
      for enlarges in [false, true] {
        let scaled = try request(box, fit, enlarges: enlarges).geometry(for: source).scaled
        let scale =
          fit == .inside || fit == .contain
          ? min(
            Double(box.width) / Double(source.width), Double(box.height) / Double(source.height))
          : max(
            Double(box.width) / Double(source.width), Double(box.height) / Double(source.height))
        let capped = enlarges ? scale : min(scale, 1)
        for (side, original) in [(scaled.width, source.width), (scaled.height, source.height)] {
          let exact = Double(original) * capped
          #expect(side >= 1)
          #expect(abs(Double(side) - max(exact, 1)) <= 0.5 + 1e-6)
        }
      }
    }
  }

  @Test("results stand in their box as their fit says", arguments: sizes, boxes)
  func frames(source: PixelSize, box: PixelSize) throws {
    for enlarges in [false, true] {
      let inside = try request(box, .inside, enlarges: enlarges).geometry(for: source)
      #expect(inside.outputSize.width <= box.width && inside.outputSize.height <= box.height)
      let fill = try request(box, .fill, enlarges: enlarges).geometry(for: source).outputSize
      #expect(
        fill
          == (enlarges
            ? box
            : PixelSize(
              width: min(box.width, source.width), height: min(box.height, source.height))))
      let cover = try request(box, .cover, enlarges: enlarges).geometry(for: source)
      #expect(cover.outputSize.width == min(box.width, cover.scaled.width))
      #expect(cover.outputSize.height == min(box.height, cover.scaled.height))
      #expect(cover.crop?.isContained(in: cover.scaled) ?? true)
      #expect(!enlarges || cover.outputSize == box)
      let contain = try request(box, .contain, enlarges: enlarges).geometry(for: source)
      #expect(contain.outputSize == box && contain.scaled == inside.scaled)
      let outside = try request(box, .outside, enlarges: true).geometry(for: source).scaled
      #expect(outside.width >= box.width && outside.height >= box.height)
    }
  }

  @Test("nothing becomes larger unless it may", arguments: sizes, boxes)
  func neverEnlarges(source: PixelSize, box: PixelSize) throws {
    for fit in Fit.allCases {
      let scaled = try request(box, fit, enlarges: false).geometry(for: source).scaled
      #expect(scaled.width <= source.width && scaled.height <= source.height)
    }
    for size in [SizeRequest.width(box.width), .height(box.height), .percent(thousandths: 250_000)]
    {
      let scaled = try ResizeRequest(size: size).geometry(for: source).scaled
      #expect(scaled.width <= source.width && scaled.height <= source.height)
    }
  }

  @Test("what has been resized stays as it is the next time", arguments: sizes, boxes)
  func idempotence(source: PixelSize, box: PixelSize) throws {
    for fit in Fit.allCases {
      for enlarges in [false, true] {
        let request = request(box, fit, enlarges: enlarges)
        let once = try request.geometry(for: source).outputSize
        #expect(try request.geometry(for: once).isIdentity(for: once), "\(fit) \(once)")
      }
    }
    for size in [SizeRequest.width(box.width), .height(box.height)] {
      let request = ResizeRequest(size: size, enlarges: true)
      let once = try request.geometry(for: source).outputSize
      #expect(try request.geometry(for: once).isIdentity(for: once))
    }
  }

  @Test("sides are rounded half up")
  func rounding() throws {
    let half = ResizeRequest(size: .percent(thousandths: 50_000))
    #expect(
      try half.geometry(for: PixelSize(width: 5, height: 4)).scaled
        == PixelSize(width: 3, height: 2))
    let width = ResizeRequest(size: .width(1024))
    #expect(
      try width.geometry(for: PixelSize(width: 4000, height: 3000)).scaled
        == PixelSize(width: 1024, height: 768))
  }

  @Test("positions share out what is left over", arguments: Position.allCases)
  func positions(position: Position) {
    let offset = position.offset(
      of: PixelSize(width: 10, height: 10), in: PixelSize(width: 15, height: 13))
    let name = position.rawValue
    #expect(offset.x == (name.contains("left") ? 0 : name.contains("right") ? 5 : 2))
    #expect(offset.y == (name.contains("top") ? 0 : name.contains("bottom") ? 3 : 1))
    #expect(Position(argument: name) == position)
  }

  @Test("a size beyond counting is refused")
  func overflow() {
    let source = PixelSize(width: .max, height: 2)
    for fit in Fit.allCases where fit != .fill {
      #expect(throws: SizeOverflow.self) {
        try request(PixelSize(width: 800, height: 600), fit, enlarges: true).geometry(for: source)
      }
    }
  }

  @Test("the steps of a request give the size that it promises", arguments: Fit.allCases)
  func steps(fit: Fit) async throws {
    let picture = Picture.natural(40, 30, PixelFormat(.grayAlpha, .eight))
    for (width, height) in [(20, 20), (7, 30), (40, 30), (64, 64)] {
      for enlarges in [false, true] {
        let request = ResizeRequest(
          size: .box(width: width, height: height), fit: fit, enlarges: enlarges)
        var rows: any RowSource = try picture.rows()
        for step in try request.steps(for: rows.layout) { rows = try await step.rows(from: rows) }
        let result = try Picture(reading: rows)
        #expect(result.size == (try request.geometry(for: picture.size).outputSize))
      }
    }
  }
}
