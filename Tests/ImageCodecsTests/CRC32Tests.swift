import CZlib
import TestSupport
import Testing

@testable import ImageCodecs

@Suite("CRC-32") struct CRC32Tests {
  private func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  private func checksum(_ bytes: UnsafeRawBufferPointer, after crc: UInt32 = 0) -> UInt32 {
    // zlib starts anew where there is no address.
    guard !bytes.isEmpty else { return crc }
    return UInt32(
      crc32_z(UInt(crc), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
  }

  @Test("the check value of the catalogues")
  func checkValue() {
    #expect(Array("123456789".utf8).withUnsafeBytes { CRC32.update(0, $0) } == 0xCBF4_3926)
  }

  @Test("every length up to 1,100, at every alignment, after any checksum: as zlib")
  func lengths() {
    bytes(1_120).withUnsafeBytes { bytes in
      for count in 0...1_100 {
        for start in [0, 1 + count % 15] {
          let part = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
          for crc: UInt32 in [0, .max, 0x1234_5678 &* UInt32(count)] {
            #expect(CRC32.update(crc, part) == checksum(part, after: crc), "\(count) from \(start)")
          }
        }
      }
    }
  }

  @Test("each bit of the checksum and of a short message counts")
  func bits() {
    for count in [64, 80, 128, 200] {
      for bit in 0..<8 * count {
        var message = [UInt8](repeating: 0, count: count)
        message[bit / 8] = 1 << UInt8(bit % 8)
        message.withUnsafeBytes { #expect(CRC32.update(.max, $0) == checksum($0, after: .max)) }
      }
      let zeros = [UInt8](repeating: 0, count: count)
      for bit: UInt32 in 0..<32 {
        zeros.withUnsafeBytes {
          #expect(CRC32.update(1 << bit, $0) == checksum($0, after: 1 << bit))
        }
      }
    }
  }

  @Test("a message split anywhere has the checksum of the whole")
  func splits() {
    bytes(400).withUnsafeBytes { bytes in
      let whole = checksum(bytes)
      for split in 0...bytes.count {
        let first = CRC32.update(0, UnsafeRawBufferPointer(rebasing: bytes[..<split]))
        let second = CRC32.update(first, UnsafeRawBufferPointer(rebasing: bytes[split...]))
        #expect(second == whole, "split at \(split)")
      }
    }
  }

  @Test("long random messages: as zlib")
  func longMessages() {
    var random = SplitMix64(seed: 7)
    for seed in 0..<UInt64(8) {
      let message = bytes(Int.random(in: 10_000...100_000, using: &random), seed: seed)
      message.withUnsafeBytes { #expect(CRC32.update(0, $0) == checksum($0)) }
    }
  }
}
