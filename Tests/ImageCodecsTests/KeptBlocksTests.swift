import Glibc
import Testing

@testable import ImageCodecs

@Suite("Blocks that are kept") struct KeptBlocksTests {
  private let blocks = KeptBlocks(maximumByteCount: 8 << 20)

  private func makeBlock(_ byteCount: Int) throws -> KeptBlocks.Block {
    KeptBlocks.Block(base: try #require(malloc(byteCount)), byteCount: byteCount)
  }

  @Test("a block comes back to who needs about as much, and once")
  func takenOnce() throws {
    let block = try makeBlock(4 << 20)
    blocks.letGo(block)
    #expect(blocks.take(4 << 20 + 1) == nil)
    #expect(blocks.take(1 << 20 - 1) == nil)
    let taken = try #require(blocks.take(1 << 20))
    #expect(taken.base == block.base && taken.byteCount == 4 << 20)
    #expect(blocks.take(1 << 20) == nil)
    blocks.letGo(taken)
    #expect(blocks.take(4 << 20)?.base == block.base)
    free(block.base)
  }

  @Test("no more than four times as much is given away")
  func noWaste() throws {
    blocks.letGo(try makeBlock(8 << 20))
    #expect(blocks.take(2 << 20 - 1) == nil)
    let taken = try #require(blocks.take(2 << 20))
    free(taken.base)
  }

  @Test("small blocks are not kept, nor more than the bound")
  func bound() throws {
    blocks.letGo(try makeBlock(1 << 20 - 1))
    for _ in 0..<9 { blocks.letGo(try makeBlock(2 << 20)) }
    blocks.letGo(try makeBlock(9 << 20))
    var takenCount = 0
    while let block = blocks.take(2 << 20) {
      free(block.base)
      takenCount += 1
    }
    #expect(takenCount == 4)
  }

  @Test("bytes that grow into a kept block are the same bytes")
  func growing() throws {
    let chunk = [UInt8]((0..<250_000).map { UInt8(truncatingIfNeeded: $0 * 7) })
    // The second one finds what the first let go.
    for _ in 0..<2 {
      let bytes = EncodedBytes()
      for _ in 0..<20 { try chunk.withUnsafeBytes { try bytes.append($0) } }
      #expect(bytes.count == 20 * chunk.count)
      for index in 0..<20 {
        let start = index * chunk.count
        #expect(bytes.bytes[start..<start + chunk.count].elementsEqual(chunk))
      }
    }
  }
}
