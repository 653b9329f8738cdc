/// Cuts off the border of a picture: outer rows and columns that are all like its top left pixel.
///
/// Where that pixel is transparent the border is what is transparent, whatever colours hide there;
/// else it is what differs from that pixel by no more than the tolerance in any sample, alpha
/// among them. A picture that is all border stays as it is.
///
/// The whole picture is held.
public struct Trim: Transform {
  /// How far a sample can be from the border's and still belong to it, in levels of 255 at either
  /// depth; an alpha of no more counts as transparent.
  public let tolerance: Int

  /// - Precondition: `tolerance` is in `0...255`.
  public init(tolerance: Int = 10) {
    precondition((0...255).contains(tolerance), "a tolerance is 0 to 255")
    self.tolerance = tolerance
  }

  /// True: the size is what the border leaves.
  public var dependsOnPixels: Bool { true }

  /// What goes in: a picture without a border.
  public func outputLayout(for input: RowLayout) throws -> RowLayout { input }

  /// The whole picture.
  public func workingByteCount(for input: RowLayout) throws -> Int { input.byteCount }

  /// The rows within the border.
  public func rows(from source: any RowSource) async throws -> any RowSource {
    let picture = try Image.collecting(source)
    let rect = content(of: picture)
    return try HeldRows(picture, rect: rect)
  }

  private func content(of picture: borrowing Image) -> PixelRect {
    let layout = picture.layout
    let border = border(of: picture)
    let levels = tolerance * (layout.format.maximumSample / 255)
    func columns(ofRow y: Int) -> Range<Int>? {
      TrimKernels.content(
        of: picture.bytes(ofRow: y), format: layout.format, besides: border, tolerance: levels)
    }
    var top = 0
    while top < layout.height, columns(ofRow: top) == nil { top += 1 }
    guard top < layout.height else { return PixelRect(origin: .zero, size: layout.size) }
    var bottom = layout.height
    while columns(ofRow: bottom - 1) == nil { bottom -= 1 }
    var (left, right) = (layout.width, 0)
    for y in top..<bottom {
      guard let columns = columns(ofRow: y) else { continue }
      left = min(left, columns.lowerBound)
      right = max(right, columns.upperBound)
    }
    return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
  }

  private func border(of picture: borrowing Image) -> TrimKernels.Border {
    let format = picture.layout.format
    let row = picture.bytes(ofRow: 0)
    let samples: [Int]
    switch format.depth {
    case .eight: samples = row.prefix(format.bytesPerPixel).map { Int($0) }
    case .sixteen:
      samples = row.bindMemory(to: UInt16.self).prefix(format.channelCount).map { Int($0) }
    }
    let alpha = format.hasAlpha ? samples[format.channelCount - 1] : format.maximumSample
    return alpha <= tolerance * (format.maximumSample / 255) && format.hasAlpha
      ? .transparent : .samples(samples)
  }
}
