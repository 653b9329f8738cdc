import ConcurrencyPrimitives
import ImageCodecs

/// What a worker hands to the writer.
enum Product: Sendable {
  /// The job is at its end.
  case settled(Outcome)
  /// The output stands complete in memory and waits for its place.
  case rendition(Rendition)
}

/// What was made of a picture, encoded and on its way to the writer, with the room in memory that it
/// still takes.
struct Rendition: Sendable {
  /// The outputs in the order of the recipe, one at least.
  let pieces: [Piece]
  let permit: WeightedSemaphore.Permit
  /// All that is known of the job but its end.
  let draft: Outcome

  /// One output.
  struct Piece: Sendable {
    let destination: Destination
    let bytes: EncodedBytes
  }
}
