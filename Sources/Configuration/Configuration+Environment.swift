extension Configuration {
  /// Reads what the environment says: `IMGBATCH_WORKERS`, `IMGBATCH_IO_RATE` and so on, the names of
  /// the keys in capitals. A variable that is empty says nothing.
  ///
  /// - Parameter environment: what a variable holds; nil for none.
  /// - Throws: the first variable that can't be understood.
  public init(environment: (String) -> String?) throws(EnvironmentError) {
    func value<Value: WordOrNumber>(_ key: String) throws(EnvironmentError) -> Value? {
      let name = "IMGBATCH_" + String(key.map { $0 == "-" ? "_" : $0 }).uppercased()
      guard let text = environment(name), !text.isEmpty else { return nil }
      guard let value = Value(text) else {
        throw EnvironmentError(
          variable: name, text: text, expected: JSONSchema.configuration.expectation(of: key))
      }
      return value
    }
    self.init()
    workers = try value("workers")
    memory = try value("memory")
    rate = try value("rate")
    ioRate = try value("io-rate")
    timeout = try value("timeout")
    jobTimeout = try value("job-timeout")
    slowAfter = try value("slow-after")
    logLevel = try value("log-level")
  }
}

/// Why an environment variable cannot be used.
public struct EnvironmentError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Its name.
  public let variable: String
  /// What it holds.
  public let text: String
  /// What it should hold.
  public let expected: String

  /// One sentence with all of it.
  public var description: String {
    "\(variable): expected \(expected); found \(text.printable)"
  }
}
