import Testing

/// Pictures lie on their side no longer.
@Suite(
  .besideOthers,
  .enabled(if: Machine.path(inEnvironment: "IMGBATCH_CORPUS") != nil, "IMGBATCH_CORPUS is not set"))
struct OrientationTests {
  @Test("turned pictures come out upright, whatever the order and place of their eXIf")
  func upright() async throws {
    let sandbox = try Sandbox()
    let corpus = try #require(Machine.path(inEnvironment: "IMGBATCH_CORPUS"))
    let ending = try await sandbox.run(
      "convert", corpus / "orientation", "out", "--to", "ppm", "--include", "*.png")
    #expect(ending.status == .exited(0), "\(ending.errorText)")
    let outputs = try sandbox.tree("out").files
    for shape in ["Landscape", "Portrait"] {
      // The first lies as it should.
      let upright = try #require(outputs["\(shape)_1_MM.ppm"])
      let turned = outputs.filter { "\($0.key)".hasPrefix("\(shape)_") }
      #expect(turned.count == 24)
      #expect(turned.values.allSatisfy { $0 == upright })
    }
    #expect(outputs.keys.count { "\($0)".hasPrefix("hostile_") } == 17)
  }
}
