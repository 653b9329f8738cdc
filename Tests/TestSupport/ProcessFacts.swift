import Glibc

/// What the kernel knows about this process.
package enum ProcessFacts {
  package static var threadCount: Int { entryCount("/proc/self/task") }

  package static var descriptorCount: Int { entryCount("/proc/self/fd") }

  /// How many of the first thousand descriptors lead to where a path starts like that.
  package static func descriptorCount(below start: String) -> Int {
    (0..<1024).count { number in
      var target = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink("/proc/self/fd/\(number)", &target, target.count)
      return target.prefix(max(0, count)).starts(with: start.utf8.map(CChar.init(bitPattern:)))
    }
  }

  package static var residentByteCount: Int { pageCount(field: 1) * sysconf(Int32(_SC_PAGESIZE)) }

  package static var virtualByteCount: Int { pageCount(field: 0) * sysconf(Int32(_SC_PAGESIZE)) }

  /// Whether a sanitizer is at work, whose shadow memory makes every measure of memory void.
  package static let isSanitized =
    dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

  private static func entryCount(_ path: String) -> Int {
    guard let directory = opendir(path) else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count
  }

  private static func pageCount(field: Int) -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return -1 }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 256)
    guard fgets(&buffer, 256, file) != nil else { return -1 }
    let fields = String(decoding: buffer.map(UInt8.init(bitPattern:)), as: UTF8.self).split(
      separator: " ")
    return Int(fields[field]) ?? -1
  }
}
