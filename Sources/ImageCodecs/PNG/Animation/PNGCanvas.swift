import Raster

/// What frames are drawn on, one after another; it is empty, transparent black, at the start (PNG
/// specification, third edition, section 11.3.5.2).
final class PNGCanvas {
  let layout: RowLayout

  /// That of the frames' rows: the canvas's own, or the same without alpha.
  private let frameFormat: PixelFormat

  private let pixels: Plane
  /// What stood where the frame stands, at the same places; nil until a frame wants it back.
  private var saved: Plane?

  private var frame: PNGFrameControl?
  private var isFirst = true

  /// - Throws: `AllocationError`.
  init(_ layout: RowLayout, frameFormat: PixelFormat) throws(AllocationError) {
    self.layout = layout
    self.frameFormat = frameFormat
    pixels = try Plane(layout)
    pixels.buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  /// The bytes that one holds.
  ///
  /// - Parameter restores: whether a frame has the disposal `previous`.
  /// - Throws: `SizeOverflow`.
  static func byteCount(of layout: RowLayout, restores: Bool) throws(SizeOverflow) -> Int {
    try layout.byteCount.times(restores ? 2 : 1)
  }

  /// Begins a frame, once the one before it is gone as it said.
  ///
  /// - Throws: `AllocationError`.
  func begin(_ next: PNGFrameControl) throws(AllocationError) {
    if let frame { dispose(of: frame) }
    frame = next
    // There is nothing to go back to from the first frame but the empty canvas.
    if isFirst, next.disposal == .previous { frame?.disposal = .background }
    isFirst = false
    if frame?.disposal == .previous, saved == nil {
      saved = try Plane(layout)
    }
  }

  /// Draws a row of the frame.
  ///
  /// - Parameters:
  ///   - row: in the frames' format, as wide as the frame.
  ///   - y: counted from the top of the canvas.
  func draw(_ row: UnsafeRawBufferPointer, at y: Int) {
    guard let frame else { return }
    let place = pixels.bytes(of: frame.rect, row: y)
    if frame.disposal == .previous {
      saved?.bytes(of: frame.rect, row: y).copyMemory(from: UnsafeRawBufferPointer(place))
    }
    if frameFormat != layout.format {
      // All of it is opaque, and hides what is below.
      _ = ConvertKernels.convert(row, of: frameFormat, into: place, of: layout.format)
    } else if frame.blending == .over {
      BlendKernels.layOver(row, place, of: layout.format)
    } else {
      place.copyMemory(from: row)
    }
  }

  /// A row of the canvas as it is.
  func bytes(ofRow y: Int) -> UnsafeRawBufferPointer {
    let whole = PixelRect(origin: .zero, size: layout.size)
    return UnsafeRawBufferPointer(pixels.bytes(of: whole, row: y))
  }

  private func dispose(of frame: PNGFrameControl) {
    guard frame.disposal != .none else { return }
    for y in frame.rect.y..<frame.rect.y + frame.rect.height {
      let place = pixels.bytes(of: frame.rect, row: y)
      if frame.disposal == .previous, let stood = saved?.bytes(of: frame.rect, row: y) {
        place.copyMemory(from: UnsafeRawBufferPointer(stood))
      } else {
        place.initializeMemory(as: UInt8.self, repeating: 0)
      }
    }
  }
}

/// The pixels of a canvas, without a meaning.
private final class Plane {
  let buffer: ByteBuffer
  private let layout: RowLayout

  init(_ layout: RowLayout) throws(AllocationError) {
    self.layout = layout
    buffer = try ByteBuffer(count: layout.byteCount)
  }

  func bytes(of rect: PixelRect, row y: Int) -> UnsafeMutableRawBufferPointer {
    let start = y * layout.bytesPerRow + rect.x * layout.format.bytesPerPixel
    let end = start + rect.width * layout.format.bytesPerPixel
    return UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[start..<end])
  }
}
