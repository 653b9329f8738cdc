/// The arithmetic of a ``RateLimiter``: a line of tokens, with time, since any zero, as an argument.
///
/// The line is that of everything ever taken. A token clock, the integral of the rate over time,
/// moves along it and issues it piece by piece; the bucket holds what has been issued and not been
/// taken. Whoever takes `count` tokens gets the next `count` of the line, issued or not, and may act
/// when the clock has come to the last of them, its `place`. A place says when only by the rate of
/// the moment.
///
/// The clock is read, never stepped: its reading is that of its last change, and the rate times the
/// time since. So neither polling nor a long life adds up rounding errors. Times are whole
/// nanoseconds, rounded down: an act may be early by less than one.
struct TokenBucket {
  private(set) var rate: Rate
  private(set) var burst: Int

  /// The last token that was taken.
  private(set) var end = 0.0

  /// The last token that the clock had issued at `since`.
  private var issued: Double
  private var since: Duration
  private var latest: Duration

  /// The last token that a reservation took. Nobody in front of it may move: what has been promised
  /// a time counts on the others to act at theirs, else more than a burst could act at once.
  private(set) var pinned = 0.0

  /// How often the bucket was filled. Then the line begins again at zero, with exact numbers, and
  /// there is nothing to give back for what was taken before.
  private var fillCount = 0

  /// What a reservation took.
  struct Promise: Sendable {
    let timeToAct: Duration
    let count: Int
    let place: Double
    fileprivate let fillCount: Int
  }

  init(rate: Rate, burst: Int, at now: Duration) {
    self.rate = rate
    self.burst = burst
    issued = Double(burst)
    since = now
    latest = now
  }

  private var isUnlimited: Bool { rate == .unlimited }

  /// Whether there can ever be so many tokens at once.
  func accepts(_ count: Int) -> Bool { count <= burst || isUnlimited }

  /// The place of who takes so many tokens, at least one, now. However large the numbers, it is a
  /// place of its own.
  func place(taking count: Int) -> Double { max(end + Double(count), end.nextUp) }

  /// When the clock will come to the place, or when it came; nil for never, as for centuries.
  func due(_ place: Double) -> Duration? {
    guard place > issued, !isUnlimited else { return since }
    let nanoseconds = (place - issued) * 1e9 / rate.perSecond
    return nanoseconds < 9e18 ? since + .nanoseconds(Int64(nanoseconds)) : nil
  }

  /// Whether the clock has come to the place.
  func isDue(_ place: Double) -> Bool {
    guard let due = due(place) else { return false }
    return due <= latest
  }

  /// Moves the time on, unless it is behind the latest that was seen.
  mutating func advance(to now: Duration) {
    latest = max(latest, now)
  }

  /// Throws away what does not fit into the bucket; nobody may be waiting for a place.
  mutating func spill() {
    guard isDue(end + Double(burst)) else { return }
    issued = Double(burst)
    since = latest
    end = 0
    pinned = 0
    fillCount += 1
  }

  /// Takes the tokens, and returns the place.
  @discardableResult
  mutating func take(_ count: Int) -> Double {
    let place = place(taking: count)
    if !isUnlimited { end = place }
    return place
  }

  /// Takes the tokens for a fixed time; nil, with nothing taken, when that is too far.
  mutating func promise(_ count: Int, within maximumWait: Duration?) -> Promise? {
    guard let due = count > 0 ? due(place(taking: count)) : latest else { return nil }
    let timeToAct = max(due, latest)
    if let maximumWait, timeToAct - latest > maximumWait { return nil }
    if count > 0 { pinned = take(count) }
    return Promise(timeToAct: timeToAct, count: count, place: end, fillCount: fillCount)
  }

  /// Whether the tokens are still there to be given back.
  func canGiveBack(_ promise: Promise) -> Bool {
    promise.timeToAct >= latest && promise.fillCount == fillCount
  }

  /// Gives back a promise's tokens, as `giveBack(_:at:front:)` does.
  mutating func giveBack(_ promise: Promise, front: Double) -> Double {
    let shift = giveBack(promise.count, at: promise.place, front: front)
    // The last promise: the one before it may now be further in front, but not behind this.
    if promise.place == pinned { pinned -= Double(promise.count) }
    return shift
  }

  /// Takes tokens out of the line, without those that later reservations count on.
  ///
  /// - Parameter front: The place of the last waiter that is not to move.
  /// - Returns: By how much those behind the place, and behind what is pinned, move up.
  mutating func giveBack(_ count: Int, at place: Double, front: Double) -> Double {
    let behind = max(0, pinned - place)
    let shift = max(0, min(Double(count) - behind, max(place, pinned) - front))
    end -= shift
    return shift
  }

  /// Changes the rate for the tokens to come; what has been issued stays, up to the new burst.
  mutating func setRate(_ rate: Rate, burst: Int) {
    if isUnlimited {
      issued = end + Double(burst)
    } else {
      issued += self.rate.perSecond * ((latest - since) / .seconds(1))
    }
    since = latest
    self.rate = rate
    self.burst = burst
  }
}
