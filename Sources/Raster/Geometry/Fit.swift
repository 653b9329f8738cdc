/// How a picture meets a box whose proportions are not its own; the words are those of CSS
/// `object-fit` and of sharp.
public enum Fit: String, Hashable, Sendable, CaseIterable {
  /// As large as it can be within the box; the proportions stay.
  case inside

  /// As small as it can be and still as wide and as high as the box; the proportions stay.
  case outside

  /// As `outside`, then cut to the box.
  case cover

  /// As `inside`, then padded to the box.
  case contain

  /// Exactly the box; the proportions give way.
  case fill
}
