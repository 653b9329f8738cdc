/// Makes neighbouring symbols that come about as often come equally often: their codes get a little
/// longer for it, and their lengths are said in a run, which may save more. The idea is that of
/// Zopfli (Alakuijala and Vandevenne, Data compression using Zopfli, 2013).
struct Smoothing {
  /// By how much, at most, one may differ from the mean of those before it.
  let difference: Int
  /// The same in parts of the mean; 0 for none.
  let share: Int

  static let none = Smoothing(difference: 0, share: 0)
  static let all = [
    none, Smoothing(difference: 1, share: 0), Smoothing(difference: 1, share: 8),
    Smoothing(difference: 2, share: 4),
    Smoothing(difference: 4, share: 2),
  ]

  /// Fewer than these make no run.
  private static let leastRun = 4

  func with<Result>(
    _ frequencies: UnsafeBufferPointer<UInt32>, _ body: (UnsafeBufferPointer<UInt32>) -> Result
  ) -> Result {
    guard difference > 0 else { return body(frequencies) }
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: frequencies.count) { smooth in
      _ = smooth.initialize(fromContentsOf: frequencies)
      var start = 0
      while start < smooth.count {
        var sum = Int(smooth[start])
        var stop = start + 1
        while stop < smooth.count, isNear(Int(smooth[stop]), sum, stop - start) {
          sum += Int(smooth[stop])
          stop += 1
        }
        let count = stop - start
        if count >= Self.leastRun {
          for index in start..<stop { smooth[index] = UInt32((sum + count / 2) / count) }
        }
        start = stop
      }
      return body(UnsafeBufferPointer(smooth))
    }
  }

  /// What never comes gets no code, and what comes gets one.
  private func isNear(_ frequency: Int, _ sum: Int, _ count: Int) -> Bool {
    guard sum > 0, frequency > 0 else { return sum == frequency }
    let mean = sum / count
    return abs(frequency - mean) <= max(difference, share > 0 ? mean / share : 0)
  }
}
