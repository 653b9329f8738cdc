import SystemPackage
import Testing

@testable import ImageBatch

@Suite("Machine resources") struct MachineResourcesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The control group that files below a root of their own tell of.
  private func group(_ files: [String: String]) throws -> ControlGroup {
    for (name, text) in files { try folder.write(Array(text.utf8), to: FilePath(name)) }
    return ControlGroup(root: folder.path.string + "/")
  }

  @Test("version 2: quota and limit of the group that the process is in")
  func version2() throws {
    let group = try group([
      "proc/self/cgroup": "0::/system.slice/job\n",
      "sys/fs/cgroup/system.slice/job/cpu.max": "150000 100000\n",
      "sys/fs/cgroup/system.slice/job/memory.max": "1000000\n",
      "sys/fs/cgroup/system.slice/job/memory.current": "400000\n",
    ])
    #expect(group.processorQuota == 1.5)
    #expect(group.freeByteCount == 600_000)
  }

  @Test("version 2: within a container the group is the root of what is mounted")
  func version2InContainer() throws {
    let group = try group([
      "proc/self/cgroup": "0::/not/visible/here\n",
      "sys/fs/cgroup/cpu.max": "200000 100000\n",
      "sys/fs/cgroup/memory.max": "5000\n",
      "sys/fs/cgroup/memory.current": "1000\n",
    ])
    #expect(group.processorQuota == 2)
    #expect(group.freeByteCount == 4000)
  }

  @Test("version 2: max is no limit")
  func version2WithoutLimit() throws {
    let group = try group([
      "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n",
      "sys/fs/cgroup/memory.max": "max\n", "sys/fs/cgroup/memory.current": "1000\n",
    ])
    #expect(group.processorQuota == nil)
    #expect(group.freeByteCount == nil)
  }

  @Test("version 2: a limit of a group further up holds, too")
  func version2Nested() throws {
    let group = try group([
      "proc/self/cgroup": "0::/pod/container\n",
      "sys/fs/cgroup/pod/cpu.max": "50000 100000\n",
      "sys/fs/cgroup/pod/memory.max": "9000\n",
      "sys/fs/cgroup/pod/memory.current": "2000\n",
      "sys/fs/cgroup/pod/container/cpu.max": "max 100000\n",
      "sys/fs/cgroup/pod/container/memory.max": "max\n",
      "sys/fs/cgroup/pod/container/memory.current": "1000\n",
    ])
    #expect(group.processorQuota == 0.5)
    #expect(group.freeByteCount == 7000)
  }

  @Test("version 1: quota and limit of the groups that the process is in")
  func version1() throws {
    let group = try group([
      "proc/self/cgroup": "4:memory:/job\n3:cpuset:/\n2:cpu,cpuacct:/job\n1:name=systemd:/\n0::/\n",
      "sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "25000\n",
      "sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/memory/job/memory.limit_in_bytes": "1000000\n",
      "sys/fs/cgroup/memory/job/memory.usage_in_bytes": "250000\n",
    ])
    #expect(group.processorQuota == 0.25)
    #expect(group.freeByteCount == 750_000)
  }

  @Test("version 1: within a container, and without a quota")
  func version1InContainer() throws {
    let group = try group([
      "proc/self/cgroup": "4:memory:/docker/0123\n2:cpu:/docker/0123\n",
      "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "4096\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "96\n",
    ])
    #expect(group.processorQuota == nil)
    #expect(group.freeByteCount == 4000)
  }

  @Test("the page cache of files that were read counts as free")
  func pageCache() throws {
    let second = try group([
      "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1000000\n",
      "sys/fs/cgroup/memory.current": "990000\n",
      "sys/fs/cgroup/memory.stat":
        "anon 90000\nfile 900000\nactive_file 100000\ninactive_file 800000\n",
    ])
    #expect(second.freeByteCount ?? 0 >= 810_000)
    let first = try group([
      "proc/self/cgroup": "4:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "1000000\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "990000\n",
      "sys/fs/cgroup/memory/memory.stat": "cache 900000\ntotal_inactive_file 800000\n",
    ])
    #expect(first.freeByteCount ?? 0 >= 810_000)
  }

  @Test(
    "what is missing, cut short or no number is no limit, and no more than all is used",
    arguments: [
      [:],
      ["proc/self/cgroup": ""],
      ["proc/self/cgroup": "0:\nnonsense\n::\n"],
      ["proc/self/cgroup": "0::/\n"],
      ["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "1000"],
      ["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "1000 0"],
      ["proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "a lot"],
    ])
  func nothingToRead(files: [String: String]) throws {
    let group = try group(files)
    #expect(group.processorQuota == nil)
    #expect(group.freeByteCount == nil)
  }

  @Test("more used than allowed leaves nothing; use that is not told counts as none")
  func odds() throws {
    let group = try group([
      "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "10\n",
      "sys/fs/cgroup/memory.current": "11\n",
    ])
    #expect(group.freeByteCount == 0)
    let other = try TemporaryFolder()
    try other.write(Array("0::/\n".utf8), to: "proc/self/cgroup")
    try other.write(Array("10".utf8), to: "sys/fs/cgroup/memory.max")
    #expect(ControlGroup(root: other.path.string + "/").freeByteCount == 10)
  }

  @Test("there is always a processor, and never more than the affinity leaves")
  func processors() async throws {
    let counts = try await onOwnThread {
      let all = try OwnThread.processors()
      let before = MachineResources.processorCount
      try OwnThread.stay(onProcessors: Array(all.prefix(1)))
      return (all: all.count, before: before, after: MachineResources.processorCount)
    }
    #expect((1...counts.all).contains(counts.before))
    #expect(counts.after == 1)
  }

  @Test("some memory is free, and no more than there is")
  func memory() throws {
    let total = try #require(KernelFile("/proc/meminfo")?.value(of: "MemTotal:"))
    #expect((1...total * 1024).contains(MachineResources.freeByteCount))
  }
}
