extension OperationDescription {
  /// Every operation that there is.
  public static let all = geometry + detail + colours + alpha + [overlay]

  /// The operation of that name.
  static func named(_ name: String) -> OperationDescription? { all.first { $0.name == name } }
}
