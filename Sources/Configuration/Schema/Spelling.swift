/// The word that somebody who typed another may have meant.
///
/// - Returns: the nearest word, if a third of its letters or less are wrong.
package func nearestSpelling(to typed: String, among words: [String]) -> String? {
  // No word is so long; the distance takes time in the square of it.
  guard typed.utf8.count <= 64 else { return nil }
  let letters = typed.asciiLowercased.unicodeScalars.map { $0 == "_" || $0 == " " ? "-" : $0 }
  let ranked = words.map { word in
    (word: word, distance: editDistance(letters, Array(word.unicodeScalars)))
  }
  guard let best = ranked.min(by: { $0.distance < $1.distance }),
    best.distance <= max(1, best.word.unicodeScalars.count / 3)
  else { return nil }
  return best.word
}

/// The number of letters to add, drop, replace, or swap with the next, to make one word another.
///
/// The optimal string alignment distance: F. J. Damerau, "A technique for computer detection and
/// correction of spelling errors", CACM 1964.
private func editDistance<Letter: Equatable>(_ left: [Letter], _ right: [Letter]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for row in 0..<left.count {
    var current = [row + 1]
    for column in 0..<right.count {
      var cost = min(
        last[column + 1] + 1, current[column] + 1,
        last[column] + (left[row] == right[column] ? 0 : 1))
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        cost = min(cost, beforeLast[column - 1] + 1)
      }
      current.append(cost)
    }
    (beforeLast, last) = (last, current)
  }
  return last[right.count]
}
