import ArgumentParser
import Configuration
import Glibc
import ImageBatch

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    command: "config",
    abstract: "Check a configuration file, or print what one may hold.",
    discussion: """
      The keys are options' names: workers, memory, rate, io-rate, timeout, job-timeout, slow-after, \
      log-level. \
      A run reads the file again when it changes, and on SIGHUP. Flags win over IMGBATCH_WORKERS \
      and so on in the environment, and these over the file.

      Examples:
        imgbatch config check imgbatch.yaml
        imgbatch config schema > imgbatch.schema.json
        imgbatch resize ./in ./out --config imgbatch.yaml
      """,
    subcommands: [Check.self, Schema.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      command: "check", of: "imgbatch config",
      abstract: "Tell whether a file is a configuration: where it is not, and what was expected.")

    @Argument(
      help: ArgumentHelp("The configuration.", valueName: "file"), completion: .file())
    var file: PathArgument

    func run() throws {
      do throws(ConfigurationError) {
        let content = try ConfigurationFile(at: file.path, named: file.path.escaped)
        _ = try Configuration(yaml: content.bytes, named: file.path.escaped)
      } catch {
        ExitStatus.configurationInvalid.exit(saying: error)
      }
    }
  }

  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      command: "schema", of: "imgbatch config",
      abstract: "Print the JSON Schema of configurations, for editors and other tools.")

    func run() throws {
      guard Console.write(Configuration.schemaText, to: STDOUT_FILENO) == nil else {
        ExitStatus.outputFailed.exit()
      }
    }
  }
}
