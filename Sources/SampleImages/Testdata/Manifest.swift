/// `MANIFEST.tsv`: a line for each sample.
enum Manifest {
  static let columns = [
    "file", "format", "width", "height", "colour", "depth", "orientation", "verdict", "detail",
  ]

  /// Stands for a message where no codec knows the file, and so none has anything to say.
  static let unknownMessage = "-"

  static func text(for samples: [Sample]) -> String {
    let lines = [columns] + samples.map(fields)
    return lines.map { $0.joined(separator: "\t") + "\n" }.joined()
  }

  private static func fields(of sample: Sample) -> [String] {
    let header =
      sample.header.map { header in
        [
          header.format, "\(header.width)", "\(header.height)", header.colour,
          "\(header.bitDepth)", "\(header.orientation)",
        ]
      } ?? [String](repeating: "-", count: 6)
    let verdict =
      switch sample.verdict {
      case .pixels(let sha256): ["rgba16be-sha256", sha256]
      case .failure(let code, let message): [code, message]
      }
    return [sample.path] + header + verdict
  }
}
