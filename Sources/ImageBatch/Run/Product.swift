import ConcurrencyPrimitives
import ImageCodecs

/// What a worker hands to the writer.
enum Product: Sendable {
  /// The job is at its end.
  case settled(Outcome)
  /// The output stands complete in memory and waits for its place.
  case rendition(Rendition)
}

/// An encoded picture on its way to the writer, with the room in memory that it still takes.
struct Rendition: Sendable {
  let destination: Destination
  let bytes: EncodedBytes
  let permit: WeightedSemaphore.Permit
  /// All that is known of the job but its end.
  let draft: Outcome
}
