/// What translucent pixels are looked at over.
package enum Backdrop: Hashable {
  case black, white

  /// Those that make a difference to pixels of a format: where nothing is translucent, one will do.
  package static func backdrops(for format: PixelFormat) -> [Backdrop] {
    format.hasAlpha ? [.black, .white] : [.black]
  }
}
