/// Alpha multiplied into the samples, exactly: colours times alpha, and alpha times 2^8, or 2^16.
///
/// That is one more than the largest sample: an alpha then survives the bit that is dropped of it
/// on the way, and a picture that is opaque throughout has the very alpha that it came with.
package enum PremultiplyKernels {
  /// RGB+alpha of 8 bits into signed 16 bits, moved down by 2^15.
  ///
  /// - Parameter out: four elements a pixel, as `row` has.
  package static func premultiplyRGBA8(
    _ row: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer
  ) {
    let pixelCount = row.count / 4
    precondition(out.count >= 8 * pixelCount)
    var x = 0
    if WideVectors.areAvailable {
      x = WideVectors.premultiply(row, into: out)
      if x == pixelCount { return }
    }
    let low = SIMD4<UInt32>(repeating: 0x00ff_00ff)
    let green = SIMD4<UInt32>(repeating: 0x0000_00ff)
    let full = SIMD4<UInt32>(repeating: 0x0100_0000)
    let bias = SIMD8<UInt16>(repeating: 0x8000)
    while x + 4 <= pixelCount {
      let pixels = SIMD4<UInt32>(
        littleEndian: row.loadUnaligned(fromByteOffset: x * 4, as: SIMD4<UInt32>.self))
      let alpha = (pixels &>> 24) &* 0x0001_0001
      // In each 32-bit lane: red below blue, and green below what alpha is multiplied by.
      let redBlue = multiply(pixels & low, alpha)
      let greenAlpha = multiply((pixels &>> 8) & green | full, alpha)
      let redGreen = redBlue & 0xffff | greenAlpha &<< 16
      let blueAlpha = redBlue &>> 16 | greenAlpha & 0xffff_0000
      var interleaved = SIMD8<UInt32>()
      interleaved.evenHalf = redGreen
      interleaved.oddHalf = blueAlpha
      let words = unsafeBitCast(interleaved, to: SIMD16<UInt16>.self)
      out.storeBytes(of: words.lowHalf ^ bias, toByteOffset: x * 8, as: SIMD8<UInt16>.self)
      out.storeBytes(of: words.highHalf ^ bias, toByteOffset: x * 8 + 16, as: SIMD8<UInt16>.self)
      x += 4
    }
    premultiplyOneByOne(
      row, of: UInt8.self, channelCount: 4, bias: 0x8000, from: x, into: out, of: UInt16.self)
  }

  @inline(__always)
  private static func multiply(_ left: SIMD4<UInt32>, _ right: SIMD4<UInt32>) -> SIMD4<UInt32> {
    let product =
      unsafeBitCast(left, to: SIMD8<UInt16>.self) &* unsafeBitCast(right, to: SIMD8<UInt16>.self)
    return unsafeBitCast(product, to: SIMD4<UInt32>.self)
  }

  /// Any samples into elements of twice their width, a sample at a time: gray+alpha, 16 bits, the
  /// rest of a row, and the tests' reference.
  ///
  /// - Parameter bias: what is added to each element, wrapping: half its range moves it down.
  @inline(__always)
  package static func premultiplyOneByOne<
    Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable,
    Product: FixedWidthInteger & UnsignedInteger & BitwiseCopyable
  >(
    _ row: UnsafeRawBufferPointer, of sample: Sample.Type, channelCount: Int, bias: Product,
    from first: Int = 0, into out: UnsafeMutableRawBufferPointer, of product: Product.Type
  ) {
    // With the number of channels known, the loop over them is unrolled.
    if channelCount == 2 {
      premultiply(row, of: sample, channelCount: 2, bias: bias, from: first, into: out)
    } else {
      precondition(channelCount == 4, "colour and alpha are two channels or four")
      premultiply(row, of: sample, channelCount: 4, bias: bias, from: first, into: out)
    }
  }

  @inline(__always)
  private static func premultiply<
    Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable,
    Product: FixedWidthInteger & UnsignedInteger & BitwiseCopyable
  >(
    _ row: UnsafeRawBufferPointer, of sample: Sample.Type, channelCount: Int, bias: Product,
    from first: Int, into out: UnsafeMutableRawBufferPointer
  ) {
    let samples = row.bindMemory(to: Sample.self)
    let products = out.bindMemory(to: Product.self)
    precondition(products.count >= samples.count)
    let full = Product(truncatingIfNeeded: Sample.max) &+ 1
    var place = first &* channelCount
    while place &+ channelCount <= samples.count {
      let alphaPlace = place &+ channelCount &- 1
      let alpha = Product(truncatingIfNeeded: samples[alphaPlace])
      while place < alphaPlace {
        products[place] = Product(truncatingIfNeeded: samples[place]) &* alpha &+ bias
        place &+= 1
      }
      products[alphaPlace] = full &* alpha &+ bias
      place &+= 1
    }
  }
}

extension SIMD4<UInt32> {
  @inline(__always)
  fileprivate init(littleEndian value: SIMD4<UInt32>) {
    #if _endian(little)
      self = value
    #else
      self = SIMD4(
        value.x.byteSwapped, value.y.byteSwapped, value.z.byteSwapped, value.w.byteSwapped)
    #endif
  }
}
