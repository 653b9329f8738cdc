import Configuration
public import ImageCodecs

extension ImageFormat {
  /// The formats that can be asked for. A bitmap can be read, not written: shades would be lost.
  public static let writable: [ImageFormat] = [.png, .ppm, .pgm, .pam, .qoi]
}

/// What a recipe file looks like, made of the catalogue of operations.
public enum RecipeSchema {
  /// The JSON Schema (draft 2020-12) of recipe files, for people and for editors.
  public static var text: String { document(describingSteps: true).text() + "\n" }

  /// The schema that judges, but for the steps, of which `OperationReader` knows more to say.
  static let check = JSONSchema(of: document(describingSteps: false))

  static func document(describingSteps: Bool) -> JSONValue {
    let steps = describingSteps ? steps : ["type": "array"]
    return JSONValue.object([
      (key: "$schema", value: "https://json-schema.org/draft/2020-12/schema"),
      (key: "$id", value: "urn:imgbatch:recipe"),
      (key: "title", value: "imgbatch recipe"),
      (
        key: "description",
        value:
          "What becomes of each picture, for imgbatch apply --recipe. Options win over the file."
      ),
      (
        key: "examples",
        value: [
          ["steps": ["crop 400x400 position=top", ["resize": ["size": 200]]], "to": "png"]
        ]
      ),
      (key: "type", value: "object"),
      (key: "additionalProperties", value: false),
      (
        key: "properties",
        value: [
          "steps": steps.describing("What is done with each picture, in this order."),
          "to": format,
          "metadata": metadata,
          "compression": compression,
          "auto-orient": [
            "description":
              "Whether pictures are turned upright, and their orientation tag cleared. Default: true.",
            "type": "boolean",
          ],
          "outputs": outputs(steps: steps),
        ]
      ),
    ])
  }

  /// The steps in either of their forms.
  private static var steps: JSONValue {
    let operations = OperationDescription.all.map { operation in
      (key: operation.name, value: schema(of: operation))
    }
    return [
      "type": "array",
      "items": [
        "anyOf": [
          [
            "title": "an operation on one line", "type": "string",
            "examples": .array(OperationDescription.all.map { .string($0.example) }),
          ],
          [
            "title": "an operation and its values", "type": "object", "additionalProperties": false,
            "minProperties": 1, "maxProperties": 1, "properties": .object(operations),
          ],
        ]
      ],
    ]
  }

  /// What may stand behind an operation's name.
  private static func schema(of operation: OperationDescription) -> JSONValue {
    var forms = [operation.argumentSchema]
    if let first = operation.parameters.first(where: \.isPositional) { forms.append(first.schema) }
    if operation.parameters.allSatisfy({ $0.defaultText != nil }) {
      forms.append(["title": "nothing", "type": "null"])
    }
    return ["description": .string(operation.meaning), "anyOf": .array(forms)]
  }

  private static let format: JSONValue = [
    "description": "The format; that of the input where none is said.",
    "enum": .array(ImageFormat.writable.map { .string($0.name) }),
  ]

  private static let metadata: JSONValue = [
    "description":
      "Metadata to keep: safe is colour space, resolution, copyright and author. Default: safe.",
    "enum": .array(MetadataPolicy.allCases.map { .string($0.rawValue) }),
  ]

  private static let compression: JSONValue = [
    "description": "From 0, fastest, to 12, smallest. Default: 6.",
    "type": "integer", "minimum": 0, "maximum": 12,
  ]

  private static func outputs(steps: JSONValue) -> JSONValue {
    [
      "description":
        """
      What is written of each picture, which is decoded once. What an output does not say is as \
      the recipe says it. Default: one output.
      """,
      "type": "array",
      "minItems": 1,
      "items": [
        "type": "object",
        "additionalProperties": false,
        "properties": [
          "size": ValueSchemas.size.describing(
            "The size that the picture is brought to, after the recipe's steps and before its own."),
          "steps": steps.describing("What else is done for this output."),
          "to": format,
          "folder": [
            "description":
              "The folder below OUT that mirrors IN for this output. Default: OUT itself.",
            "examples": ["small", "web/small"],
            "anyOf": [
              [
                "title": "the path of a folder below OUT", "type": "string", "maxLength": 1024,
                "pattern": .string(
                  #"^(?!\.{1,2}(/|$))[^/\x00-\x1F]+(/(?!\.{1,2}(/|$))[^/\x00-\x1F]+)*$"#),
              ]
            ],
          ],
          "suffix": [
            "description": "What the file's name gets before its ending.",
            "examples": ["-640", "@2x"],
            "anyOf": [
              [
                "title": "text without a slash or a dot", "type": "string", "maxLength": 64,
                "pattern": .string(#"^[^/.\x00-\x1F]*$"#),
              ]
            ],
          ],
          "metadata": metadata,
          "compression": compression,
        ],
      ],
    ]
  }
}

extension JSONValue {
  /// The schema with a description before all else.
  fileprivate func describing(_ text: String) -> JSONValue {
    guard case .object(let entries) = self else { return self }
    return .object([(key: "description", value: .string(text))] + entries)
  }
}
