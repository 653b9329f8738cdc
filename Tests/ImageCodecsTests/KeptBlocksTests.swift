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
    #expect(blocks.take((4 << 20) + 1) == nil)
    #expect(blocks.take(3 << 20) == nil)
    let taken = try #require(blocks.take(15 << 18))
    #expect(taken.base == block.base && taken.byteCount == 4 << 20)
    #expect(blocks.take(4 << 20) == nil)
    blocks.letGo(taken)
    #expect(blocks.take(4 << 20)?.base == block.base)
    free(block.base)
  }

  @Test("what has waited longest makes room for what comes")
  func eviction() throws {
    for size in [3, 4, 1, 5] { blocks.letGo(try makeBlock(size << 20)) }
    // The first two had to go.
    #expect(blocks.take(3 << 20) == nil)
    let (large, small) = (try #require(blocks.take(4 << 20)), try #require(blocks.take(1 << 20)))
    #expect((large.byteCount, small.byteCount) == (5 << 20, 1 << 20))
    for block in [large, small] { free(block.base) }
  }

  @Test("small blocks are not kept, nor more than the bound, what is in use included")
  func bound() throws {
    blocks.letGo(try makeBlock((1 << 20) - 1))
    #expect(blocks.take((1 << 20) - 1) == nil)
    for _ in 0..<9 { blocks.letGo(try makeBlock(2 << 20)) }
    blocks.letGo(try makeBlock(9 << 20))
    var taken: [KeptBlocks.Block] = []
    while let block = blocks.take(2 << 20) { taken.append(block) }
    #expect(taken.count == 4)
    blocks.letGo(try makeBlock(2 << 20))
    #expect(blocks.take(2 << 20) == nil)
    // One that goes another way makes room.
    blocks.forget(&taken[0])
    blocks.letGo(try makeBlock(2 << 20))
    taken.append(try #require(blocks.take(2 << 20)))
    #expect(blocks.take(2 << 20) == nil)
    for block in taken { free(block.base) }
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
