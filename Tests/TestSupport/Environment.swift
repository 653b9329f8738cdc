import Glibc

/// What a campaign says to the tests.
package enum Environment {
  /// The number that a variable holds; nil where there is none.
  package static func number(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }
}
