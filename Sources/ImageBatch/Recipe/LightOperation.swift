import ImageCodecs
public import Raster

/// An operation that may mix light, and has to know then what light a picture's samples stand for.
public protocol LightOperation: Operation {
  /// What is mixed.
  var light: Light { get }

  /// What light the samples stand for.
  var transfer: TransferFunction { get set }
}

extension Recipe {
  /// Whether any of its operations mixes light.
  fileprivate var mixesLight: Bool {
    func mixesLight(_ operation: any Operation) -> Bool {
      (operation as? any LightOperation)?.light == .linear
    }
    return operations.contains(where: mixesLight)
      || outputs.contains { $0.operations.contains(where: mixesLight) }
  }

  /// The recipe for a picture whose samples stand for that light.
  func taking(_ transfer: TransferFunction) -> Recipe {
    func taking(_ operation: any Operation) -> any Operation {
      guard var operation = operation as? any LightOperation else { return operation }
      operation.transfer = transfer
      return operation
    }
    var recipe = self
    recipe.operations = operations.map(taking)
    for index in outputs.indices {
      recipe.outputs[index].operations = outputs[index].operations.map(taking)
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
