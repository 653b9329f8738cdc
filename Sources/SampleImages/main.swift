import Glibc

let usage = """
  usage: sample-images demo FOLDER        a folder of pictures to try imgbatch on
         sample-images testdata FOLDER    the small files that the tests decode
         sample-images photo FILE         one picture of those, for the gallery
         sample-images contact-sheet RECIPE FOLDER FILE
                                          what the outputs of a recipe are, on one sheet

  """

func say(_ text: String) {
  _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
}

let arguments = Array(CommandLine.arguments.dropFirst())
do {
  let summary: String
  switch (arguments.first, arguments.count) {
  case ("demo", 2): summary = try await DemoFolder.write(to: OutputFolder(path: arguments[1]))
  case ("testdata", 2): summary = try TestdataFolder.write(to: OutputFolder(path: arguments[1]))
  case ("photo", 2): summary = try GalleryFile.writePhoto(to: arguments[1])
  case ("contact-sheet", 4):
    summary = try await GalleryFile.writeSheet(
      of: GalleryFolder(path: arguments[2], recipe: arguments[1]), to: arguments[3])
  default:
    say(usage)
    exit(2)
  }
  print("\(arguments[arguments.count - 1]): \(summary)")
} catch {
  say("sample-images: \(error)\n")
  exit(1)
}
