import Glibc
import SystemPackage

/// A file name as the kernel has it: bytes without a slash, ended by a zero.
struct FileName: Hashable, Sendable {
  /// With the closing zero: ready for a system call.
  let bytes: [CChar]

  init(zeroTerminated bytes: [CChar]) {
    precondition(bytes.last == 0)
    self.bytes = bytes
  }

  init(_ text: String) {
    self.init(zeroTerminated: Array(text.utf8CString))
  }

  /// The bytes before the closing zero.
  var content: ArraySlice<CChar> { bytes.dropLast() }

  /// The ending after the last dot in lower case, or nil where there is none or it is no ASCII.
  ///
  /// A dot at the start makes a hidden file, not an ending.
  var fileExtension: String? {
    guard let dot = content.lastIndex(of: .dot), dot > 0 else { return nil }
    let ending = content[(dot + 1)...]
    guard !ending.isEmpty, ending.count <= 8, ending.allSatisfy({ $0 > 0 }) else { return nil }
    return String(unsafeUninitializedCapacity: ending.count) { buffer in
      buffer.initialize(fromContentsOf: ending.lazy.map(\.lowercasedASCII))
    }
  }

  /// The name without its ending, if it has one.
  var droppingExtension: FileName { FileName(zeroTerminated: stem + [0]) }

  /// The name with one more ending.
  func appendingExtension(_ fileExtension: String) -> FileName {
    FileName(zeroTerminated: content + [.dot] + fileExtension.utf8CString)
  }

  /// The name with a text behind it.
  func appending(_ text: String) -> FileName {
    FileName(zeroTerminated: Array(content) + Array(text.utf8CString))
  }

  /// The name with a text before its ending.
  func inserting(_ text: String) -> FileName {
    FileName(
      zeroTerminated: stem + Array(text.utf8CString.dropLast()) + bytes[stem.endIndex...])
  }

  private var stem: ArraySlice<CChar> {
    guard fileExtension != nil, let dot = content.lastIndex(of: .dot) else { return content }
    return content[..<dot]
  }
}

extension FileName {
  init(_ component: FilePath.Component) {
    self = component.withPlatformString { FileName(copying: $0) }
  }

  fileprivate init(copying start: UnsafePointer<CChar>) {
    self.init(
      zeroTerminated: Array(UnsafeBufferPointer(start: start, count: strlen(start) + 1)))
  }
}

extension FilePath {
  /// The name at its end; nil for a root, and for no path at all.
  ///
  /// By the path's own bytes, which end in no slash: its components are generic types, which a run
  /// on one picture would have made for this alone, 1.5 % of its time.
  var lastName: FileName? {
    withPlatformString { path in
      let name = strrchr(path, CInt(UInt8(ascii: "/"))).map { UnsafePointer($0) + 1 } ?? path
      return name.pointee == 0 ? nil : FileName(copying: name)
    }
  }
}

extension CChar {
  /// The byte, made that of a small letter where it is that of a large one.
  fileprivate var lowercasedASCII: UInt8 {
    let byte = UInt8(bitPattern: self)
    return (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  static let dot = CChar(bitPattern: UInt8(ascii: "."))
}
