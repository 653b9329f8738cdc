/// A resize as it is asked for, before a picture is known.
public struct ResizeRequest: Hashable, Sendable {
  /// The size that is asked for.
  public var size: SizeRequest

  /// How the picture meets a box; of no account where the size isn't one.
  public var fit: Fit

  /// Whether a picture may become larger than it is.
  public var enlarges: Bool

  /// The kernel that pixels are weighed with.
  public var filter: ResamplingFilter

  /// What is weighed: samples as they are stored, or the light that they stand for.
  public var light: Light

  /// What light the samples of the picture stand for; of account where light is weighed.
  public var transfer = TransferFunction.sRGB

  /// Which part stays where `cover` cuts, and where the picture stands where `contain` pads.
  public var position: Position

  /// How the part is found that stays where `cover` cuts; nil where `position` says it.
  public var strategy: CropStrategy?

  /// What `contain` pads with; nil for the default of `background(for:)`.
  public var background: Colour?

  /// A request; all but the size have the defaults that the command line has.
  public init(
    size: SizeRequest, fit: Fit = .inside, enlarges: Bool = false,
    filter: ResamplingFilter = .lanczos3, light: Light = .encoded, position: Position = .centre,
    strategy: CropStrategy? = nil, background: Colour? = nil
  ) {
    self.size = size
    self.fit = fit
    self.enlarges = enlarges
    self.filter = filter
    self.light = light
    self.position = position
    self.strategy = strategy
    self.background = background
  }

  /// What `contain` pads pictures of that format with: the colour asked for, else transparent
  /// where they have alpha and black where they have not.
  public func background(for format: PixelFormat) -> Colour {
    background ?? (format.hasAlpha ? .transparent : .black)
  }

  /// The steps that make of a stored picture of that layout what is asked for; none where it is
  /// that already.
  ///
  /// The request speaks of the upright picture. Turning comes after resampling, since the smaller
  /// picture is the cheaper one to hold; but for `nearest`, which of two equally near pixels takes
  /// the right or lower one, and means the upright picture's.
  ///
  /// - Parameter orientation: how the stored picture must be turned to stand upright.
  /// - Throws: `SizeOverflow`.
  public func steps(
    for input: RowLayout, turnedBy orientation: Orientation = .upright
  ) throws -> [any Transform] {
    let geometry = try geometry(for: orientation.applied(to: input.size))
    let scaledAsStored = orientation.applied(to: geometry.scaled)
    var steps: [any Transform] = []
    let turn: [any Transform] = orientation == .upright ? [] : [Orient(orientation)]
    if scaledAsStored == input.size {
      steps = turn
    } else if filter == .nearest {
      steps = turn + [Resample(to: geometry.scaled, filter: filter)]
    } else {
      let resample = Resample(
        to: scaledAsStored, filter: filter, transfer: light == .linear ? transfer : nil)
      steps = [resample] + turn
    }
    if let crop = geometry.crop {
      if let strategy {
        steps.append(ContentCrop(to: crop.size, by: strategy))
      } else {
        steps.append(Crop(to: crop))
      }
    }
    if let canvas = geometry.canvas {
      steps.append(
        Pad(canvas: canvas, offset: geometry.offset, background: background(for: input.format)))
    }
    return steps
  }
}

extension ResizeRequest {
  /// What the request comes to for an upright picture of that size.
  ///
  /// In whole numbers throughout: a side is the exact product, rounded half up, and at least 1.
  ///
  /// - Throws: `SizeOverflow` where a product does not fit, for sides beyond any real picture's.
  public func geometry(for source: PixelSize) throws(SizeOverflow) -> ResizeGeometry {
    switch size.kind {
    case .width(let width):
      let scale = Scale(width, source.width)
      return ResizeGeometry(scaled: try apply(scale, to: source))
    case .height(let height):
      let scale = Scale(height, source.height)
      return ResizeGeometry(scaled: try apply(scale, to: source))
    case .percent(let thousandths):
      let scale = Scale(thousandths, 100_000)
      return ResizeGeometry(scaled: try apply(scale, to: source))
    case .box(let box):
      return try geometry(for: source, box: box)
    }
  }

  private func geometry(
    for source: PixelSize, box: PixelSize
  ) throws(SizeOverflow) -> ResizeGeometry {
    let horizontal = Scale(box.width, source.width)
    let vertical = Scale(box.height, source.height)
    let isWideBox = try vertical.isAtMost(horizontal)
    let (smaller, larger) = isWideBox ? (vertical, horizontal) : (horizontal, vertical)

    switch fit {
    case .fill:
      let width = enlarges ? box.width : min(box.width, source.width)
      let height = enlarges ? box.height : min(box.height, source.height)
      return ResizeGeometry(scaled: PixelSize(width: width, height: height))
    case .inside:
      return ResizeGeometry(scaled: try apply(smaller, to: source))
    case .outside:
      return ResizeGeometry(scaled: try apply(larger, to: source))
    case .cover:
      let scaled = try apply(larger, to: source)
      let kept = PixelSize(
        width: min(box.width, scaled.width), height: min(box.height, scaled.height))
      guard kept != scaled else { return ResizeGeometry(scaled: scaled) }
      let crop = PixelRect(origin: position.offset(of: kept, in: scaled), size: kept)
      return ResizeGeometry(scaled: scaled, crop: crop)
    case .contain:
      let scaled = try apply(smaller, to: source)
      guard scaled != box else { return ResizeGeometry(scaled: scaled) }
      return ResizeGeometry(
        scaled: scaled, canvas: box, offset: position.offset(of: scaled, in: box))
    }
  }

  private func apply(_ scale: Scale, to source: PixelSize) throws(SizeOverflow) -> PixelSize {
    if !enlarges && scale.isAboveOne { return source }
    return PixelSize(
      width: try scale.times(source.width), height: try scale.times(source.height))
  }
}

/// A scale as the fraction that it is.
private struct Scale {
  let numerator: Int
  let denominator: Int

  init(_ numerator: Int, _ denominator: Int) {
    self.numerator = numerator
    self.denominator = denominator
  }

  var isAboveOne: Bool { numerator > denominator }

  func isAtMost(_ other: Scale) throws(SizeOverflow) -> Bool {
    try numerator.times(other.denominator) <= other.numerator.times(denominator)
  }

  /// The scaled side, rounded half up: floor((2·side·n + d) / 2d), and at least 1.
  func times(_ side: Int) throws(SizeOverflow) -> Int {
    let doubled = try side.times(numerator).times(2).plus(denominator)
    return max(1, doubled / (try denominator.times(2)))
  }
}
