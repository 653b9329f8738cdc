/// What a file may say about how a run goes about its work; see `schemaText`.
///
/// What the file is silent on is nil.
public struct Configuration: Hashable, Sendable {
  /// Pictures worked on at once.
  public var workers: WorkerCount?

  /// Bytes that all jobs together may hold.
  public var memory: MemoryBudget?

  /// How often jobs start.
  public var rate: JobRate?

  /// How many bytes are read and written.
  public var ioRate: ByteRate?

  /// Time for the whole run.
  public var timeout: TimeLimit?

  /// Time for one file.
  public var jobTimeout: TimeLimit?

  /// Time after which a file that is still worked on is named.
  public var slowAfter: TimeLimit?

  /// How much a run tells of itself.
  public var logLevel: LogLevel?

  /// Says nothing.
  public init() {}

  /// Reads a YAML file. An empty one says nothing.
  ///
  /// The time that it takes grows with the file's size, which is the caller's to bound, as
  /// `ConfigurationFile` does.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: its name, for messages.
  /// - Throws: everything that the schema does not accept, or the first thing that is no YAML.
  public init(yaml bytes: [UInt8], named path: String) throws(ConfigurationError) {
    let problems: [ConfigurationError.Problem]
    do throws(ConfigurationError.Problem) {
      guard let root = try YAMLNode(yaml: bytes) else { return }
      problems = decode(root)
    } catch {
      throw ConfigurationError(path, [error])
    }
    guard problems.isEmpty else { throw ConfigurationError(path, problems) }
  }

  /// Takes the values over that the schema accepts.
  private mutating func decode(_ root: YAMLNode) -> [ConfigurationError.Problem] {
    var reader = ValueReader(root, .configuration)
    workers = reader.value(for: "workers")
    memory = reader.value(for: "memory")
    rate = reader.value(for: "rate")
    ioRate = reader.value(for: "io-rate")
    timeout = reader.value(for: "timeout")
    jobTimeout = reader.value(for: "job-timeout")
    slowAfter = reader.value(for: "slow-after")
    logLevel = reader.value(for: "log-level")
    return reader.problems
  }

  /// What is said here, and for the rest what another says.
  public func completed(by other: Configuration) -> Configuration {
    var result = self
    result.workers = workers ?? other.workers
    result.memory = memory ?? other.memory
    result.rate = rate ?? other.rate
    result.ioRate = ioRate ?? other.ioRate
    result.timeout = timeout ?? other.timeout
    result.jobTimeout = jobTimeout ?? other.jobTimeout
    result.slowAfter = slowAfter ?? other.slowAfter
    result.logLevel = logLevel ?? other.logLevel
    return result
  }

  /// The JSON Schema (draft 2020-12) of the file, for people and for editors.
  public static var schemaText: String {
    String(decoding: PackageResources.configuration_schema_json, as: UTF8.self)
  }
}

extension JSONSchema {
  /// The schema of a configuration, which is part of the program.
  static let configuration: JSONSchema = {
    do throws(ConfigurationError.Problem) {
      return try JSONSchema(json: PackageResources.configuration_schema_json)
    } catch {
      preconditionFailure("the schema of the configuration: \(error)")
    }
  }()
}
