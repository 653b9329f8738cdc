import ConcurrencyPrimitives

/// What lets work begin and go on: the start rate, room for the bytes that all jobs together may
/// hold, and the rate of bytes read and written.
///
/// A job asks for all the room it will ever need, at once and before it allocates anything, so that
/// jobs never wait for each other in a circle; the requests are served in their order, so that a
/// large picture is not starved by small ones.
struct Admission: Sendable {
  private let starts: RateLimiter
  private let memory: WeightedSemaphore
  private let traffic: RateLimiter

  init(_ settings: RunSettings) {
    starts = RateLimiter(settings.jobRate, burst: Self.burst(settings.jobRate))
    memory = WeightedSemaphore(capacity: max(1, settings.memoryByteCount))
    traffic = RateLimiter(settings.byteRate, burst: Self.burst(settings.byteRate))
  }

  /// Follows changed settings; who waits goes on by the new ones.
  func apply(_ settings: RunSettings) {
    starts.setRate(settings.jobRate, burst: Self.burst(settings.jobRate))
    memory.capacity = max(1, settings.memoryByteCount)
    traffic.setRate(settings.byteRate, burst: Self.burst(settings.byteRate))
  }

  /// What may come at once: a tenth of a second's worth, so that nobody behind a rate sees more than
  /// that, and yet few waits are so short that the clock could not tell them.
  private static func burst(_ rate: Rate) -> Int {
    Int(min(0x1p40, max(1, (rate.perSecond / 10).rounded(.up))))
  }

  /// Whether another job may start at once; never waits. A time that has run out is the caller's to
  /// see.
  func tryStart() -> Bool { starts.tryTake() }

  /// Waits until another job may start.
  ///
  /// - Throws: `RateLimiter.DeadlineTooEarly` at once where that would be too late;
  ///   `CancellationError`.
  func start(before deadline: Deadline?) async throws {
    try await starts.wait(before: deadline)
  }

  /// The most bytes that were held at once.
  var peakByteCount: Int { memory.highWaterMark }

  /// The bytes that are held now.
  var heldByteCount: Int { memory.held }

  /// - Throws: `JobFailure` where so many bytes can never fit.
  func checkFits(_ byteCount: Int) throws(JobFailure) {
    let capacity = memory.capacity
    guard byteCount <= capacity else {
      throw JobFailure(WeightedSemaphore.Overweight(needed: byteCount, capacity: capacity))
    }
  }

  /// Lets nobody in any more; those who wait leave with `CancellationError`.
  func close() {
    starts.close()
    memory.close()
  }

  /// Room for `byteCount` bytes, where there is some and nobody waits for it; never waits.
  func tryAdmit(_ byteCount: Int) -> WeightedSemaphore.Permit? { memory.tryAcquire(byteCount) }

  /// Waits until there is room for `byteCount` bytes; it is given back when the permit goes.
  ///
  /// - Throws: `JobFailure` at once where the picture can never fit; `CancellationError`.
  func admit(_ byteCount: Int) async throws -> WeightedSemaphore.Permit {
    do {
      return try await memory.acquire(byteCount)
    } catch let error as WeightedSemaphore.Overweight {
      throw JobFailure(error)
    }
  }

  /// Whether bytes that were read, or are about to be written, are within the rate; never waits.
  func tryPay(_ byteCount: Int) -> Bool { traffic.tryTake(byteCount) }

  /// Waits until bytes that were read, or are about to be written, are within the rate.
  ///
  /// - Throws: `CancellationError`.
  func pay(_ byteCount: Int) async throws {
    var rest = byteCount
    while rest > 0 {
      let part = min(rest, traffic.burst)
      do {
        try await traffic.wait(for: part)
        rest -= part
      } catch is RateLimiter.Overburst {
        // The burst was made smaller in between.
      }
    }
  }
}

extension JobFailure {
  fileprivate init(_ error: WeightedSemaphore.Overweight) {
    self.init(
      stage: .admit, code: "memoryBudget",
      message: "needs \(error.needed) bytes of memory, allowed are \(error.capacity)")
  }
}
