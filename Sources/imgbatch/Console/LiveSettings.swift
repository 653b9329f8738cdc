import ConcurrencyPrimitives
import Configuration
import ImageBatch
import Synchronization
import SystemPackage

/// The settings of a run, put together of flags, environment, configuration file and defaults, and
/// put together anew when the file changes.
final class LiveSettings: Sendable {
  /// What a run goes by, and how much is said of it.
  struct Value: Equatable, Sendable {
    let run: RunSettings
    let logLevel: LogLevel
  }

  /// What came of reading the file again.
  enum Reading {
    case unchanged
    /// Its writer has not closed it, which will be told.
    case beingWritten
    /// It is in force, and which settings of the run these are.
    case taken(Int)
    /// The system does not give that much.
    case refused(BatchError)
    /// It can't be used; told once for each content.
    case invalid(ConfigurationError)
  }

  /// The configuration file, where there is one.
  let path: FilePath?

  private let said: Configuration
  private let defaults = RunSettings()
  private let state: Mutex<State>

  private struct State {
    var value: Value
    /// The last content that was looked at, whatever came of it.
    var content: [UInt8]?
    /// Why there was none to look at, the last time.
    var absence: ConfigurationError?
  }

  /// Ends the process where environment or file can't be used.
  init(_ running: RunningOptions, _ talking: TalkingOptions) {
    var flags = running.configuration
    flags.logLevel = talking.saidLogLevel
    do throws(EnvironmentError) {
      said = flags.completed(by: try Configuration(environment: ServiceManager.variable))
    } catch {
      ExitStatus.usage.exit(saying: "\(error)")
    }
    path = running.config?.path
    do throws(ConfigurationError) {
      let file: ConfigurationFile? =
        if let path { try ConfigurationFile(at: path, named: path.escaped) } else { nil }
      let configuration = try Self.configuration(in: file, at: path)
      let value = Self.value(said.completed(by: configuration), defaults)
      state = Mutex(State(value: value, content: file?.bytes))
    } catch {
      ExitStatus.configurationInvalid.exit(saying: error)
    }
  }

  /// What stands at the moment.
  var current: Value { state.withLock { $0.value } }

  /// Reads the file again and puts it in force: one reading after the other, whoever asks.
  ///
  /// - Parameter apply: hands the settings to the run; returns which these are.
  func reload(_ apply: (Value) throws(BatchError) -> Int) -> Reading {
    guard let path else { return .unchanged }
    return state.withLock { state in
      let file: ConfigurationFile
      do throws(ConfigurationError) {
        file = try ConfigurationFile(at: path, named: path.escaped)
        state.absence = nil
      } catch {
        guard error != state.absence else { return .unchanged }
        state.absence = error
        return .invalid(error)
      }
      guard !file.hasWriter else { return .beingWritten }
      guard file.bytes != state.content else { return .unchanged }
      state.content = file.bytes
      do throws(ConfigurationError) {
        let value = Self.value(
          said.completed(by: try Self.configuration(in: file, at: path)), defaults)
        return Self.take(value, apply, &state)
      } catch {
        return .invalid(error)
      }
    }
  }

  private static func take(
    _ value: Value, _ apply: (Value) throws(BatchError) -> Int, _ state: inout State
  ) -> Reading {
    guard value != state.value else { return .unchanged }
    do throws(BatchError) {
      let generation = try apply(value)
      state.value = value
      return .taken(generation)
    } catch {
      // Asked again, it may be granted.
      state.content = nil
      return .refused(error)
    }
  }

  private static func configuration(
    in file: ConfigurationFile?, at path: FilePath?
  ) throws(ConfigurationError) -> Configuration {
    guard let file, let path else { return Configuration() }
    return try Configuration(yaml: file.bytes, named: path.escaped)
  }

  private static func value(_ configuration: Configuration, _ defaults: RunSettings) -> Value {
    var run = defaults
    if let count = configuration.workers?.count { run.workerCount = count }
    if let byteCount = configuration.memory?.byteCount { run.memoryByteCount = byteCount }
    run.jobRate = Rate(perSecond: configuration.rate?.perSecond ?? .infinity)
    run.byteRate = Rate(perSecond: configuration.ioRate?.bytesPerSecond ?? .infinity)
    run.timeout = configuration.timeout?.duration
    run.jobTimeout = configuration.jobTimeout?.duration
    if let slowAfter = configuration.slowAfter { run.stallTime = slowAfter.duration }
    return Value(run: run, logLevel: configuration.logLevel ?? .info)
  }
}
