import Raster

/// What lies about in every folder: a download that broke off, and a text.
enum DemoOddities {
  static var all: [DemoFile] {
    [
      DemoFile("photos/broken.png") {
        let picture = TestCharts.heightMap(200)
        let file = try PictureFile.png(picture)
        return Array(file.prefix(file.count * 3 / 5))
      },
      DemoFile("notes.txt") {
        [UInt8](
          """
          These pictures were made by `sample-images demo`, and may be used for anything.

          photos/broken.png was cut off on purpose.

          """)
      },
    ]
  }
}
