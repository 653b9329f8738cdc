/// The limits that control groups set for this process: cgroups(7), version 2 or 1.
///
/// A limit of a group holds for all that is below it, so the groups on the way up are asked too.
struct ControlGroup {
  /// The processors' worth of time that it may use; nil for no quota.
  private(set) var processorQuota: Double?

  /// The bytes of its memory limit that are free, or hold file contents that the kernel would give
  /// up first; nil for no limit.
  private(set) var freeByteCount: Int?

  static let current = ControlGroup(root: "/")

  /// - Parameter root: where `proc` and `sys` are.
  init(root: String) {
    let mount = root + "sys/fs/cgroup"
    for membership in KernelFile(root + "proc/self/cgroup")?.lines ?? [] {
      // HIERARCHY:CONTROLLERS:PATH, version 2 without controllers.
      let fields = membership.split(
        separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = fields[1].split(separator: UInt8(ascii: ","))
      func has(_ name: String) -> Bool { controllers.contains { $0.elementsEqual(name.utf8) } }
      if fields[1].isEmpty {
        for group in Self.groups(from: fields[2], below: mount) { addVersion2(group) }
      }
      if has("cpu") {
        for group in Self.groups(from: fields[2], below: mount + "/cpu") { addQuota1(group) }
      }
      if has("memory") {
        for group in Self.groups(from: fields[2], below: mount + "/memory") { addMemory1(group) }
      }
    }
  }

  /// The folders of a group and of all above it, up to the mount itself, which is all that a
  /// container sees of its own.
  private static func groups(from path: KernelFile.Text, below mount: String) -> [String] {
    var groups = [mount]
    for name in path.split(separator: UInt8(ascii: "/")) {
      groups.append(groups[groups.count - 1] + "/" + String(decoding: name, as: UTF8.self))
    }
    return groups.reversed()
  }

  private mutating func addVersion2(_ group: String) {
    if let words = KernelFile(group + "/cpu.max")?.words, words.count == 2,
      let time: Double = KernelFile.parse(words[0]), let period: Double = KernelFile.parse(words[1])
    {
      add(quota: time / period)
    }
    guard let limit = KernelFile(group + "/memory.max")?.number else { return }
    let used = KernelFile(group + "/memory.current")?.number ?? 0
    let cached = KernelFile(group + "/memory.stat")?.value(of: "inactive_file") ?? 0
    add(limit: limit, used: used - cached)
  }

  private mutating func addQuota1(_ group: String) {
    guard let time = KernelFile(group + "/cpu.cfs_quota_us")?.number, time > 0,
      let period = KernelFile(group + "/cpu.cfs_period_us")?.number
    else { return }
    add(quota: Double(time) / Double(period))
  }

  private mutating func addMemory1(_ group: String) {
    guard let limit = KernelFile(group + "/memory.limit_in_bytes")?.number, limit < Self.unlimited1
    else { return }
    let used = KernelFile(group + "/memory.usage_in_bytes")?.number ?? 0
    let cached = KernelFile(group + "/memory.stat")?.value(of: "total_inactive_file") ?? 0
    add(limit: limit, used: used - cached)
  }

  /// More than any machine has: version 1 tells of no limit by the most bytes that whole pages make.
  private static let unlimited1 = 1 << 62

  private mutating func add(quota: Double) {
    guard quota.isFinite, quota > 0 else { return }
    processorQuota = min(quota, processorQuota ?? quota)
  }

  private mutating func add(limit: Int, used: Int) {
    let free = max(0, limit - max(0, used))
    freeByteCount = min(free, freeByteCount ?? free)
  }
}
