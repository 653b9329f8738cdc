/// What was odd in a file: the first few sentences, and the number of the rest, so that a file full
/// of oddities fills neither memory nor anybody's screen with them.
struct WarningList: Sendable {
  private static let keptCount = 16

  private var kept: [String] = []
  private var droppedCount = 0

  mutating func append(_ sentence: String) {
    if kept.count < Self.keptCount, kept.last != sentence {
      kept.append(sentence)
    } else {
      droppedCount += 1
    }
  }

  var sentences: [String] {
    droppedCount == 0 ? kept : kept + ["and \(droppedCount) more"]
  }
}
