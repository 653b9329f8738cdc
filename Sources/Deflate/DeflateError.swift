/// Why a stream cannot be inflated or deflated.
public enum DeflateError: Error, Hashable, Sendable {
  /// They are no stream of RFC 1950 and 1951.
  case corrupt
  /// What they inflate to has another checksum.
  case wrongChecksum
  /// They end before the stream does.
  case truncated
  /// The stream ends before as many bytes have come as were asked for.
  case tooShort
  /// The system would not give so many bytes.
  case outOfMemory(byteCount: Int)
}
