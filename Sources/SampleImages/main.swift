import Glibc

let usage = """
  usage: sample-images demo FOLDER        a folder of pictures to try imgbatch on
         sample-images testdata FOLDER    the small files that the tests decode

  """

func say(_ text: String) {
  _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
}

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let kind = arguments.first, let path = arguments.last else {
  say(usage)
  exit(2)
}
let folder = OutputFolder(path: path)
do {
  let summary: String
  switch kind {
  case "demo": summary = try await DemoFolder.write(to: folder)
  case "testdata": summary = try TestdataFolder.write(to: folder)
  default:
    say(usage)
    exit(2)
  }
  print("\(path): \(summary)")
} catch {
  say("sample-images: \(error)\n")
  exit(1)
}
