// The inner loop.
extension Inflater {
  /// Decodes until the block ends, or the room or the input does.
  func decode(_ feed: Feed) throws {
    if inputEnd - inputStart <= Self.inputMargin, !isFed { try refill(from: feed) }
    let start = outputEnd
    let outputLimit = outputCapacity - Self.margin
    // Before the end of what was fed a step may look at more than is there; what lies behind is
    // zeros, and whoever has come to them is told below.
    let inputLimit = isFed ? inputEnd + 1 : inputEnd - Self.inputMargin
    var place = inputStart
    var target = outputEnd
    var bits = bits
    // Those that count as fetched; more may stand above them, and are fetched again.
    var bitCount = bitCount
    let literals = literals.entries
    let distances = distances.entries
    let input = input
    let output = output
    let literalMask: UInt64 = 1 << UInt64(literalRootBits) - 1
    let distanceMask: UInt64 = 1 << UInt64(distanceRootBits) - 1
    var isAtEnd = false
    var isCorrupt = false

    // Shifts count modulo 64: of an entry they take the lowest bits, which are those that tell how
    // far, and of `bitCount` all, as it never is more than 63.
    while target < outputLimit, place < inputLimit {
      // At least 56 bits from here.
      bits |= Self.word(input + place) &<< UInt64(truncatingIfNeeded: bitCount)
      place &+= (63 &- bitCount) >> 3
      bitCount |= 56
      var entry = literals[Int(bits & literalMask)]
      if entry & DecodeTable.literalFlag != 0 {
        // Three times eleven bits leave enough for a length with its extra bits.
        bits &>>= UInt64(entry)
        bitCount &-= Int(entry & 0xFF)
        target &+= Self.store(entry, at: output + target)
        entry = literals[Int(bits & literalMask)]
        if entry & DecodeTable.literalFlag != 0 {
          bits &>>= UInt64(entry)
          bitCount &-= Int(entry & 0xFF)
          target &+= Self.store(entry, at: output + target)
          entry = literals[Int(bits & literalMask)]
          if entry & DecodeTable.literalFlag != 0 {
            bits &>>= UInt64(entry)
            bitCount &-= Int(entry & 0xFF)
            target &+= Self.store(entry, at: output + target)
            continue
          }
        }
      }
      if entry & DecodeTable.exceptionFlag != 0 {
        if entry & DecodeTable.longerCodeFlag != 0 {
          bits &>>= UInt64(entry)
          bitCount &-= Int(entry & 0xFF)
          let mask: UInt64 = 1 &<< UInt64(entry >> 8 & 0xF) - 1
          entry = literals[Int(entry >> 16) &+ Int(bits & mask)]
          if entry & DecodeTable.literalFlag != 0 {
            bits &>>= UInt64(entry)
            bitCount &-= Int(entry & 0xFF)
            target &+= Self.store(entry, at: output + target)
            continue
          }
        }
        if entry & DecodeTable.exceptionFlag != 0 {
          bits &>>= UInt64(entry)
          bitCount &-= Int(entry & 0xFF)
          isAtEnd = entry & DecodeTable.endFlag != 0
          isCorrupt = !isAtEnd
          break
        }
      }
      // A length: what stands between its code and its end are the extra bits.
      let length = Self.value(entry, bits)
      bits &>>= UInt64(entry)
      bitCount &-= Int(entry & 0xFF)
      bits |= Self.word(input + place) &<< UInt64(truncatingIfNeeded: bitCount)
      place &+= (63 &- bitCount) >> 3
      bitCount |= 56
      entry = distances[Int(bits & distanceMask)]
      if entry & DecodeTable.exceptionFlag != 0 {
        guard entry & DecodeTable.longerCodeFlag != 0 else {
          isCorrupt = true
          break
        }
        bits &>>= UInt64(entry)
        bitCount &-= Int(entry & 0xFF)
        let mask: UInt64 = 1 &<< UInt64(entry >> 8 & 0xF) - 1
        entry = distances[Int(entry >> 16) &+ Int(bits & mask)]
        guard entry & DecodeTable.exceptionFlag == 0 else {
          isCorrupt = true
          break
        }
      }
      let distance = Self.value(entry, bits)
      bits &>>= UInt64(entry)
      bitCount &-= Int(entry & 0xFF)
      guard distance <= target else {
        isCorrupt = true
        break
      }
      Self.copy(
        length, from: output + (target &- distance), distance: distance, to: output + target)
      target &+= length
    }

    // Above the bits that count stand others that will be fetched again.
    bits &= bitCount == 0 ? 0 : UInt64.max >> UInt64(64 - bitCount)
    inputStart = place
    self.bits = bits
    self.bitCount = bitCount
    outputEnd = target
    try tally(target - start)
    guard !isCorrupt else { throw DeflateError.corrupt }
    if place > inputEnd {
      // Zeros behind the end were fetched; as long as they are not used, that is none's loss.
      paddingByteCount += place - inputEnd
      inputStart = inputEnd
      guard bitCount >= 8 * paddingByteCount else { throw DeflateError.truncated }
    }
    if isAtEnd { endBlock() }
  }

  /// Stores one literal or two, and returns how many they are.
  @inline(__always)
  static func store(
    _ entry: DecodeTable.Entry, at target: UnsafeMutablePointer<UInt8>
  ) -> Int {
    UnsafeMutableRawPointer(target).storeBytes(
      of: UInt16(truncatingIfNeeded: entry >> 8).littleEndian, as: UInt16.self)
    return 1 &+ Int(entry >> 24 & 1)
  }

  @inline(__always)
  static func word(_ place: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
  }

  /// The base of a length or distance and its extra bits.
  @inline(__always)
  static func value(_ entry: DecodeTable.Entry, _ bits: UInt64) -> Int {
    let all = bits & (1 &<< UInt64(entry) &- 1)
    return Int(entry >> 16) &+ Int(truncatingIfNeeded: all &>> UInt64(entry >> 8 & 0xF))
  }

  /// Copies a match; it writes up to 31 bytes beyond its end.
  @inline(__always)
  static func copy(
    _ length: Int, from source: UnsafePointer<UInt8>, distance: Int,
    to target: UnsafeMutablePointer<UInt8>
  ) {
    let source = UnsafeRawPointer(source)
    let target = UnsafeMutableRawPointer(target)
    var done = 0
    if distance >= 16 {
      repeat {
        let part = source.loadUnaligned(fromByteOffset: done, as: SIMD16<UInt8>.self)
        target.storeBytes(of: part, toByteOffset: done, as: SIMD16<UInt8>.self)
        done &+= 16
      } while done < length
    } else if distance == 1 {
      let part = SIMD16<UInt8>(repeating: source.load(as: UInt8.self))
      repeat {
        target.storeBytes(of: part, toByteOffset: done, as: SIMD16<UInt8>.self)
        done &+= 16
      } while done < length
    } else if distance == 4 {
      // A pixel with alpha, again and again.
      let part = SIMD4<UInt32>(repeating: source.loadUnaligned(as: UInt32.self))
      repeat {
        target.storeBytes(of: part, toByteOffset: done, as: SIMD4<UInt32>.self)
        done &+= 16
      } while done < length
    } else {
      // As many bytes of each word as are there count; those behind them are written over.
      let step = min(distance, 8)
      repeat {
        let part = source.loadUnaligned(fromByteOffset: done, as: UInt64.self)
        target.storeBytes(of: part, toByteOffset: done, as: UInt64.self)
        done &+= step
      } while done < length
    }
  }
}
