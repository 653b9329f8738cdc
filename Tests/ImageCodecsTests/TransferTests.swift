import Foundation
import Raster
import Testing

@testable import ImageCodecs

@Suite("What light the samples stand for, by the metadata") struct TransferTests {
  private func transfer(
    _ chunks: (String, [UInt8])..., hasColour: Bool = true
  ) -> Metadata.Transfer {
    Metadata(chunks: chunks.map { .init(type: $0.0, bytes: $0.1) }).transfer(hasColour: hasColour)
  }

  private func function(of profile: [UInt8], hasColour: Bool = true) -> TransferFunction? {
    let transfer = transfer(("iCCP", chunk(profile)), hasColour: hasColour)
    return transfer.reservation == nil ? transfer.function : nil
  }

  /// The contents of an iCCP chunk with that profile, in stored blocks.
  private func chunk(_ profile: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = Array("icc".utf8) + [0, 0, 0x78, 1]
    let blocks = profile.chunked(by: 60_000)
    for (index, block) in blocks.enumerated() {
      let (low, high) = (UInt8(block.count & 0xFF), UInt8(block.count >> 8))
      stream += [index == blocks.count - 1 ? 1 : 0, low, high, ~low, ~high] + block
    }
    return stream
  }

  private func profile(_ space: String, _ curves: [(String, [UInt8])]) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 128)
    header.replaceSubrange(16..<20, with: space.utf8)
    var table = bigEndian(curves.count)
    var contents: [UInt8] = []
    for (tag, bytes) in curves {
      table += Array(tag.utf8) + bigEndian(132 + 12 * curves.count + contents.count)
      table += bigEndian(bytes.count)
      contents += bytes
    }
    return header + table + contents
  }

  private func rgb(_ curve: [UInt8]) -> [UInt8] {
    profile("RGB ", [("rTRC", curve), ("gTRC", curve), ("bTRC", curve)])
  }

  private func sampled(_ entries: [Int]) -> [UInt8] {
    Array("curv".utf8) + [0, 0, 0, 0] + bigEndian(entries.count)
      + entries.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
  }

  private func sampled(_ count: Int, _ curve: (Double) -> Double) -> [UInt8] {
    sampled((0..<count).map { Int((curve(Double($0) / Double(count - 1)) * 65535).rounded()) })
  }

  private func parametric(_ type: UInt8, _ parameters: Double...) -> [UInt8] {
    Array("para".utf8) + [0, 0, 0, 0, 0, type, 0, 0]
      + parameters.flatMap { bigEndian(Int(($0 * 65536).rounded())) }
  }

  private func standard(_ level: Double) -> Double {
    level <= 0.04045 ? level / 12.92 : pow((level + 0.055) / 1.055, 2.4)
  }

  @Test("nothing said is sRGB, and cICP is before iCCP, sRGB and gAMA")
  func order() {
    #expect(transfer() == transfer(("sRGB", [0])))
    #expect(transfer().function == .sRGB && transfer().reservation == nil)
    let gamma = ("gAMA", bigEndian(50_000))
    #expect(transfer(gamma).function == .power(2))
    #expect(transfer(gamma, ("sRGB", [0])).function == .sRGB)
    let profile = ("iCCP", chunk(rgb(sampled([256 * 3]))))
    #expect(transfer(gamma, ("sRGB", [0]), profile).function == .power(3))
    #expect(transfer(gamma, profile, ("cICP", [1, 4, 0, 1])).function == .power(2.2))
  }

  @Test("of cICP's functions, powers and sRGB's are known")
  func codes() {
    for code in UInt8.min...UInt8.max {
      let transfer = transfer(("cICP", [1, code, 0, 1]))
      let known: [UInt8: TransferFunction] = [
        4: .power(2.2), 5: .power(2.8), 8: .linear, 13: .sRGB,
      ]
      #expect(transfer.function == known[code] ?? .sRGB)
      #expect((transfer.reservation == nil) == (known[code] != nil))
    }
    #expect(transfer(("cICP", [9, 16, 0, 1])).reservation?.hasPrefix("cICP: ") == true)
  }

  @Test("extreme powers are not taken", arguments: [0, 1, 24_999, 400_001, 1 << 31])
  func powers(inverse: Int) {
    let transfer = transfer(("gAMA", bigEndian(inverse)))
    #expect(transfer.function == .sRGB)
    #expect(transfer.reservation?.hasPrefix("gAMA: ") == true)
  }

  @Test("profiles of powers")
  func profilePowers() {
    #expect(function(of: rgb(sampled([]))) == .linear)
    #expect(function(of: rgb(sampled([563]))) == .power(563.0 / 256))
    #expect(function(of: rgb(parametric(0, 2.5))) == .power(2.5))
    let gray = profile("GRAY", [("kTRC", sampled([512]))])
    #expect(function(of: gray, hasColour: false) == .power(2))
    #expect(function(of: rgb(sampled([0]))) == nil)
    #expect(function(of: rgb(parametric(0, -1))) == nil)
  }

  @Test("sRGB's curve, in all the ways it is written", arguments: [17, 256, 1024, 4096])
  func standardProfiles(count: Int) {
    #expect(function(of: rgb(sampled(count, standard))) == .sRGB)
    let written = parametric(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    #expect(function(of: rgb(written)) == .sRGB)
    #expect(function(of: rgb(sampled(count) { pow($0, 2.2) })) == nil)
    #expect(function(of: rgb(sampled(count) { pow($0, 1.8) })) == nil)
    #expect(function(of: rgb(sampled(count) { 1 - $0 })) == nil)
    // Rec. ITU-R BT.709-6, item 1.2, turned round.
    let camera = parametric(3, 1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
    #expect(function(of: rgb(camera)) == nil)
  }

  @Test("profiles that tell nothing of these samples")
  func otherProfiles() {
    let curve = sampled(64, standard)
    let gray = profile("GRAY", [("kTRC", curve)])
    #expect(function(of: gray, hasColour: false) == .sRGB)
    #expect(function(of: gray) == nil)
    #expect(function(of: rgb(curve), hasColour: false) == nil)
    let two = [("rTRC", curve), ("gTRC", sampled([512])), ("bTRC", curve)]
    #expect(function(of: profile("RGB ", two)) == nil)
    #expect(function(of: profile("RGB ", [("rTRC", curve)])) == nil)
    #expect(function(of: profile("RGB ", [])) == nil)
  }

  @Test("a profile may end anywhere, and claim anything")
  func damage() {
    let whole = rgb(sampled(40, standard))
    for count in 0..<whole.count {
      #expect(function(of: Array(whole.prefix(count))) == nil)
    }
    let straight = rgb(parametric(3, 2.4, 1, 0, 1, 0))
    for profile in [whole, straight] {
      for offset in 128..<min(profile.count, 230) {
        for value in [0, 1, 0x7F, 0xFF] as [UInt8] {
          var damaged = profile
          damaged[offset] = value
          _ = function(of: damaged)
        }
      }
    }
    #expect(transfer(("iCCP", [])).reservation?.hasPrefix("iCCP: ") == true)
  }
}
