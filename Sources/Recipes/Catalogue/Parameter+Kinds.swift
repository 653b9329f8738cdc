import Configuration
import Raster
import SystemPackage

// The kinds of values that operations have.

extension Parameter where Value == Double {
  /// A number, fractions allowed.
  static func number(
    _ name: String, _ meaning: String, _ range: ClosedRange<Double>, default value: Double? = nil,
    isPositional: Bool = false
  ) -> Parameter {
    Parameter(
      name, meaning,
      schema: [
        "type": "number", "minimum": .number(range.lowerBound),
        "maximum": .number(range.upperBound),
      ],
      default: value, defaultText: value.map { Int(exactly: $0).map(String.init) ?? String($0) },
      isPositional: isPositional
    ) {
      if case .number(let number) = $0.value, range.contains(number) { number } else { nil }
    }
  }
}

extension Parameter where Value == Int {
  /// A whole number.
  static func integer(
    _ name: String, _ meaning: String, _ range: ClosedRange<Int>, default value: Int? = nil,
    isPositional: Bool = false
  ) -> Parameter {
    Parameter(
      name, meaning,
      schema: [
        "type": "integer", "minimum": .integer(range.lowerBound),
        "maximum": .integer(range.upperBound),
      ],
      default: value, defaultText: value.map(String.init), isPositional: isPositional
    ) {
      guard case .number(let number) = $0.value, let value = Int(exactly: number) else {
        return nil
      }
      return range.contains(value) ? value : nil
    }
  }
}

extension Parameter where Value == Bool {
  /// Off unless it is said: by the name alone, or as true.
  static func flag(_ name: String, _ meaning: String) -> Parameter {
    Parameter(
      name, meaning, schema: ["type": "boolean"], default: false, defaultText: "false",
      isPositional: false
    ) {
      if case .boolean(let value) = $0.value { value } else { nil }
    }
  }
}

extension Parameter where Value: RawRepresentable<String> & CaseIterable {
  /// One of the words of a type.
  static func choice(
    _ name: String, _ meaning: String, default value: Value? = nil, isPositional: Bool = false
  ) -> Parameter {
    Parameter(
      name, meaning, schema: ["enum": .array(Value.allCases.map { .string($0.rawValue) })],
      default: value, defaultText: value?.rawValue, isPositional: isPositional
    ) { Value(rawValue: $0.text) }
  }
}

extension Parameter where Value == Position {
  /// A place in a frame.
  static func position(_ name: String, _ meaning: String) -> Parameter {
    let words = Position.allCases.map(\.rawValue) + ["center"]
    return Parameter(
      name, meaning,
      schema: ["enum": .array(words.map { .string($0) })],
      default: .centre, defaultText: Position.centre.rawValue, isPositional: false
    ) { Position(argument: $0.text) }
  }
}

extension Parameter where Value == Placement {
  /// What stays of a picture.
  static func placement(_ name: String, _ meaning: String) -> Parameter {
    Parameter(
      name, meaning, schema: ["enum": .array(Placement.words.map { .string($0) })],
      default: .position(.centre), defaultText: Position.centre.rawValue, isPositional: false
    ) { Placement(argument: $0.text) }
  }
}

extension Parameter where Value == SizeRequest {
  /// A size to be brought to.
  static func size(_ name: String, _ meaning: String) -> Parameter {
    Parameter(
      name, meaning, schema: ValueSchemas.size, default: nil, defaultText: nil, isPositional: true
    ) { SizeRequest(argument: $0.text) }
  }
}

extension Parameter where Value == PixelSize {
  /// A width and a height.
  static func frame(_ name: String, _ meaning: String) -> Parameter {
    Parameter(
      name, meaning, schema: ValueSchemas.frame, default: nil, defaultText: nil, isPositional: true
    ) { SizeRequest(argument: $0.text)?.frame }
  }
}

extension SizeRequest {
  /// The size, where it is that of a box.
  fileprivate var frame: PixelSize? {
    if case .box(let size) = kind { size } else { nil }
  }
}

extension Parameter where Value == Colour {
  /// A colour.
  static func colour(
    _ name: String, _ meaning: String, default value: Colour? = nil, isPositional: Bool = false
  ) -> Parameter {
    Parameter(
      name, meaning, schema: ValueSchemas.colour, default: value,
      defaultText: value.map { "\($0)" }, isPositional: isPositional
    ) { Colour(argument: $0.text) }
  }
}

extension Parameter where Value == Colour? {
  /// A colour that depends on the picture where none is given.
  static func colour(_ name: String, _ meaning: String, otherwise: String) -> Parameter {
    Parameter(
      name, meaning, schema: ValueSchemas.colour, default: .some(nil), defaultText: otherwise,
      isPositional: false
    ) { Colour(argument: $0.text).map { .some($0) } }
  }
}

extension Parameter where Value == Colour {
  /// A colour that nothing shines through.
  static func opaqueColour(
    _ name: String, _ meaning: String, default value: Colour? = nil, isPositional: Bool = false
  ) -> Parameter {
    Parameter(
      name, meaning, schema: ValueSchemas.opaqueColour, default: value,
      defaultText: value.map { "\($0)" }, isPositional: isPositional
    ) { Colour(argument: $0.text) }
  }
}

extension Parameter where Value == FilePath {
  /// A file, by a path from where the operation stands.
  static func file(_ name: String, _ meaning: String) -> Parameter {
    Parameter(
      name, meaning, schema: ["type": "string"], default: nil, defaultText: nil,
      isPositional: true
    ) { scalar, arguments in
      scalar.text.isEmpty || scalar.text.unicodeScalars.contains("\0")
        ? nil : arguments.folder.pushing(FilePath(scalar.text))
    }
  }
}

/// What values of several letters look like.
enum ValueSchemas {
  private static let side: JSONValue = [
    "type": "integer", "minimum": 1, "maximum": .integer(SizeRequest.maximumSide),
  ]

  static let size: JSONValue = [
    "examples": ["800x600", 800, "800x", "x600", "50%"],
    "anyOf": [
      [
        "title": "a size in pixels",
        "anyOf": [side, text("^[1-9][0-9]{0,6}(x([1-9][0-9]{0,6})?)?$")],
      ],
      ["title": "one side", "type": "string", "maxLength": 16, "pattern": "^x[1-9][0-9]{0,6}$"],
      [
        "title": "a share", "type": "string", "maxLength": 16,
        "pattern": #"^(?=.*[1-9])[0-9]{1,5}(\.[0-9]{1,3})?%$"#,
      ],
    ],
  ]

  static let frame: JSONValue = [
    "examples": ["400x300", 400],
    "anyOf": [
      [
        "title": "a width and a height in pixels",
        "anyOf": [side, text("^[1-9][0-9]{0,6}(x[1-9][0-9]{0,6})?$")],
      ]
    ],
  ]

  static let colour: JSONValue = [
    "examples": ["#ff8800", "#fff", "white", "transparent"],
    "anyOf": [
      [
        "title": "a colour", "type": "string", "maxLength": 16,
        "pattern": "^(#([0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})|black|white|transparent)$",
      ]
    ],
  ]

  static let opaqueColour: JSONValue = [
    "examples": ["#ff8800", "#fff", "white"],
    "anyOf": [
      [
        "title": "a colour without alpha", "type": "string", "maxLength": 16,
        "pattern": "^(#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})|black|white)$",
      ]
    ],
  ]

  private static func text(_ pattern: String) -> JSONValue {
    ["type": "string", "maxLength": 16, "pattern": .string(pattern)]
  }
}
