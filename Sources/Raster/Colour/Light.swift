/// What of the samples is weighed where pixels are mixed.
public enum Light: String, Hashable, Sendable, CaseIterable {
  /// The samples as they are stored.
  case encoded

  /// The light that they stand for, as their `TransferFunction` tells: slower, and true to what an
  /// eye sees from afar.
  case linear
}
