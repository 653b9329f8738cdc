import Raster

/// Netpbm files: each of the formats that the manual pages pbm(5), pgm(5), ppm(5) and pam(5) tell.
enum PNMEncoder {
  /// A file of the formats P1 to P6.
  ///
  /// - Parameters:
  ///   - header: all before the samples as it stands in the file, from the magic number to the one
  ///     white-space character at its end.
  ///   - picture: gray or RGB; of bitmaps, 1 is black here as in the file.
  static func file(header: String, _ picture: Picture) -> [UInt8] {
    let body =
      switch header.prefix(2) {
      case "P1", "P2", "P3": plain(picture)
      case "P4": packed(picture)
      default: raw(picture)
      }
    return [UInt8](header) + body
  }

  /// A file of the format P7.
  static func arbitraryMap(_ picture: Picture, maximum: Int, tupleType: String) -> [UInt8] {
    let header = """
      P7
      # a comment
      WIDTH \(picture.width)
      HEIGHT \(picture.height)
      DEPTH \(picture.channelCount)
      MAXVAL \(maximum)
      TUPLTYPE \(tupleType)
      ENDHDR

      """
    return [UInt8](header) + raw(picture)
  }

  private static func plain(_ picture: Picture) -> [UInt8] {
    let rowLength = picture.width * picture.channelCount
    return stride(from: 0, to: picture.samples.count, by: rowLength).flatMap { start in
      let row = picture.samples[start..<start + rowLength]
      return [UInt8](row.map(String.init).joined(separator: " ") + "\n")
    }
  }

  /// Eight pixels a byte, the first in the highest bit; each row starts a new byte.
  private static func packed(_ picture: Picture) -> [UInt8] {
    (0..<picture.height).flatMap { y in
      stride(from: 0, to: picture.width, by: 8).map { start in
        (0..<8).reduce(UInt8(0)) { byte, bit in
          let x = start + bit
          return byte << 1 | UInt8(x < picture.width ? picture[x, y, 0] : 0)
        }
      }
    }
  }

  private static func raw(_ picture: Picture) -> [UInt8] {
    picture.bitDepth == 16
      ? picture.samples.flatMap { [UInt8](bigEndian: $0) } : picture.samples.map { UInt8($0) }
  }
}
