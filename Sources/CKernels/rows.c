#include "CKernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
// Flags and counts that a caller names are constants within.
#define INLINE static inline __attribute__((target("avx2"), always_inline))

// Four pixels of three or four channels: two in each half, their samples side by side by channel.
INLINE __m256i four_pixels(const int16_t *pixel, const size_t channel_count) {
  if (channel_count == 4) {
    const __m256i order = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15));
    return _mm256_shuffle_epi8(_mm256_loadu_si256((const __m256i *)pixel), order);
  }
  const __m256i order = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, -1, -1, -1, -1));
  __m256i first = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)pixel));
  return _mm256_shuffle_epi8(
      _mm256_inserti128_si256(first, _mm_loadu_si128((const __m128i *)(pixel + 6)), 1), order);
}

// Adds four pixels, weighed, to sums that stand in both halves. Of `weights`, in pairs, each half
// gets the one that `pairs` names.
INLINE __m256i add_pixels(
    __m256i sums, const int16_t *pixel, const size_t channel_count, __m128i weights,
    __m256i pairs) {
  __m256i factors = _mm256_permutevar8x32_epi32(_mm256_castsi128_si256(weights), pairs);
  return _mm256_add_epi32(
      sums, _mm256_madd_epi16(four_pixels(pixel, channel_count), factors));
}

// Where no pixel has more than twelve taps, all are given as many as the one that has most: those
// that they lack have the weight 0. `groups` is the number of fours, 0 where it is looked up.
INLINE void weigh_pixels(
    const int16_t *row, const size_t channel_count, const int32_t *first_taps,
    const int32_t *tap_counts, const int16_t *weights, size_t tap_stride, const size_t groups,
    int32_t *sums, size_t output_count) {
  const __m256i first = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
  const __m256i second = _mm256_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3);
  if (groups > 0) tap_stride = 4 * groups;
  for (size_t x = 0; x < output_count; x++) {
    const int16_t *pixel = row + (size_t)first_taps[x] * channel_count;
    const int16_t *weight = weights;
    const int16_t *end = weights + (groups > 0 ? tap_stride : (size_t)tap_counts[x]);
    __m256i sum = _mm256_setzero_si256();
    for (; weight + 4 < end; weight += 8) {
      __m128i eight = _mm_loadu_si128((const __m128i *)weight);
      sum = add_pixels(sum, pixel, channel_count, eight, first);
      sum = add_pixels(sum, pixel + 4 * channel_count, channel_count, eight, second);
      pixel += 8 * channel_count;
    }
    if (weight < end) {
      __m128i four = _mm_loadl_epi64((const __m128i *)weight);
      sum = add_pixels(sum, pixel, channel_count, four, first);
    }
    // With three channels the fourth is overwritten by the next pixel's own first.
    _mm_storeu_si128(
        (__m128i *)sums,
        _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1)));
    sums += channel_count;
    weights += tap_stride;
  }
}

INLINE void weigh_pixels_of(
    const size_t channel_count, const int16_t *row, const int32_t *first_taps,
    const int32_t *tap_counts, const int16_t *weights, size_t tap_stride, int32_t *sums,
    size_t output_count) {
  switch (tap_stride) {
    case 4:
      weigh_pixels(
          row, channel_count, first_taps, tap_counts, weights, 4, 1, sums, output_count);
      break;
    case 8:
      weigh_pixels(
          row, channel_count, first_taps, tap_counts, weights, 8, 2, sums, output_count);
      break;
    case 12:
      weigh_pixels(
          row, channel_count, first_taps, tap_counts, weights, 12, 3, sums, output_count);
      break;
    default:
      weigh_pixels(
          row, channel_count, first_taps, tap_counts, weights, tap_stride, 0, sums, output_count);
  }
}

INLINE void weigh_pairs(
    const int16_t *row, const int32_t *first_taps, const int32_t *tap_counts,
    const int16_t *weights, size_t tap_stride, int32_t *sums, size_t output_count) {
  const __m128i order = _mm_setr_epi8(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15);
  for (size_t x = 0; x < output_count; x++) {
    const int16_t *pixel = row + (size_t)first_taps[x] * 2;
    const int16_t *weight = weights + x * tap_stride;
    const int16_t *end = weight + tap_counts[x];
    __m128i sum = _mm_setzero_si128();
    for (; weight < end; weight += 4) {
      __m128i samples = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)pixel), order);
      __m128i factors =
          _mm_shuffle_epi32(_mm_loadl_epi64((const __m128i *)weight), _MM_SHUFFLE(1, 1, 0, 0));
      sum = _mm_add_epi32(sum, _mm_madd_epi16(samples, factors));
      pixel += 8;
    }
    sum = _mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum));
    _mm_storel_epi64((__m128i *)(sums + 2 * x), sum);
  }
}

INLINE void weigh_singles(
    const int16_t *row, const int32_t *first_taps, const int32_t *tap_counts,
    const int16_t *weights, size_t tap_stride, int32_t *sums, size_t output_count) {
  for (size_t x = 0; x < output_count; x++) {
    const int16_t *sample = row + first_taps[x];
    const int16_t *weight = weights + x * tap_stride;
    const int16_t *end = weight + tap_counts[x];
    __m128i sum = _mm_setzero_si128();
    for (; weight + 4 < end; weight += 8, sample += 8) {
      __m128i factors = _mm_loadu_si128((const __m128i *)weight);
      sum = _mm_add_epi32(
          sum, _mm_madd_epi16(_mm_loadu_si128((const __m128i *)sample), factors));
    }
    if (weight < end) {
      __m128i factors = _mm_loadl_epi64((const __m128i *)weight);
      sum = _mm_add_epi32(
          sum, _mm_madd_epi16(_mm_loadl_epi64((const __m128i *)sample), factors));
    }
    sum = _mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 1));
    sums[x] = _mm_cvtsi128_si32(sum);
  }
}

AVX2 void ckernels_weigh_pixels(
    const int16_t *row, size_t channel_count, const int32_t *first_taps, const int32_t *tap_counts,
    const int16_t *weights, size_t tap_stride, int32_t *sums, size_t output_count) {
  switch (channel_count) {
    case 1:
      weigh_singles(row, first_taps, tap_counts, weights, tap_stride, sums, output_count);
      break;
    case 2:
      weigh_pairs(row, first_taps, tap_counts, weights, tap_stride, sums, output_count);
      break;
    case 3:
      weigh_pixels_of(3, row, first_taps, tap_counts, weights, tap_stride, sums, output_count);
      break;
    default:
      weigh_pixels_of(4, row, first_taps, tap_counts, weights, tap_stride, sums, output_count);
  }
}

#endif
