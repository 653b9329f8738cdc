import ImageCodecs
import Raster

extension ImageHeader {
  /// The header with each orientation that the file may turn out to have.
  var possibilities: [ImageHeader] {
    guard unread?.hasOrientation == true else { return [self] }
    return Orientation.allCases.map { orientation in
      var header = self
      header.metadata.orientation = orientation
      return header
    }
  }
}
