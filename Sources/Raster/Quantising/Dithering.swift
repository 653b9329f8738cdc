/// What becomes of the difference between a pixel and the palette's nearest entry.
public enum Dithering: String, Hashable, Sendable, CaseIterable {
  /// It is dropped: areas stay even, and gradients become steps.
  case none

  /// It is handed on to the pixels that come after (R. W. Floyd and L. Steinberg, "An Adaptive
  /// Algorithm for Spatial Grey Scale", Proceedings of the SID 17, 1976), in every second row from
  /// the right, so that no direction is seen.
  case floydSteinberg = "floyd-steinberg"
}
