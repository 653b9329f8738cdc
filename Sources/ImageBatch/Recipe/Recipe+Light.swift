import ImageCodecs
import Raster

extension Recipe {
  /// Whether any of its operations mixes light.
  fileprivate var mixesLight: Bool {
    operations.contains(where: \.mixesLight)
      || outputs.contains { $0.operations.contains(where: \.mixesLight) }
  }

  /// The recipe for a picture whose samples stand for that light.
  func taking(_ transfer: TransferFunction) -> Recipe {
    var recipe = self
    recipe.operations = operations.map { $0.taking(transfer) }
    for index in outputs.indices {
      recipe.outputs[index].operations = outputs[index].operations.map { $0.taking(transfer) }
    }
    return recipe
  }
}

extension ImageHeader {
  /// What light the samples stand for; nil where the recipe doesn't ask.
  func transfer(for recipe: Recipe) -> Metadata.Transfer? {
    guard recipe.mixesLight else { return nil }
    return metadata.transfer(hasColour: storedColour.hasColour)
  }
}

extension ImageHeader.StoredColour {
  /// Whether a profile for such a picture is one for colours.
  fileprivate var hasColour: Bool {
    switch self {
    case .gray, .grayAlpha: false
    case .rgb, .rgba, .palette: true
    }
  }
}
