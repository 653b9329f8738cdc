import CLinuxShim
import Glibc
import SystemPackage

/// What the machine, and the limits set for this process, leave to use.
public enum MachineResources {
  /// The processors that this process may use at once: what its affinity allows, or less where the
  /// quota of its control group is smaller. At least 1.
  public static var processorCount: Int {
    let affinity = Int(linux_affinity_count())
    let available = affinity > 0 ? affinity : sysconf(Int32(_SC_NPROCESSORS_ONLN))
    guard let quota = ControlGroup.current.processorQuota else { return max(1, available) }
    return max(1, min(available, Int(quota.rounded(.up))))
  }

  /// The bytes that are free on the machine, or left in its control group, whichever is less.
  public static var freeByteCount: Int {
    let assumed = 1 << 30
    let machine = meminfo("MemAvailable").map { $0 * 1024 } ?? assumed
    return max(0, min(machine, ControlGroup.current.freeByteCount ?? machine))
  }

  private static func meminfo(_ key: Substring) -> Int? {
    let lines = ControlGroup.text(of: "/proc/meminfo")?.split(separator: "\n") ?? []
    return lines.first { $0.hasPrefix(key + ":") }?
      .split(separator: " ").dropFirst().first.flatMap { Int($0) }
  }
}

/// The control group that this process is in: cgroups(7), version 2 or 1.
struct ControlGroup {
  /// The processors' worth of time that it may use; nil for no quota.
  let processorQuota: Double?

  /// The bytes of its memory limit that are not used yet; nil for no limit.
  let freeByteCount: Int?

  static let current = ControlGroup(root: "/")

  /// - Parameter root: where `proc` and `sys` are.
  init(root: String) {
    let folder = root + "sys/fs/cgroup"
    let memberships = Self.text(of: root + "proc/self/cgroup")?.split(separator: "\n") ?? []
    var quota: Double?
    var limit: Int?
    var used: Int?
    for membership in memberships {
      let fields = membership.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = fields[1].split(separator: ",")
      // Inside a container the path is not visible from its own mount: its root is the group then.
      if fields[0] == "0" {
        let own = folder + fields[2]
        let words =
          (Self.text(of: own + "/cpu.max") ?? Self.text(of: folder + "/cpu.max"))?
          .split { $0.isWhitespace } ?? []
        if words.count == 2, let time = Double(words[0]), let period = Double(words[1]), period > 0
        {
          quota = time / period
        }
        let base = Self.text(of: own + "/memory.max") == nil ? folder : own
        limit = Self.number(in: base + "/memory.max") ?? limit
        used = Self.number(in: base + "/memory.current") ?? used
      }
      if controllers.contains("cpu") {
        let own = folder + "/cpu" + fields[2]
        let base = Self.text(of: own + "/cpu.cfs_quota_us") == nil ? folder + "/cpu" : own
        if let time = Self.number(in: base + "/cpu.cfs_quota_us"), time > 0,
          let period = Self.number(in: base + "/cpu.cfs_period_us"), period > 0
        {
          quota = Double(time) / Double(period)
        }
      }
      if controllers.contains("memory") {
        let own = folder + "/memory" + fields[2]
        let name = "/memory.limit_in_bytes"
        let base = Self.text(of: own + name) == nil ? folder + "/memory" : own
        limit = Self.number(in: base + name) ?? limit
        used = Self.number(in: base + "/memory.usage_in_bytes") ?? used
      }
    }
    processorQuota = quota
    freeByteCount = limit.map { max(0, $0 - (used ?? 0)) }
  }

  private static func number(in path: String) -> Int? {
    text(of: path).flatMap { Int($0.prefix { !$0.isWhitespace }) }
  }

  /// The content of a small file of the kernel's; nil where there is none.
  static func text(of path: String) -> String? {
    guard
      let descriptor = try? FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
    else { return nil }
    defer { try? descriptor.close() }
    let bytes = [UInt8](unsafeUninitializedCapacity: 16384) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      while count < raw.count,
        let got = try? descriptor.read(into: .init(rebasing: raw[count...])), got > 0
      {
        count += got
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
