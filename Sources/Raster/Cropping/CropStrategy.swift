/// How the part of a picture is found that is worth keeping; the words are sharp's.
///
/// Both look at a likeness of at most 128 cells a side, in whole numbers only, and answer with a
/// place among as many; where nothing stands out, with the centre.
public enum CropStrategy: String, Hashable, Sendable, CaseIterable {
  /// What draws the eye: edges, strong colours and skin.
  ///
  /// A cell scores twice the magnitude of the Laplacian of its luminance (255 at most), plus the
  /// range of its colour's samples, plus 256 where they are within the bounds for skin that
  /// J. Kovač, P. Peer and F. Solina give ("Human Skin Colour Clustering for Face Detection",
  /// EUROCON 2003). The part that wins has the largest sum of scores, weighed by a tent that is
  /// highest in its middle; of equal parts, the one nearest to the picture's centre.
  case attention

  /// What is richest in detail.
  ///
  /// As long as there is too much, a strip of at most 8 cells is cut off on one of two opposite
  /// sides: the one where the Shannon entropy of the luminance, in 64 steps, is lower; of equal
  /// ones, where less has been cut off. First the width, then the height.
  case entropy

  /// Where a part of that size starts.
  ///
  /// - Precondition: `size` is within the picture.
  func origin(of size: PixelSize, in picture: borrowing Image) -> PixelPoint {
    let likeness = Likeness(of: picture)
    let whole = picture.layout.size
    let side = Likeness.blockSide(for: whole)
    let columns = CropAxis(
      cellCount: likeness.width, blockSide: side, part: size.width, whole: whole.width)
    let rows = CropAxis(
      cellCount: likeness.height, blockSide: side, part: size.height, whole: whole.height)
    switch self {
    case .attention: return AttentionMap(likeness).origin(columns, rows)
    case .entropy: return EntropyTrim(likeness).origin(columns, rows)
    }
  }
}

/// One axis of the search: how many of its cells stay, and what that comes to in pixels.
struct CropAxis {
  /// The cells that there are.
  let cellCount: Int

  /// The cells that stay.
  let keptCount: Int

  private let rest: Int

  init(cellCount: Int, blockSide: Int, part: Int, whole: Int) {
    self.cellCount = cellCount
    rest = whole - part
    let rounded = (part + blockSide / 2) / blockSide
    // Where something is cut off, there is at least one cell's choice.
    keptCount = rest == 0 ? cellCount : min(max(rounded, 1), max(cellCount - 1, 1))
  }

  /// The cells that what stays can start with.
  var candidates: ClosedRange<Int> { 0...cellCount - keptCount }

  /// The pixel that it starts with, from the first candidate at 0 to the last at the end.
  func pixel(of candidate: Int) -> Int {
    let last = candidates.upperBound
    return last == 0 ? rest / 2 : candidate * rest / last
  }

  /// The pixel where what is left on both sides is the same, but for one.
  var centre: Int { rest / 2 }

  /// Twice the distance of a candidate from the centre.
  func eccentricity(of candidate: Int) -> Int { abs(2 * candidate - candidates.upperBound) }
}
