import Glibc

/// Text as the kernel has it: an argument, a path or a file's name; bytes that need not be UTF-8.
struct ByteString: Hashable, Sendable {
  var bytes: [UInt8]

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  init(_ text: String) { self.init(text.utf8) }

  /// The path of `name` below `folder`.
  static func / (folder: ByteString, name: ByteString) -> ByteString {
    folder.bytes.isEmpty ? name : ByteString(folder.bytes + "/".utf8 + name.bytes)
  }

  static func + (left: ByteString, right: ByteString) -> ByteString {
    ByteString(left.bytes + right.bytes)
  }

  /// What follows the last slash.
  var name: ByteString { ByteString(bytes.split(separator: UInt8(ascii: "/")).last ?? []) }

  /// What stands before the last slash.
  var folder: ByteString {
    ByteString(bytes.prefix(upTo: bytes.lastIndex(of: UInt8(ascii: "/")) ?? 0))
  }

  /// The path from the root on.
  var absolute: ByteString {
    if bytes.first == UInt8(ascii: "/") { return self }
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard getcwd(&buffer, buffer.count) != nil else { return self }
    return ByteString(buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))) / self
  }

  /// Whether it names a file that a run of imgbatch had not finished: `.imgbatch-*.tmp`.
  var isTemporary: Bool {
    name.bytes.starts(with: ".imgbatch-".utf8) && name.bytes.suffix(4).elementsEqual(".tmp".utf8)
  }

  func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    try (bytes.map(CChar.init(bitPattern:)) + [0]).withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { preconditionFailure("an array with an element") }
      return try body(start)
    }
  }
}

extension ByteString: ExpressibleByStringInterpolation {
  init(stringLiteral text: String) { self.init(text) }
}

extension ByteString: Comparable {
  static func < (left: ByteString, right: ByteString) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

extension ByteString: CustomStringConvertible {
  var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// A system call that the test itself made, and that failed.
struct SystemFailure: Error, CustomStringConvertible {
  let call: String
  let number: CInt

  var description: String { "\(call): \(String(cString: strerror(number)))" }
}

/// Makes sure that a system call did not fail.
@discardableResult
func check<Result: SignedInteger>(_ result: Result, _ call: @autoclosure () -> String)
  throws(SystemFailure) -> Result
{
  guard result >= 0 else {
    let number = errno
    throw SystemFailure(call: call(), number: number)
  }
  return result
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
