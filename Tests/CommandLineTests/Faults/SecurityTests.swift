import Testing

/// What the program cannot do, whatever a file says.
@Suite(.besideOthers) struct SecurityTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// All that is taken of libpng: raw rows and what describes them.
  ///
  /// Not its simplified interface (png_image_), its quantiser (png_set_quantize), its pixel
  /// transforms (png_set_expand, png_set_palette_to_rgb …), nor its writer. Nearly all of its
  /// vulnerabilities of 2025 and 2026 are in these.
  private static let libpngFunctions: Set<String> = [
    "png_create_info_struct", "png_create_read_struct_2", "png_destroy_read_struct", "png_error",
    "png_get_PLTE", "png_get_bit_depth", "png_get_color_type", "png_get_error_ptr",
    "png_get_image_height", "png_get_image_width", "png_get_interlace_type",
    "png_get_io_chunk_type", "png_get_io_ptr", "png_get_io_state", "png_get_libpng_ver",
    "png_get_mem_ptr", "png_get_rowbytes", "png_get_tRNS", "png_longjmp", "png_read_end",
    "png_read_info", "png_read_row", "png_read_update_info", "png_set_check_for_invalid_index",
    "png_set_chunk_cache_max", "png_set_chunk_malloc_max", "png_set_interlace_handling",
    "png_set_keep_unknown_chunks", "png_set_longjmp_fn", "png_set_read_fn",
    "png_set_user_limits",
  ]

  /// What starts programs, and what talks to others. socket and sendto are there: to tell the
  /// service manager, over the socket that it names.
  private static let forbiddenFunctions: Set<String> = [
    "system", "popen", "execl", "execle", "execlp", "execv", "execve", "execvp", "execvpe",
    "fexecve", "fork", "vfork", "posix_spawn", "posix_spawnp", "connect", "bind", "listen",
    "accept", "accept4", "getaddrinfo", "gethostbyname",
  ]

  @Test(
    "the binary does not import what it must not use",
    .enabled(if: Machine.findsProgram("nm"), "there is no nm"),
    .enabled(if: !Machine.isSanitized, "a sanitizer brings imports of its own"))
  func imports() async throws {
    let listing = try await sandbox.run(
      program: "nm", "-D", "--undefined-only", "--without-symbol-versions", try Imgbatch.path())
    #expect(listing.status == .exited(0), "\(listing.errorText)")
    let imports = Set(
      listing.outputLines.compactMap { $0.split(separator: " ").last.map(String.init) })
    let libpng = imports.filter { $0.hasPrefix("png_") }
    #expect(libpng.contains("png_read_row"))
    #expect(libpng.subtracting(Self.libpngFunctions).isEmpty)
    #expect(imports.intersection(Self.forbiddenFunctions).isEmpty)
  }

  /// A picture that names files, as those did that had other programs read them (CVE-2016-3714,
  /// CVE-2022-44268).
  private static let naming: [UInt8] = {
    var file = PNGFile(width: 4, height: 4, samples: [UInt8](repeating: 7, count: 48))
    for text in [
      "profile\0/etc/passwd", "Copyright\0@/etc/passwd", "Author\0|touch stolen",
      "Comment\0url(https://127.0.0.1/x.png)", "Raw profile type exif\0/etc/passwd",
    ] {
      file.ancillaryChunks += PNGFile.chunk("tEXt", Array(text.utf8))
    }
    return file.bytes
  }()

  @Test(
    "nothing but IN, OUT, the configuration and what the system loads is opened, nothing is run",
    .enabled(if: Machine.canTrace, "strace cannot trace here"),
    .enabled(if: !Machine.isSanitized, "a sanitizer opens files of its own"))
  func opens() async throws {
    try sandbox.write(Self.naming, to: "in/deep/naming.png")
    try sandbox.write(Self.naming.dropLast(20), to: "in/broken.png")
    try sandbox.writePixmaps(3)
    try sandbox.write("log-level: info\n", to: Sandbox.configuration)
    let log = sandbox.base / "trace"
    let ending = try await sandbox.run(
      "resize", "in", "out", "--size", "2", "--metadata", "all", "--config",
      Sandbox.configuration,
      through: [
        "strace", "-f", "-qq", "-y", "-o", log,
        "-e", "trace=open,openat,openat2,creat,execve,execveat,connect,bind,listen",
      ])
    #expect(ending.summary == Summary(done: 4, failed: 1), "\(ending.errorText)")
    let calls = String(decoding: try Tree.bytes(of: log), as: UTF8.self).split(separator: "\n")
    var openedCount = 0
    var runCount = 0
    for call in calls where call.contains("(") {
      if call.contains("execve") {
        runCount += 1
        continue
      }
      #expect(call.contains(" open"), "\(call)")
      // `… = 5<…/in/a.png>`: with -y the path is told that the kernel found.
      guard let opened = call.firstMatch(of: #/ = \d+<([^>]*)>/#) else { continue }
      let path = String(opened.1)
      openedCount += 1
      #expect(Self.isAllowed(path, below: sandbox.root), "\(call)")
    }
    #expect(openedCount > 8 && runCount == 1)
    #expect(!sandbox.exists("stolen"))
  }

  private static func isAllowed(_ path: String, below root: ByteString) -> Bool {
    let own = ["in", "out", "\(Sandbox.configuration)"].map { "\(root)/\($0)" }
    if own.contains(where: { path == $0 || path.hasPrefix($0 + "/") }) { return true }
    // The folders above, as folders: whether IN is in OUT is found by going up.
    if path == "/" || "\(root)/".hasPrefix(path + "/") { return true }
    if ["/proc/", "/sys/"].contains(where: path.hasPrefix) || path == "/dev/null" { return true }
    // What the loader and the C library need to start.
    return path == "/etc/ld.so.cache" || path.contains(".so") || path.hasPrefix("/usr/lib/locale/")
      || path.hasSuffix("/gconv-modules.cache")
  }

  @Test(
    "what stood in memory before shows in no output",
    .enabled(if: !Machine.isSanitized, "a sanitizer has an allocator of its own"),
    arguments: [["--size", "7"], ["--size", "7", "--fit", "cover"]] as [[ByteString]])
  func poison(options: [ByteString]) async throws {
    // Every kind of picture, and every kind of damage.
    let samples = ByteString(#filePath).folder.folder.folder.folder / "testdata"
    var trees: [Tree] = []
    for byte in [0x00, 0xA5, 0x5A] {
      // All that is allocated or freed is filled (mallopt(3), M_PERTURB).
      let output = ByteString("out-\(byte)")
      let ending = try await sandbox.start(["resize", samples, output] + options) {
        $0.environment["GLIBC_TUNABLES"] = "glibc.malloc.perturb=\(byte)"
      }.ending()
      #expect(ending.status == .exited(1))
      trees.append(try sandbox.tree(output))
    }
    #expect(trees[0].files.count > 100)
    #expect(trees[1].files == trees[0].files)
    #expect(trees[2].files == trees[0].files)
  }
}
