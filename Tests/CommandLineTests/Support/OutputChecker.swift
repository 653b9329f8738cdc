import Testing

/// Proves what holds after every run, whatever went wrong in it: the invariants I1 to I7.
struct OutputChecker {
  /// IN, as it was before.
  let input: Tree

  /// OUT, as it was before.
  let before: Tree

  /// OUT, as a run without a fault leaves it.
  let reference: Tree

  /// What is left of a run.
  struct Evidence {
    let ending: Ending
    let input: Tree
    let output: Tree

    /// Nil where there is none, for want of a run or of its end.
    let report: Report?
  }

  /// Judges a run.
  ///
  /// - Parameter expected: the exit statuses that are right.
  func check(
    _ evidence: Evidence, expecting expected: [Ending.Status], _ location: SourceLocation
  ) {
    let ending = evidence.ending
    // I5. That it ended, and in time (I6), the runner has seen to.
    #expect(
      expected.contains(ending.status), "I5: it said: \(ending.errorText)",
      sourceLocation: location)
    let wasKilled = ending.status == .ended(bySignal: 9)
    checkOutputs(evidence.output, mayBeUnfinished: wasKilled, location)
    #expect(evidence.input == input, "I3: IN is untouched", sourceLocation: location)
    if wasKilled { return }
    checkCounts(evidence, location)
    if let report = evidence.report { checkAgreement(report, evidence.output, location) }
  }

  /// Judges the same run after it was made again, without the fault (I7).
  func checkCompletion(_ output: Tree, _ location: SourceLocation) {
    let complete = before.files.merging(reference.files) { $1 }
    #expect(output.names == complete.keys.sorted(), "I7: the names", sourceLocation: location)
    for (name, bytes) in complete {
      #expect(output.files[name] == bytes, "I7: \(name)", sourceLocation: location)
    }
  }

  /// I1 and I2: each name is the whole old file or the whole new one.
  private func checkOutputs(_ output: Tree, mayBeUnfinished: Bool, _ location: SourceLocation) {
    for (name, entry) in output.entries {
      if name.isTemporary {
        #expect(mayBeUnfinished, "I2: \(name) is left", sourceLocation: location)
        continue
      }
      let known = [before.entries[name], reference.entries[name]].compactMap { $0 }
      #expect(
        known.contains { $0.content == entry.content && $0.mode == entry.mode },
        "I1: \(name) is neither the old nor the new one: \(entry)", sourceLocation: location)
    }
    for name in before.entries.keys {
      #expect(output.entries[name] != nil, "I1: \(name) is gone", sourceLocation: location)
    }
  }

  /// I4: all that was found was settled, and each failed file is named once.
  private func checkCounts(_ evidence: Evidence, _ location: SourceLocation) {
    guard let summary = evidence.ending.summary else {
      Issue.record(
        "I4: no summary at the end of: \(evidence.ending.errorText)", sourceLocation: location)
      return
    }
    let failures = evidence.ending.failures
    #expect(failures.count == summary.failed, "I4: \(failures)", sourceLocation: location)
    guard let report = evidence.report else { return }
    guard let counts = report.counts else {
      Issue.record("I4: the report has no last line", sourceLocation: location)
      return
    }
    #expect(counts.summary == summary, "I4", sourceLocation: location)
    #expect(counts.found == summary.found, "I4", sourceLocation: location)
    func count(_ status: String) -> Int { report.jobs.count { $0.status == status } }
    let listed = Summary(
      done: count("written"), upToDate: count("upToDate"), skipped: count("skipped"),
      failed: count("failed"), cancelled: count("cancelled"))
    #expect(listed == summary, "I4: the report's lines", sourceLocation: location)
    #expect(report.jobs.count == summary.found, "I4", sourceLocation: location)
    let paths = Set(report.jobs.compactMap(\.inputPath))
    #expect(paths.count == report.jobs.count, "I4: each input once", sourceLocation: location)
    for job in report.jobs where job.status == "failed" {
      let lines = failures.filter { line in
        line.stage == job.stage && line.message == job.message
          // A name that had to be escaped has another test.
          && (line.path == job.input || line.path == job.output || line.path.contains("\\"))
      }
      #expect(!lines.isEmpty, "I4: nothing was said of \(job)", sourceLocation: location)
      #expect(job.code?.isEmpty == false, "I4: \(job)", sourceLocation: location)
    }
  }

  /// What counts as written stands there, and what doesn't is as it was.
  private func checkAgreement(_ report: Report, _ output: Tree, _ location: SourceLocation) {
    for job in report.jobs {
      guard let path = job.outputPath else { continue }
      // Below OUT: its own name goes.
      let name = ByteString(path.bytes.drop { $0 != UInt8(ascii: "/") }.dropFirst())
      let right = job.status == "written" ? reference.files[name] : before.files[name]
      // Where several inputs are skipped, another one's output may stand under the name.
      if job.status == "skipped" { continue }
      #expect(
        output.files[name] == right, "I4: \(job.status), and yet \(name) is otherwise",
        sourceLocation: location)
    }
  }
}
