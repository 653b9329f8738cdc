import Configuration
import Testing

@Suite("Quantities as they are typed")
struct QuantityTests {
  @Test(
    "numbers of bytes",
    arguments: [
      ("1", 1), ("4096", 4096), ("1K", 1024), ("1k", 1024), ("1KB", 1024), ("1KiB", 1024),
      ("1kib", 1024), ("512M", 512 << 20), ("1.5G", 3 << 29), ("2T", 2 << 40), ("7B", 7),
      ("7iB", 7), ("0.5K", 512), ("1.5", 2), ("0007", 7),
    ])
  func byteCounts(text: String, byteCount: Int) {
    #expect(ByteCount(text)?.byteCount == byteCount)
    #expect(MemoryBudget(text) == .byteCount(byteCount))
    #expect(ByteRate(text)?.bytesPerSecond.rounded() == Double(byteCount))
  }

  @Test(
    "numbers of bytes that are none",
    arguments: [
      "", "K", "0", "-1", "+1", ".5", "5.", "1.2.3", "1e3", "1 K", " 1", "1 ", "1P", "1KBB", "1BK",
      "0.1", "５", "٥", "0x10", "1ıB", "nan", "inf", "infinity", "4611686018427387904",
      "9999999T", String(repeating: "9", count: 400),
    ])
  func refusedByteCounts(text: String) {
    #expect(ByteCount(text) == nil)
    #expect(MemoryBudget(text) == nil)
  }

  @Test("numbers of pixels count in thousands")
  func pixelCounts() {
    #expect(PixelCount("268M")?.pixelCount == 268_000_000)
    #expect(PixelCount("1.5k")?.pixelCount == 1500)
    #expect(PixelCount("2G")?.pixelCount == 2_000_000_000)
    #expect(PixelCount("5")?.pixelCount == 5)
    for text in ["", "0", "1T", "1MB", "M", "-1", "1e6", "1 M"] {
      #expect(PixelCount(text) == nil)
    }
  }

  @Test(
    "times",
    arguments: [
      ("500ms", 500), ("30s", 30_000), ("30", 30_000), ("10m", 600_000), ("2h", 7_200_000),
      ("1.5s", 1500), ("0.001", 1), ("0.0005", 1), ("1ms", 1),
    ])
  func times(text: String, milliseconds: Int) {
    #expect(TimeLimit(text)?.duration == .milliseconds(milliseconds))
  }

  @Test(
    "times that are none",
    arguments: [
      "", "0", "0s", "0.0001", "-1s", "1d", "1S", "1MS", "1 s", "s", "10m5s", "876600h", "None",
      "nan",
    ])
  func refusedTimes(text: String) { #expect(TimeLimit(text) == nil) }

  @Test("no time limit")
  func noTimeLimit() {
    #expect(TimeLimit("none") == .unlimited)
    #expect(TimeLimit.unlimited.duration == nil)
  }

  @Test("numbers of workers")
  func workerCounts() {
    #expect(WorkerCount("auto") == .automatic)
    #expect(WorkerCount("auto")?.count == nil)
    #expect(WorkerCount("1")?.count == 1)
    #expect(WorkerCount("1024")?.count == WorkerCount.maximum)
    for text in ["", "0", "1025", "-1", "4.0", "Auto", "4 ", "1K", "99999999999999999999"] {
      #expect(WorkerCount(text) == nil)
    }
    for text in ["auto", "7"] { #expect(WorkerCount(text)?.description == text) }
  }

  @Test(
    "rates of jobs",
    arguments: [("50/s", 50), ("50", 50), ("90/m", 1.5), ("1800/h", 0.5), ("0.5/s", 0.5)])
  func jobRates(text: String, perSecond: Double) {
    #expect(JobRate(text)?.perSecond == perSecond)
  }

  @Test(
    "rates of bytes",
    arguments: [
      ("20M/s", 0x14p20), ("20MiB/s", 0x14p20), ("1024", 1024), ("60K/m", 1024), ("3600/h", 1),
    ])
  func byteRates(text: String, bytesPerSecond: Double) {
    #expect(ByteRate(text)?.bytesPerSecond == bytesPerSecond)
  }

  @Test(
    "a rate of nothing, of less or of what is no number is refused",
    arguments: [
      "", "0", "0/s", "0.0/h", "-1", "-1/s", "nan", "inf", "infinity", "/s", "1/", "1/d", "1/S",
      "1/s/s", "1 /s", "1/ s", "Unlimited", String(repeating: "9", count: 400),
      "0." + String(repeating: "0", count: 400) + "1",
    ])
  func refusedRates(text: String) {
    #expect(JobRate(text) == nil)
    #expect(ByteRate(text) == nil)
  }

  @Test("a rate of jobs has no unit of bytes, and one without limit is infinite")
  func rates() {
    #expect(JobRate("1M/s") == nil)
    #expect(JobRate("unlimited") == .unlimited)
    #expect(JobRate.unlimited.perSecond == .infinity)
    #expect(ByteRate("unlimited")?.bytesPerSecond == .infinity)
  }

  @Test("levels are in order")
  func levels() {
    #expect(LogLevel.allCases == LogLevel.allCases.sorted())
    #expect(LogLevel.error < .debug)
    for level in LogLevel.allCases { #expect(LogLevel(level.rawValue) == level) }
    #expect(LogLevel("Info") == nil)
  }
}
