import FoundationEssentials
import Raster

/// The files of `make gallery`.
enum GalleryFile {
  /// Writes the picture that the gallery shows unless it is given another.
  static func writePhoto(to path: String) throws -> String {
    try write(try DemoPhotos.gallery(), to: path)
  }

  /// Writes a sheet of all pictures in a folder.
  static func writeSheet(of folder: GalleryFolder, to path: String) async throws -> String {
    let sheet = try await folder.sheet()
    let canvas = sheet.painted()
    let picture = Picture(painted: canvas.width, canvas.height, .rgb) { canvas[$0, $1] }
    return "\(sheet.cells.count) pictures, " + (try write(PictureFile.png(picture), to: path))
  }

  private static func write(_ bytes: [UInt8], to path: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: path))
    return "\(bytes.count / 1000) kB"
  }
}
