import ArgumentParser
import SystemPackage

/// The program's arguments as text that keeps every byte.
///
/// Paths are bytes, and an argument parser wants strings. A byte that is no part of valid UTF-8
/// stands as a scalar of the last private plane, U+10FF00 and up, until it is a path again; the
/// standard library's own decoding would replace it for good.
enum ArgumentText {
  private static let firstEscape: UInt32 = 0x10_FF00

  /// The arguments after the program's name.
  static var all: [String] {
    let count = Int(CommandLine.argc)
    return (1..<max(1, count)).compactMap { index in
      CommandLine.unsafeArgv[index].map { text(of: $0) }
    }
  }

  private static func text(of argument: UnsafePointer<CChar>) -> String {
    if let valid = String(validatingCString: argument) { return valid }
    // Byte by byte is enough: where one byte is invalid, the text is nobody's to read anyway.
    var scalars = String.UnicodeScalarView()
    var next = argument
    while next.pointee != 0 {
      let byte = UInt8(bitPattern: next.pointee)
      if byte < 0x80 {
        scalars.append(Unicode.Scalar(byte))
      } else if let scalar = Unicode.Scalar(firstEscape + UInt32(byte)) {
        scalars.append(scalar)
      }
      next += 1
    }
    return String(scalars)
  }

  /// The bytes that the text stands for, ended by a zero.
  static func bytes(of text: String) -> [CChar] {
    var bytes: [CChar] = []
    for scalar in text.unicodeScalars {
      if scalar.value >= firstEscape + 0x80, scalar.value <= firstEscape + 0xFF {
        bytes.append(CChar(truncatingIfNeeded: scalar.value - firstEscape))
      } else {
        bytes.append(contentsOf: String(scalar).utf8.map(CChar.init(bitPattern:)))
      }
    }
    return bytes + [0]
  }
}

/// A path on the command line.
struct PathArgument: ExpressibleByArgument {
  let path: FilePath

  /// Whether it was given with a slash at its end, which only a folder may have.
  let namesFolder: Bool

  /// Whether it stands for a standard stream.
  var isStandardStream: Bool { path == FilePath("-") }

  init?(argument: String) {
    let bytes = ArgumentText.bytes(of: argument)
    guard bytes.count > 1 else { return nil }
    path = FilePath(platformString: bytes)
    namesFolder = argument.hasSuffix("/")
  }
}
