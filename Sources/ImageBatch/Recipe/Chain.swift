import Raster

/// Operations in their order, on the way from one source of rows.
struct Chain: Sendable {
  private let operations: [any Operation]

  /// How what comes in must be turned to stand upright: the first operation's business.
  private let orientation: Orientation

  /// What came out of operations whose output depends on the pixels, by their places.
  private var findings: [Int: RowLayout] = [:]

  init(_ operations: [any Operation], turnedBy orientation: Orientation) {
    precondition(orientation == .upright || !operations.isEmpty, "nobody would turn")
    self.operations = operations
    self.orientation = orientation
  }

  /// What the operations come to for rows of a layout, as far as that can be known without them:
  /// each layout is the largest that can come out.
  struct Forecast {
    fileprivate var links: [Link] = []

    /// What comes out at the end.
    fileprivate(set) var layout: RowLayout

    /// The bytes that all steps together hold while rows flow.
    fileprivate(set) var workingByteCount = 0

    /// The steps in their order.
    var steps: [any Transform] { links.flatMap(\.steps) }

    /// Whether there is no step.
    var isEmpty: Bool { links.allSatisfy { $0.steps.isEmpty } }

    /// Whether rows have become columns at the end.
    var swapsSides: Bool {
      links.reduce(false) { $1.steps.reduce($0) { $0 != $1.swapsSides } }
    }

    fileprivate struct Link {
      let input: RowLayout
      let steps: [any Transform]
      let output: RowLayout
    }
  }

  /// - Throws: `SizeOverflow`, `TransformError`.
  func forecast(for input: RowLayout) throws -> Forecast {
    var forecast = Forecast(layout: input)
    for index in operations.indices {
      let entering = forecast.layout
      let steps = try steps(at: index, for: entering)
      for step in steps {
        forecast.workingByteCount = try forecast.workingByteCount.plus(
          step.workingByteCount(for: forecast.layout))
        forecast.layout = try step.outputLayout(for: forecast.layout)
      }
      forecast.layout = findings[index] ?? forecast.layout
      forecast.links.append(
        Forecast.Link(input: entering, steps: steps, output: forecast.layout))
    }
    return forecast
  }

  /// The operations over `source`. What is behind one whose output depends on the pixels goes by
  /// the layout that really came out.
  ///
  /// - Parameters:
  ///   - forecast: that of `source`'s layout.
  ///   - onFinding: told of such a layout that was not foretold, before what is behind it takes any
  ///     memory.
  /// - Throws: what the steps and `onFinding` throw.
  func rows(
    from source: any RowSource, as forecast: Forecast,
    onFinding: (_ findings: Chain) throws -> Void
  ) async throws -> any RowSource {
    var known = self
    var rows = source
    for (index, link) in forecast.links.enumerated() {
      let isForetold = rows.layout == link.input
      let steps = isForetold ? link.steps : try steps(at: index, for: rows.layout)
      var layout = rows.layout
      for step in steps {
        layout = try step.outputLayout(for: layout)
        rows = try await step.rows(from: rows)
      }
      if rows.layout != layout {
        known.findings[index] = rows.layout
        try onFinding(known)
      }
    }
    return rows
  }

  private func steps(at index: Int, for input: RowLayout) throws -> [any Transform] {
    try operations[index].steps(for: input, turnedBy: index == 0 ? orientation : .upright)
  }
}
