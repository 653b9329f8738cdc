extension Sandbox {
  /// Makes so many small pictures, each another one: `in/000.ppm` and so on.
  func writePixmaps(
    _ count: Int, _ width: Int = 24, _ height: Int = 16, in folder: ByteString = "in"
  ) throws {
    for index in 0..<count {
      let digits = String(index)
      let name = String(repeating: "0", count: max(0, 3 - digits.count)) + digits + ".ppm"
      try write(Picture.pixmap(width, height, seed: index), to: folder / ByteString(name))
    }
  }

  /// Makes a bitmap that takes minutes to read: ten thousand million pixels, and none of them on
  /// the disk. `options` let it through.
  func writeEndlessBitmap(_ path: ByteString) throws {
    let (header, rowsByteCount) = Picture.bitmap(side: 100_000)
    try write(header, to: path)
    try extend(path, to: header.count + rowsByteCount)
  }

  /// What allows a run to take up an endless bitmap.
  static let endlessOptions: [ByteString] = ["--max-pixels", "10G"]
}
