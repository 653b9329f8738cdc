import Raster

/// What becomes of each kind of ancillary chunk.
///
/// | chunks                             | stand before | pixels changed  | pixels copied   |
/// |------------------------------------|--------------|-----------------|-----------------|
/// | cICP iCCP sRGB gAMA cHRM mDCV cLLI | PLTE, IDAT   | safe, all       | safe, all       |
/// | pHYs                               | IDAT         | safe, all       | safe, all       |
/// | tEXt zTXt iTXt: Copyright, Author  |              | safe, all       | safe, all       |
/// | tEXt zTXt iTXt: other keywords     |              | all             | all             |
/// | eXIf: orientation, owner           |              | safe, all       | safe, all       |
/// | eXIf: the rest                     |              | all             | all             |
/// | tIME                               |              |                 | all             |
/// | sBIT bKGD hIST sPLT                | IDAT         |                 | safe, all       |
/// | others, safe to copy               |              | all             | all             |
/// | others, unsafe to copy             |              |                 | all             |
///
/// The policy `none` keeps none of them. tRNS belongs to the pixels and is not among them, nor are
/// acTL, fcTL and fdAT: an animation is kept or not, whatever the policy.
///
/// Of eXIf the Orientation tag has a life of its own, since it says how the pixels must be turned:
/// it is written as `Metadata.orientation` says. `ExifExcerpt` is what `safe` keeps.
///
/// docs/metadata.md gives the reasons.
struct PNGChunkRule: Sendable {
  enum Place: Sendable { case beforePalette, beforeData, anywhere }

  /// Which policies keep a chunk.
  enum Keeping: Sendable {
    case safeAndAll
    case onlyAll
    case never

    func allows(_ policy: MetadataPolicy) -> Bool {
      switch self {
      case .safeAndAll: policy != .none
      case .onlyAll: policy == .all
      case .never: false
      }
    }
  }

  var place = Place.anywhere

  /// Whether a file has at most one of the type.
  var isSingle = true

  /// Whether the contents start with a keyword, which decides too.
  var isText = false

  /// Whether the contents are in terms of how the pixels are stored, palette and bit depth: of no
  /// use to a writer, which stores them in another way.
  var isOfStorage = false

  /// How long the contents can be.
  var byteCounts = 0...PNGChunk.maximumByteCount

  var onChange: Keeping
  var onCopy: Keeping

  private static func colourSpace(_ byteCount: Int) -> PNGChunkRule {
    PNGChunkRule(
      place: .beforePalette, byteCounts: byteCount...byteCount, onChange: .safeAndAll,
      onCopy: .safeAndAll)
  }

  // A keyword has at least one byte and its end; zTXt adds a method, iTXt that and three more.
  private static func text(minimum: Int) -> PNGChunkRule {
    PNGChunkRule(
      isSingle: false, isText: true, byteCounts: minimum...PNGChunk.maximumByteCount,
      onChange: .onlyAll, onCopy: .onlyAll)
  }

  private static func ofStorage(_ place: Place) -> PNGChunkRule {
    PNGChunkRule(place: place, isOfStorage: true, onChange: .never, onCopy: .safeAndAll)
  }

  private static let animation = PNGChunkRule(
    isSingle: false, onChange: .never, onCopy: .never)

  /// The known types in the order in which a writer puts them; sizes are those of the sections
  /// 11.3.2 to 11.3.5 of the specification.
  private static let known: [(name: String, rule: PNGChunkRule)] = [
    ("cICP", colourSpace(4)),
    (
      "iCCP",
      PNGChunkRule(
        place: .beforePalette, byteCounts: 4...PNGChunk.maximumByteCount, onChange: .safeAndAll,
        onCopy: .safeAndAll)
    ),
    ("sRGB", colourSpace(1)),
    ("gAMA", colourSpace(4)),
    ("cHRM", colourSpace(32)),
    ("mDCV", colourSpace(24)),
    ("cLLI", colourSpace(8)),
    ("sBIT", ofStorage(.beforePalette)),
    ("bKGD", ofStorage(.beforeData)),
    ("hIST", ofStorage(.beforeData)),
    (
      "sPLT",
      PNGChunkRule(
        place: .beforeData, isSingle: false, onChange: .never, onCopy: .safeAndAll)
    ),
    (
      "pHYs",
      PNGChunkRule(
        place: .beforeData, byteCounts: 9...9, onChange: .safeAndAll, onCopy: .safeAndAll)
    ),
    (
      "eXIf",
      // Not less than the header of a TIFF file.
      PNGChunkRule(
        byteCounts: 8...PNGChunk.maximumByteCount, onChange: .onlyAll, onCopy: .onlyAll)
    ),
    ("tIME", PNGChunkRule(byteCounts: 7...7, onChange: .never, onCopy: .onlyAll)),
    ("tEXt", text(minimum: 2)),
    ("zTXt", text(minimum: 3)),
    ("iTXt", text(minimum: 6)),
    ("acTL", animation),
    ("fcTL", animation),
    ("fdAT", animation),
  ]

  private static let table: [PNGChunkType: (rank: Int, rule: PNGChunkRule)] = {
    var table: [PNGChunkType: (rank: Int, rule: PNGChunkRule)] = [:]
    for (rank, entry) in known.enumerated() {
      guard let type = PNGChunkType(entry.name) else { continue }
      table[type] = (rank, entry.rule)
    }
    return table
  }()

  /// The rule for an ancillary chunk of `type`.
  static func rule(for type: PNGChunkType) -> PNGChunkRule {
    if let entry = table[type] { return entry.rule }
    return PNGChunkRule(
      isSingle: false, onChange: type.isSafeToCopy ? .onlyAll : .never, onCopy: .onlyAll)
  }

  /// Whether a chunk of `type` that stands behind the picture data must stay there, as those must
  /// of whose meaning nothing is known (section 14.2).
  static func staysBehindData(_ type: PNGChunkType) -> Bool { table[type] == nil }

  /// Where a writer puts chunks of `type` among the others.
  static func rank(of type: PNGChunkType) -> Int { table[type]?.rank ?? known.count }

  /// Whether `policy` keeps a chunk with those contents when the pixels changed.
  func keeps(_ contents: some Collection<UInt8>, onChangeUnder policy: MetadataPolicy) -> Bool {
    effective(onChange, contents).allows(policy)
  }

  /// Whether there are contents with which `policy` keeps a chunk when the pixels are copied.
  func mayKeep(onCopyUnder policy: MetadataPolicy) -> Bool {
    policy != .none && (isText || onCopy.allows(policy))
  }

  /// Whether `policy` keeps a chunk with those contents when the pixels are copied.
  func keeps(_ contents: some Collection<UInt8>, onCopyUnder policy: MetadataPolicy) -> Bool {
    effective(onCopy, contents).allows(policy)
  }

  private func effective(_ keeping: Keeping, _ contents: some Collection<UInt8>) -> Keeping {
    guard isText else { return keeping }
    // Section 11.3.3.1: the keyword ends with a null. Case matters to the specification, and not
    // here: who wrote `copyright` meant it.
    let keyword = contents.prefix(80).prefix { $0 != 0 }.map { byte in
      (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
    let ownership = ["copyright", "author"]
    return ownership.contains { keyword.elementsEqual($0.utf8) } ? .safeAndAll : keeping
  }
}

extension PNGChunkRule {
  /// The metadata that an output keeps whose pixels changed.
  static func metadata(_ metadata: Metadata, keeping policy: MetadataPolicy) -> Metadata {
    Metadata(
      orientation: policy == .none ? .upright : metadata.orientation,
      chunks: metadata.chunks.compactMap { chunk in
        guard let type = PNGChunkType(chunk.type) else { return nil }
        if type == .exif, policy == .safe {
          let excerpt = ExifExcerpt(of: chunk.bytes, orientation: metadata.orientation)
          return excerpt.hasTexts ? Metadata.Chunk(type: chunk.type, bytes: excerpt.exif) : nil
        }
        return rule(for: type).keeps(chunk.bytes, onChangeUnder: policy) ? chunk : nil
      })
  }
}
