import Foundation
import Raster
import Testing

@Suite("Transfer functions and their tables")
struct TransferFunctionTests {
  static let transfers: [TransferFunction] = [
    .sRGB, .linear, .power(2.2), .power(1 / 2.2), .power(4), .power(0.25), .power(2.4),
  ]

  @Test("powers are libm's, to more bits than tables have")
  func powers() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<5000 {
      let base = Double.random(in: 0...1, using: &generator)
      let exponent = Double.random(in: 0.0625...16, using: &generator)
      let exact = pow(base, exponent)
      #expect(abs(raise(base, to: exponent) - exact) <= exact * 0x1p-45, "\(base)^\(exponent)")
    }
    for exponent in [0.0625, 0.5, 1, 2.4, 16] {
      #expect(raise(0, to: exponent) == 0 && raise(1, to: exponent) == 1)
    }
    #expect(abs(raise(2, to: 0.5) - 2.0.squareRoot()) < 0x1p-50)
    #expect(raise(0.125, to: 1) == 0.125)
  }

  @Test("there and back again", arguments: transfers)
  func inverse(transfer: TransferFunction) {
    let reference = ReferenceLight(transfer)
    for step in 0...1000 {
      let level = Double(step) / 1000
      #expect(abs(transfer.light(of: level) - reference.decode(level)) < 1e-12)
      #expect(abs(transfer.sample(of: level) - reference.encode(level)) < 1e-12)
      #expect(abs(transfer.sample(of: transfer.light(of: level)) - level) < 1e-6)
    }
    #expect(transfer.light(of: 0) == 0 && transfer.light(of: 1) == 1)
  }

  @Test("places are in order, and every light is between two of them")
  func places() {
    var generator = SeededGenerator(seed: 5)
    var lights = (0...40).flatMap { bit in [-1, 0, 1].map { (1 << bit) + $0 } }
    for _ in 0..<2000 { lights.append(Int.random(in: 0...Int(UInt32.max), using: &generator)) }
    for light in lights where (0...Int(UInt32.max)).contains(light) {
      let place = LightPlace(of: UInt32(light))
      let below = LightPlace.light(at: place.index)
      let above = LightPlace.light(at: place.index + 1)
      #expect(below <= light && light < above)
      #expect(above - below == 1 << Int(place.bits) && below + Int(place.fraction) == light)
    }
    #expect(LightPlace.light(at: LightPlace.count - 1) == 1 << 32)
  }

  @Test("the tables are what they are said to take", arguments: [8, 16])
  func memory(bits: Int) throws {
    let depth = try #require(PixelFormat.SampleDepth(rawValue: bits))
    for transfer in Self.transfers {
      let table = LightTable(transfer, depth: depth)
      #expect(LightTable.byteCount(depth: depth) == (table.lights.count + table.samples.count) * 4)
      #expect(table.lights.count == 1 << bits && table.samples.count == LightPlace.count)
      #expect(table.lights.last == .max && table.samples.last == .max && table.lights[0] == 0)
      #expect(zip(table.samples, table.samples.dropFirst()).allSatisfy { $0 <= $1 })
    }
  }

  @Test("every sample comes back from its light", arguments: [TransferFunction.sRGB, .power(2.2)])
  func roundTrip(transfer: TransferFunction) {
    let table = LightTable(transfer, depth: .eight)
    let row = [UInt8](0...255)
    var lights = [UInt32](repeating: 0, count: 256)
    row.withUnsafeBufferPointer { row in
      lights.withUnsafeMutableBufferPointer {
        LightKernels.decode(row, of: .gray, by: table.lights.span, into: $0)
      }
    }
    #expect(lights == table.lights)
    let sums = lights.map { Int64($0) - (1 << 31) }
    var back = [UInt8](repeating: 0, count: 256)
    sums.withUnsafeBufferPointer { sums in
      back.withUnsafeMutableBufferPointer {
        LightKernels.encode(sums, bits: 0, of: .gray, by: table.samples.span, into: $0)
      }
    }
    #expect(back == row)
  }
}
