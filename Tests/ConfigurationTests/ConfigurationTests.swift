import Configuration
import Testing

@Suite("What a configuration says")
struct ConfigurationTests {
  private func configuration(_ yaml: String) throws -> Configuration {
    try Configuration(yaml: Array(yaml.utf8), named: "c.yaml")
  }

  @Test("every key, with a comment behind it")
  func full() throws {
    let configuration = try configuration(
      """
      workers: 4            # 1...1024 or auto
      memory: 512M          # bytes
      rate: 50/s            # jobs started
      io-rate: 20M/s        # bytes read and written
      timeout: 10m          # 500ms 30s 10m 2h
      job-timeout: 30s      # same
      log-level: info       # error | info | debug
      """)
    #expect(configuration.workers == .count(4))
    #expect(configuration.memory == .byteCount(512 << 20))
    #expect(configuration.rate?.perSecond == 50)
    #expect(configuration.ioRate?.bytesPerSecond == 0x14p20)
    #expect(configuration.timeout == .duration(.seconds(600)))
    #expect(configuration.jobTimeout == .duration(.seconds(30)))
    #expect(configuration.logLevel == .info)
  }

  @Test("the words that stand for no limit")
  func words() throws {
    let configuration = try configuration(
      """
      {workers: auto, memory: "auto", rate: unlimited, io-rate: 'unlimited', timeout: none,
       "job-timeout": none}
      """)
    #expect(configuration.workers == .automatic)
    #expect(configuration.memory == .automatic)
    #expect(configuration.rate == .unlimited)
    #expect(configuration.ioRate == .unlimited)
    #expect(configuration.timeout == .unlimited)
    #expect(configuration.jobTimeout == .unlimited)
    #expect(configuration.logLevel == nil)
  }

  @Test("plain numbers, as YAML 1.2 reads them")
  func numbers() throws {
    let configuration = try configuration(
      "workers: 0x10\nmemory: 1e6\nrate: 2.5\nio-rate: 010\ntimeout: 0.25\njob-timeout: 90.0")
    #expect(configuration.workers == .count(16))
    #expect(configuration.memory == .byteCount(1_000_000))
    #expect(configuration.rate?.perSecond == 2.5)
    #expect(configuration.ioRate?.bytesPerSecond == 10)
    #expect(configuration.timeout == .duration(.milliseconds(250)))
    #expect(configuration.jobTimeout == .duration(.seconds(90)))
  }

  @Test(
    "a file that says nothing is no error",
    arguments: ["", " \n\n", "# nothing\n", "---\n", "--- ~\n...\n", "{}", "\u{FEFF}"])
  func empty(yaml: String) throws {
    #expect(try configuration(yaml) == Configuration())
  }

  @Test("lines may end as on other systems")
  func lineEndings() throws {
    #expect(try configuration("workers: 4\r\nrate: 2\r\n").workers == .count(4))
    #expect(try configuration("workers: 4\rrate: 2\r").rate?.perSecond == 2)
  }

  @Test("marks in comments, file names and text are neither aliases nor keys")
  func harmlessMarks() throws {
    #expect(
      try configuration(
        """
        # ************ *bold* *bold* *bold* *bold* *bold* *bold* *bold* *bold* *bold*
        workers: 4  # *see* [the] (?=manual): really? yes: {a}: b
        """
      ).workers == .count(4))
  }
}
