import ArgumentParser
import ImageCodecs

/// The command line: flags become a `Plan`, the plan a batch, the batch text and an exit status.
struct Imgbatch: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "imgbatch",
    abstract: "Process whole folders of images: in parallel, all or nothing a file, bit for bit.",
    discussion: """
      Examples:
        imgbatch resize ./in ./out --workers 4
        imgbatch convert ./in ./out --to qoi
        imgbatch apply ./in ./out --op 'crop 400x400 position=top' --op 'rotate 90'
        imgbatch optimize ./in ./out
        imgbatch inspect ./in
        imgbatch compare ./before ./after
        imgbatch watch ./in ./out --config imgbatch.yaml

      Exit status: 0 all done, 1 some files failed or differ, 64 usage, 65 plan refused, 66 no input, \
      70 a bug, 71 system limits, 73 no output folder, 74 output device failed, 75 output in use, \
      78 configuration or recipe invalid, 124 timed out, 128+N ended by signal N.
      """,
    version: version,
    subcommands: commands)

  private static let commands: [any ParsableCommand.Type] = [
    ResizeCommand.self, ConvertCommand.self, ApplyCommand.self, OptimizeCommand.self,
    InspectCommand.self, VerifyCommand.self, CompareCommand.self, PlanCommand.self,
    WatchCommand.self, OpsCommand.self, ConfigCommand.self,
  ]

  /// This program's version, and those of the libraries that it runs on.
  static var version: String {
    let libraries = CodecLibraries.versions.map { "\($0.name) \($0.version)" }
    return "imgbatch 0.1.0 (" + libraries.joined(separator: ", ") + ")"
  }

  /// The command that the arguments ask for.
  ///
  /// A subcommand that the first words name is parsed by itself: on its way down from the root, the
  /// parser works out three times over, by reflection, what options the subcommand has, which is a
  /// third of all that a run on a small picture costs. Where that fails, or help is wanted, the
  /// whole tree is asked, whose words name the whole command.
  static func command(for arguments: [String]) throws -> any ParsableCommand {
    var named: (any ParsableCommand.Type)?
    var candidates = commands
    var rest = arguments[...]
    while let word = rest.first,
      let candidate = candidates.first(where: { $0.configuration.commandName == word })
    {
      named = candidate
      candidates = candidate.configuration.subcommands
      rest.removeFirst()
    }
    // Where help is wanted, what is parsed is another command, that of the help.
    if let named, let command = try? named.parseAsRoot(Array(rest)), type(of: command) == named {
      return command
    }
    return try parseAsRoot(arguments)
  }
}

extension CommandConfiguration {
  /// That of a command below another one, such as `imgbatch`, which is parsed by itself.
  ///
  /// A command that knows what it is part of does not look for completion scripts, which only the
  /// whole tree can write: two commands less to be parsed.
  init(
    command name: String, of parent: String = "imgbatch", abstract: String,
    discussion: String = "", subcommands: [any ParsableCommand.Type] = []
  ) {
    self.init(
      commandName: name, _superCommandName: parent, abstract: abstract, discussion: discussion,
      subcommands: subcommands)
  }
}
