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
        imgbatch inspect ./in
        imgbatch compare ./before ./after
        imgbatch watch ./in ./out --config imgbatch.yaml

      Exit status: 0 all done, 1 some files failed or differ, 64 usage, 65 plan refused, 66 no input, \
      70 a bug, 71 system limits, 73 no output folder, 74 output device failed, 75 output in use, \
      78 configuration invalid, 124 timed out, 128+N ended by signal N.
      """,
    version: version,
    subcommands: [
      ResizeCommand.self, ConvertCommand.self, InspectCommand.self, VerifyCommand.self,
      CompareCommand.self, PlanCommand.self, WatchCommand.self, ConfigCommand.self,
    ])

  /// This program's version, and those of the libraries that it runs on.
  static var version: String {
    let libraries = CodecLibraries.versions.map { "\($0.name) \($0.version)" }
    return "imgbatch 0.1.0 (" + libraries.joined(separator: ", ") + ")"
  }
}
