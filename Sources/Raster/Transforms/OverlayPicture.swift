/// A whole picture that many jobs look at, as a watermark is.
public final class OverlayPicture: Sendable {
  // Not written to from here on: what is shared is for reading, and needs no lock.
  private let picture: SharedImage

  /// The size and format.
  public let layout: RowLayout

  /// Takes a picture, to be read only from now on.
  public init(_ picture: consuming Image) {
    layout = picture.layout
    self.picture = SharedImage(picture)
  }

  /// The whole picture of `source`, read to its end.
  ///
  /// - Throws: `AllocationError`, and whatever the source throws.
  public convenience init(collecting source: any RowSource) throws {
    self.init(try Image.collecting(source))
  }

  /// The bytes of row `y`.
  package func bytes(ofRow y: Int) -> UnsafeRawBufferPointer { picture.image.bytes(ofRow: y) }
}

// An `Image` is memory by an address, which the compiler can't know to be safe to share. Nobody
// writes to this one: it is a constant, and the only thing that writes is a mutating function.
private struct SharedImage: ~Copyable, @unchecked Sendable {
  let image: Image

  init(_ image: consuming Image) { self.image = image }
}
