#include "CKernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define PCLMUL __attribute__((target("pclmul")))
#define INLINE static inline __attribute__((target("pclmul"), always_inline))

// Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (Intel,
// 2009), for the polynomial P of zlib and PNG, 0x104c11db7. All stands in reverse, as in the checksum:
// the lowest bit of a vector is the highest power of x.
//
// Two halves of a vector that n bits of the message follow may be replaced by their products with
// x^(n + 64) and x^n, both reduced by P. Read as a vector, the product of two reversed halves is x
// times what it should be; and a power whose 33 bits are reversed in the low end of its half is read
// as x^31 times itself. So the powers here are x^(n + 32) and x^(n - 32), reduced by P.
static const uint64_t by_64_bytes[2] = {0x154442bd4, 0x1c6e41596};  // x^544, x^480
static const uint64_t by_16_bytes[2] = {0x1751997d0, 0x0ccaa009e};  // x^160, x^96
static const uint64_t by_8_bytes = 0x163cd6124;                     // x^64
// The quotient x^64 / P, and P.
static const uint64_t quotient_and_divisor[2] = {0x1f7011641, 0x1db710641};

INLINE __m128i load(const void *bytes) { return _mm_loadu_si128((const __m128i *)bytes); }

INLINE __m128i fold(__m128i bits, __m128i powers) {
  return _mm_xor_si128(
      _mm_clmulepi64_si128(bits, powers, 0x00), _mm_clmulepi64_si128(bits, powers, 0x11));
}

// What is left of 128 bits, and 32 zeros behind them, when they are divided by P.
INLINE uint32_t remainder_of(__m128i bits) {
  const __m128i low_word = _mm_cvtsi32_si128(-1);
  // The first half by x^96: 96 bits are left, the zeros among them.
  bits = _mm_xor_si128(
      _mm_clmulepi64_si128(bits, load(by_16_bytes), 0x10), _mm_srli_si128(bits, 8));
  // The first word by x^64: 64 bits are left.
  bits = _mm_xor_si128(
      _mm_clmulepi64_si128(
          _mm_and_si128(bits, low_word), _mm_cvtsi64_si128((int64_t)by_8_bytes), 0x00),
      _mm_srli_si128(bits, 4));
  // Barrett's reduction: the first word tells how many times P divides them.
  const __m128i factors = load(quotient_and_divisor);
  __m128i times = _mm_clmulepi64_si128(_mm_and_si128(bits, low_word), factors, 0x00);
  __m128i multiple = _mm_clmulepi64_si128(_mm_and_si128(times, low_word), factors, 0x10);
  return (uint32_t)_mm_cvtsi128_si32(_mm_srli_si128(_mm_xor_si128(bits, multiple), 4));
}

PCLMUL uint32_t ckernels_crc32(uint32_t crc, const uint8_t *bytes, size_t count) {
  const __m128i far = load(by_64_bytes), near = load(by_16_bytes);
  // Four vectors, none of which waits for another.
  __m128i bits[4];
  for (int i = 0; i < 4; i++) bits[i] = load(bytes + 16 * i);
  bits[0] = _mm_xor_si128(bits[0], _mm_cvtsi32_si128((int32_t)~crc));
  size_t place = 64;
  for (; place + 64 <= count; place += 64) {
    for (int i = 0; i < 4; i++) {
      bits[i] = _mm_xor_si128(fold(bits[i], far), load(bytes + place + 16 * i));
    }
  }
  for (int i = 1; i < 4; i++) bits[0] = _mm_xor_si128(fold(bits[0], near), bits[i]);
  for (; place < count; place += 16) {
    bits[0] = _mm_xor_si128(fold(bits[0], near), load(bytes + place));
  }
  return ~remainder_of(bits[0]);
}

#endif
