import CLinuxShim
import Glibc

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
    let machine = memoryInformation("MemAvailable").map { $0 * 1024 } ?? assumed
    return max(0, min(machine, ControlGroup.current.freeByteCount ?? machine))
  }

  /// A figure of proc_meminfo(5), in KiB.
  private static func memoryInformation(_ key: String) -> Int? {
    KernelFile("/proc/meminfo")?.value(of: key + ":")
  }
}
