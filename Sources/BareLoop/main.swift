import Glibc
import Raster

let usage = """
  usage: bare-loop SIZE IN OUT   what `imgbatch resize IN OUT --size SIZE` does, in a plain loop
         bare-loop png IN OUT    what `imgbatch convert IN OUT --to png` does

  """

func say(_ text: String) {
  _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
}

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 3, let word = arguments.first, let output = arguments.last else {
  say(usage)
  exit(2)
}
let loop: BareLoop
if word == "png" {
  loop = BareLoop(.conversion)
} else if let size = SizeRequest(argument: word) {
  loop = BareLoop(.resize(ResizeRequest(size: size)))
} else {
  say(usage)
  exit(2)
}
do {
  try await loop.run(arguments[2], output)
} catch {
  say("bare-loop: \(error)\n")
  exit(1)
}
