import Configuration
import FoundationEssentials
import ImageBatch
import Raster
import SystemPackage
import Testing

@testable import Recipes

@Suite("The gallery") struct GalleryTests {
  private static let docs = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "docs")

  private static func file() throws -> [UInt8] {
    Array(try Data(contentsOf: docs.appending(path: "gallery.yaml")))
  }

  @Test("shows every operation, and each fit")
  func everyOperation() throws {
    let text = String(decoding: try Self.file(), as: UTF8.self)
    guard case .list(let outputs)? = try YAMLNode(yaml: Array(text.utf8))?["outputs"] else {
      Issue.record("there are no outputs")
      return
    }
    let lines = try outputs.flatMap { output -> [String] in
      guard case .list(let steps)? = output["steps"] else { return [] }
      return try steps.map { step in
        guard case .scalar(let line) = step.content else { throw NotOneLine() }
        return line.text
      }
    }
    let names = Set(lines.compactMap { $0.split(separator: " ").first.map(String.init) })
    #expect(names == Set(OperationDescription.all.map(\.name)))
    for fit in Fit.allCases where fit != .inside {
      #expect(lines.contains { $0.contains("fit=\(fit.rawValue)") }, "\(fit)")
    }
  }

  @Test("is a recipe, with an output for each picture of it")
  func isARecipe() throws {
    let recipe = try Recipe(
      yaml: try Self.file(), named: "gallery.yaml", filesIn: FilePath(Self.docs.path()))
    #expect(recipe.outputs.first?.operations.isEmpty == true, "the picture itself comes first")
    #expect(recipe.outputs.dropFirst().allSatisfy { !$0.operations.isEmpty })
    #expect(Set(recipe.outputs.map(\.folder)).count == recipe.outputs.count)
  }

  private struct NotOneLine: Error {}
}

extension YAMLNode {
  fileprivate subscript(key: String) -> Content? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value.content
  }
}
