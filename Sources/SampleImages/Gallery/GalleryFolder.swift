import Configuration
import FoundationEssentials
import Raster

/// What `imgbatch apply --recipe` made of one picture, by a recipe each of whose outputs goes into a
/// folder of its own.
struct GalleryFolder {
  let root: URL
  private let outputs: [Output]

  private struct Output {
    let folder: String
    let steps: [String]
  }

  enum Problem: Error, CustomStringConvertible {
    case noOutputs(String)
    case notOnePicture(String)

    var description: String {
      switch self {
      case .noOutputs(let path): "\(path): no list of outputs, each with a folder"
      case .notOnePicture(let path): "\(path): not the picture of that output alone"
      }
    }
  }

  /// - Parameter recipe: the path of the file that the folder was made with.
  init(path: String, recipe: String) throws {
    root = URL(filePath: path, directoryHint: .isDirectory)
    let text = try Data(contentsOf: URL(filePath: recipe))
    guard case .list(let nodes)? = try YAMLNode(yaml: Array(text))?["outputs"]?.content else {
      throw Problem.noOutputs(recipe)
    }
    outputs = try nodes.map { node in
      guard let folder = node["folder"]?.text else { throw Problem.noOutputs(recipe) }
      guard case .list(let steps)? = node["steps"]?.content else {
        return Output(folder: folder, steps: [])
      }
      return Output(folder: folder, steps: steps.compactMap(\.text))
    }
  }

  /// The pictures in the order of the recipe, and the steps that made them.
  func sheet() async throws -> ContactSheet {
    var cells: [ContactSheet.Cell] = []
    for output in outputs {
      let folder = root.appending(path: output.folder)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path())
      guard names.count == 1, let name = names.first else {
        throw Problem.notOnePicture(folder.path())
      }
      let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
      cells.append(
        ContactSheet.Cell(
          picture: try await Canvas(reading: bytes, within: ContactSheet.box),
          label: output.steps.isEmpty ? [output.folder] : output.steps))
    }
    return ContactSheet(cells: cells)
  }
}

extension YAMLNode {
  fileprivate subscript(key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  fileprivate var text: String? {
    if case .scalar(let scalar) = content { scalar.text } else { nil }
  }
}
