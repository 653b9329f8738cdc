import Configuration
import ImageBatch
import ImageCodecs
import Raster
import SystemPackage

/// What came of a comparison, as an object of a report.
struct ComparisonRecord: Encodable {
  var other: String?
  var otherBase64: String?
  let verdict: String
  /// The highest level of the depth that differences are told in.
  var fullScale: Int?
  var maxDifference: Double?
  /// Left out for equal pictures: JSON knows no infinity.
  var psnr: Double?
  var ssim: Double?
  var differingPixels: Int?
  var sizes: [[Int]]?

  init(_ outcome: Outcome, _ verdict: Verdict) {
    if let path = outcome.counterpart { (other, otherBase64) = JobRecord.lossless(path) }
    self.verdict = verdict.name
    if case .sizesDiffer(let first, let second) = verdict {
      sizes = [first, second].map { [$0.width, $0.height] }
    }
    guard let difference = verdict.difference else { return }
    fullScale = difference.fullScale
    maxDifference = difference.maximum
    psnr = difference.isEqual ? nil : difference.peakSignalToNoiseRatio
    ssim = difference.similarity
    differingPixels = difference.differingPixelCount
  }
}

extension Verdict {
  /// The word that reports have for it.
  var name: String {
    switch self {
    case .equal(let difference): difference.isEqual ? "equal" : "withinTolerance"
    case .different: "different"
    case .sizesDiffer: "sizesDiffer"
    case .onlyInFirst: "onlyInA"
    case .onlyInSecond: "onlyInB"
    }
  }

  /// The numbers, where both pictures have the same size.
  var difference: PictureDifference? {
    switch self {
    case .equal(let difference), .different(let difference): difference
    case .sizesDiffer, .onlyInFirst, .onlyInSecond: nil
    }
  }
}

/// `imgbatch compare` for people: what differs, and with `--verbose` what does not.
struct ComparisonLines: Listing {
  func line(for outcome: Outcome) -> String? {
    guard case .compared(let verdict) = outcome.status else { return nil }
    guard verdict.isDifferent || Console.shared.level >= .debug else { return nil }
    let other = outcome.counterpart?.escaped ?? ""
    let words =
      switch verdict {
      case .equal(let difference) where difference.isEqual: "equal"
      case .equal(let difference): "equal enough: \(Self.text(of: difference, outcome))"
      case .different(let difference): "different: \(Self.text(of: difference, outcome))"
      case .sizesDiffer(let first, let second): "different sizes: \(first) and \(second)"
      case .onlyInFirst, .onlyInSecond: "no counterpart: there is no \(other)"
      }
    return "\(outcome.input.escaped): \(words)"
  }

  private static func text(of difference: PictureDifference, _ outcome: Outcome) -> String {
    let places = difference.maximum == difference.maximum.rounded() ? 0 : 3
    // A difference of a fraction of a level is none of 0.
    let maximum =
      places == 0
      ? "\(Int(difference.maximum))" : max(0.001, difference.maximum).rounded(toPlaces: places)
    let pixelCount = outcome.header.flatMap { try? $0.size.pixelCount() } ?? 0
    return "at most \(maximum) of \(difference.fullScale) levels, "
      + "PSNR \(difference.peakSignalToNoiseRatio.rounded(toPlaces: 2)) dB, "
      + "SSIM \(text(ofSimilarity: difference.similarity)), "
      + "\(difference.differingPixelCount) of \(pixelCount) pixels"
  }

  /// Cut off, not rounded: only equal pictures have a similarity of 1.
  private static func text(ofSimilarity similarity: Double) -> String {
    let places = 10_000.0
    let cut = ((similarity * places).rounded(.down) / places)
    return (cut < 0 ? "-" : "") + abs(cut).rounded(toPlaces: 4)
  }
}

/// `imgbatch compare --json`.
struct JSONComparison: Listing {
  private struct Record: Encodable {
    var input: String?
    var inputBase64: String?
    var difference: String?
    var differenceBase64: String?
    let comparison: ComparisonRecord

    enum CodingKeys: CodingKey {
      case input, inputBase64, difference, differenceBase64
    }

    func encode(to encoder: any Encoder) throws {
      try comparison.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encodeIfPresent(input, forKey: .input)
      try container.encodeIfPresent(inputBase64, forKey: .inputBase64)
      try container.encodeIfPresent(difference, forKey: .difference)
      try container.encodeIfPresent(differenceBase64, forKey: .differenceBase64)
    }
  }

  func line(for outcome: Outcome) -> String? {
    guard case .compared(let verdict) = outcome.status else { return nil }
    let job = JobRecord(outcome)
    return jsonLine(
      Record(
        input: job.input, inputBase64: job.inputBase64, difference: job.output,
        differenceBase64: job.outputBase64, comparison: ComparisonRecord(outcome, verdict)))
  }
}
