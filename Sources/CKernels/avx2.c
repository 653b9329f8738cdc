#include "CKernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

bool ckernels_has_avx2(void) { return __builtin_cpu_supports("avx2"); }

// Two weights side by side, as often as a vector holds them.
AVX2 static inline __m256i weight_pair(const int16_t *weights, size_t tap, size_t tap_count) {
  uint32_t low = (uint16_t)weights[tap];
  uint32_t high = tap + 1 < tap_count ? (uint16_t)weights[tap + 1] : 0;
  return _mm256_set1_epi32((int32_t)(low | high << 16));
}

// Adds 16 samples of two rows, weighed, to sums whose halves stand in the order that unpacking gives.
AVX2 static inline void add_pair(
    __m256i upper, __m256i lower, __m256i weights, __m256i *low_sums, __m256i *high_sums) {
  *low_sums = _mm256_add_epi32(
      *low_sums, _mm256_madd_epi16(_mm256_unpacklo_epi16(upper, lower), weights));
  *high_sums = _mm256_add_epi32(
      *high_sums, _mm256_madd_epi16(_mm256_unpackhi_epi16(upper, lower), weights));
}

AVX2 static inline void store(__m256i low_sums, __m256i high_sums, __m128i shift, int32_t *out) {
  low_sums = _mm256_sra_epi32(low_sums, shift);
  high_sums = _mm256_sra_epi32(high_sums, shift);
  _mm256_storeu_si256((__m256i *)out, _mm256_permute2x128_si256(low_sums, high_sums, 0x20));
  _mm256_storeu_si256((__m256i *)(out + 8), _mm256_permute2x128_si256(low_sums, high_sums, 0x31));
}

// 16 samples, widened.
AVX2 static inline __m256i load(const void *row, size_t x, const bool are_bytes) {
  return are_bytes
             ? _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)((const uint8_t *)row + x)))
             : _mm256_loadu_si256((const __m256i *)((const int16_t *)row + x));
}

AVX2 static inline size_t weigh_rows(
    const void *const *rows, const bool are_bytes, const int16_t *weights, size_t tap_count,
    int32_t start, int shift, int32_t *out, size_t count) {
  const __m128i shifts = _mm_cvtsi32_si128(shift);
  size_t x = 0;
  for (; x + 32 <= count; x += 32) {
    __m256i sums[4];
    for (int i = 0; i < 4; i++) sums[i] = _mm256_set1_epi32(start);
    for (size_t tap = 0; tap < tap_count; tap += 2) {
      const void *upper = rows[tap];
      // A last row alone is weighed with a second one of weight 0.
      const void *lower = tap + 1 < tap_count ? rows[tap + 1] : upper;
      __m256i pair = weight_pair(weights, tap, tap_count);
      for (int half = 0; half < 2; half++) {
        add_pair(
            load(upper, x + 16 * half, are_bytes), load(lower, x + 16 * half, are_bytes), pair,
            &sums[2 * half], &sums[2 * half + 1]);
      }
    }
    store(sums[0], sums[1], shifts, out + x);
    store(sums[2], sums[3], shifts, out + x + 16);
  }
  return x;
}

AVX2 size_t ckernels_weigh_byte_rows(
    const uint8_t *const *rows, const int16_t *weights, size_t tap_count, int32_t start, int shift,
    int32_t *out, size_t count) {
  return weigh_rows(
      (const void *const *)rows, true, weights, tap_count, start, shift, out, count);
}

AVX2 size_t ckernels_weigh_word_rows(
    const int16_t *const *rows, const int16_t *weights, size_t tap_count, int32_t start, int shift,
    int32_t *out, size_t count) {
  return weigh_rows(
      (const void *const *)rows, false, weights, tap_count, start, shift, out, count);
}

AVX2 static inline __m256i two_pixels(const int32_t *pixel, size_t channel_count) {
  __m128i first = _mm_loadu_si128((const __m128i *)pixel);
  __m128i second = _mm_loadu_si128((const __m128i *)(pixel + channel_count));
  return _mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1);
}

AVX2 static inline void weigh_pixels(
    const int32_t *row, const size_t channel_count, const int32_t *first_taps,
    const int32_t *tap_counts, const int16_t *weights, size_t tap_stride, int32_t *sums,
    size_t output_count) {
  const __m256i spread = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
  for (size_t x = 0; x < output_count; x++) {
    const int32_t *pixel = row + (size_t)first_taps[x] * channel_count;
    const int16_t *weight = weights + x * tap_stride;
    const size_t tap_count = (size_t)tap_counts[x];
    __m256i sum = _mm256_setzero_si256();
    size_t tap = 0;
    for (; tap + 2 <= tap_count; tap += 2) {
      int32_t pair;
      memcpy(&pair, weight + tap, sizeof pair);
      __m256i factors = _mm256_permutevar8x32_epi32(
          _mm256_castsi128_si256(_mm_cvtepi16_epi32(_mm_cvtsi32_si128(pair))), spread);
      sum = _mm256_add_epi32(
          sum, _mm256_mullo_epi32(two_pixels(pixel + tap * channel_count, channel_count), factors));
    }
    __m128i total =
        _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    if (tap < tap_count) {
      __m128i last = _mm_loadu_si128((const __m128i *)(pixel + tap * channel_count));
      total = _mm_add_epi32(total, _mm_mullo_epi32(last, _mm_set1_epi32(weight[tap])));
    }
    // With three channels the fourth is overwritten by the next pixel's own first.
    _mm_storeu_si128((__m128i *)(sums + x * channel_count), total);
  }
}

AVX2 void ckernels_weigh_pixels(
    const int32_t *row, size_t channel_count, const int32_t *first_taps, const int32_t *tap_counts,
    const int16_t *weights, size_t tap_stride, int32_t *sums, size_t output_count) {
  if (channel_count == 3) {
    weigh_pixels(row, 3, first_taps, tap_counts, weights, tap_stride, sums, output_count);
  } else {
    weigh_pixels(row, 4, first_taps, tap_counts, weights, tap_stride, sums, output_count);
  }
}

#else

bool ckernels_has_avx2(void) { return false; }

size_t ckernels_weigh_byte_rows(
    const uint8_t *const *rows, const int16_t *weights, size_t tap_count, int32_t start, int shift,
    int32_t *out, size_t count) {
  return 0;
}

size_t ckernels_weigh_word_rows(
    const int16_t *const *rows, const int16_t *weights, size_t tap_count, int32_t start, int shift,
    int32_t *out, size_t count) {
  return 0;
}

void ckernels_weigh_pixels(
    const int32_t *row, size_t channel_count, const int32_t *first_taps, const int32_t *tap_counts,
    const int16_t *weights, size_t tap_stride, int32_t *sums, size_t output_count) {}

#endif
