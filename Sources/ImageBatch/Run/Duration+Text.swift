extension Duration {
  /// For people: `1.5s`.
  var text: String {
    let (seconds, fraction) = components
    return fraction == 0 ? "\(seconds)s" : "\(Double(seconds) + Double(fraction) / 1e18)s"
  }
}
