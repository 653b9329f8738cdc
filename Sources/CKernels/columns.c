#include "CKernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))
// Flags and counts that a caller names are constants within.
#define INLINE static inline __attribute__((target("avx2"), always_inline))

// 16 samples, widened.
INLINE __m256i load(const void *row, size_t x, const bool are_bytes) {
  return are_bytes
             ? _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)((const uint8_t *)row + x)))
             : _mm256_loadu_si256((const __m256i *)((const int16_t *)row + x));
}

// Adds 16 samples of two rows, weighed, to sums in the order that unpacking gives.
INLINE void add_pair(__m256i upper, __m256i lower, __m256i weights, __m256i *sums) {
  sums[0] = _mm256_add_epi32(
      sums[0], _mm256_madd_epi16(_mm256_unpacklo_epi16(upper, lower), weights));
  sums[1] = _mm256_add_epi32(
      sums[1], _mm256_madd_epi16(_mm256_unpackhi_epi16(upper, lower), weights));
}

INLINE void store(
    const __m256i *sums, __m128i shift, void *out, size_t x, const bool into_words) {
  __m256i low = _mm256_sra_epi32(sums[0], shift);
  __m256i high = _mm256_sra_epi32(sums[1], shift);
  if (into_words) {
    // Packing undoes the order of unpacking. There is nothing to saturate: all sums fit.
    _mm256_storeu_si256((__m256i *)((int16_t *)out + x), _mm256_packs_epi32(low, high));
  } else {
    __m256i *place = (__m256i *)((int32_t *)out + x);
    _mm256_storeu_si256(place, _mm256_permute2x128_si256(low, high, 0x20));
    _mm256_storeu_si256(place + 1, _mm256_permute2x128_si256(low, high, 0x31));
  }
}

// `vectors` times 16 sums, which stay in registers from the first tap to the last.
INLINE void weigh_block(
    const void *const *rows, const bool are_bytes, const int16_t *weights, size_t tap_count,
    __m256i start, __m128i shift, void *out, const bool into_words, size_t x, const int vectors) {
  __m256i sums[8];
  for (int i = 0; i < 2 * vectors; i++) sums[i] = start;
  size_t tap = 0;
  for (; tap + 2 <= tap_count; tap += 2) {
    int32_t pair;
    memcpy(&pair, weights + tap, sizeof pair);
    for (int i = 0; i < vectors; i++) {
      add_pair(
          load(rows[tap], x + 16 * i, are_bytes), load(rows[tap + 1], x + 16 * i, are_bytes),
          _mm256_set1_epi32(pair), sums + 2 * i);
    }
  }
  if (tap < tap_count) {
    for (int i = 0; i < vectors; i++) {
      add_pair(
          load(rows[tap], x + 16 * i, are_bytes), _mm256_setzero_si256(),
          _mm256_set1_epi32((uint16_t)weights[tap]), sums + 2 * i);
    }
  }
  for (int i = 0; i < vectors; i++) store(sums + 2 * i, shift, out, x + 16 * i, into_words);
}

INLINE size_t weigh_rows(
    const void *const *rows, const bool are_bytes, const int16_t *weights, size_t tap_count,
    int32_t start, int shift, void *out, const bool into_words, size_t count) {
  const __m256i starts = _mm256_set1_epi32(start);
  const __m128i shifts = _mm_cvtsi32_si128(shift);
  if (count < 16) return 0;
  size_t x = 0;
  for (; x + 64 <= count; x += 64) {
    weigh_block(
        rows, are_bytes, weights, tap_count, starts, shifts, out, into_words, x, 4);
  }
  if (x + 32 <= count) {
    weigh_block(
        rows, are_bytes, weights, tap_count, starts, shifts, out, into_words, x, 2);
    x += 32;
  }
  for (; x < count; x += 16) {
    // The last sums are made twice where the row does not end with a vector.
    if (x + 16 > count) x = count - 16;
    weigh_block(
        rows, are_bytes, weights, tap_count, starts, shifts, out, into_words, x, 1);
  }
  return count;
}

AVX2 size_t ckernels_weigh_rows(
    const void *const *rows, bool are_bytes, const int16_t *weights, size_t tap_count,
    int32_t start, int shift, void *out, bool into_words, size_t count) {
  // A loop for each of the four: both flags are constants in it.
  if (are_bytes) {
    return into_words
               ? weigh_rows(rows, true, weights, tap_count, start, shift, out, true, count)
               : weigh_rows(rows, true, weights, tap_count, start, shift, out, false, count);
  }
  return into_words
             ? weigh_rows(rows, false, weights, tap_count, start, shift, out, true, count)
             : weigh_rows(rows, false, weights, tap_count, start, shift, out, false, count);
}

#endif
