/// `ANIMATIONS.tsv`: a line for each animation.
enum AnimationManifest {
  static let columns = ["file", "frames", "plays", "delays", "verdict", "detail"]

  static func text(for samples: [AnimationSample]) -> String {
    let lines = [columns] + samples.map(fields)
    return lines.map { $0.joined(separator: "\t") + "\n" }.joined()
  }

  private static func fields(of sample: AnimationSample) -> [String] {
    let header =
      sample.header.map {
        ["\($0.frameCount)", "\($0.playCount)", $0.delays.joined(separator: " ")]
      } ?? ["-", "-", "-"]
    let verdict =
      switch sample.verdict {
      case .pixels(let sha256): ["rgba16be-sha256", sha256]
      case .failure(let code, let message): [code, message]
      }
    return [sample.still.path] + header + verdict
  }
}
