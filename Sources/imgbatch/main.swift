import ArgumentParser

// The main thread stays synchronous: an asynchronous `main` is bound to the main actor, where a
// blocking wait is a deadlock, and the signals must be blocked before any other thread starts.
ProcessSetup.perform()
Signals.block()

do {
  var command = try Imgbatch.command(for: ArgumentText.all)
  try command.run()
} catch {
  Imgbatch.exit(withError: error)
}
