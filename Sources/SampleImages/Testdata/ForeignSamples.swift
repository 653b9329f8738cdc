import Raster

/// Files that are no images of any format that is read, whatever their names say.
enum ForeignSamples {
  static var all: [Sample] {
    let png = PNGImage(TestPattern.picture(.rgb)).chunks.bytes
    // What a transfer as text makes of the line end in the signature, which stands there for that.
    let asText = png.prefix(4) + png[5...]
    let contents: [(name: String, bytes: [UInt8])] = [
      ("empty.png", []),
      ("half-a-signature.png", Array(png.prefix(4))),
      ("sent-as-text.png", Array(asText)),
      ("words.png", [UInt8]("There is no picture in here.\n")),
      ("gif.png", [UInt8]("GIF89a") + [1, 0, 1, 0, 0x80, 0, 0]),
      ("p8.pnm", [UInt8]("P8\n1 1\n255\n")),
      ("half-a-signature.qoi", [UInt8]("qoi")),
    ]
    return contents.map { name, bytes in
      Sample(
        broken: "damaged/\(name)", bytes, code: "notAnImage", message: Manifest.unknownMessage)
    }
  }
}
