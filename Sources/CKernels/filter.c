#include "CKernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

enum { step = 32 };

AVX2 static inline __m256i load(const uint8_t *bytes) {
  return _mm256_loadu_si256((const __m256i *)bytes);
}

AVX2 static inline __m256i distance(__m256i a, __m256i b) {
  return _mm256_sub_epi8(_mm256_max_epu8(a, b), _mm256_min_epu8(a, b));
}

AVX2 static inline __m256i is_no_less(__m256i a, __m256i b) {
  return _mm256_cmpeq_epi8(_mm256_max_epu8(a, b), a);
}

AVX2 static inline __m256i average(__m256i left, __m256i upper) {
  __m256i odd = _mm256_and_si256(_mm256_xor_si256(left, upper), _mm256_set1_epi8(1));
  return _mm256_sub_epi8(_mm256_avg_epu8(left, upper), odd);
}

// Of the three distances that decide, two are those from the corner; the third is their sum where
// both go the same way, and so no smaller than either, and their difference where not.
AVX2 static inline __m256i paeth(__m256i left, __m256i upper, __m256i corner) {
  __m256i to_left = distance(upper, corner);
  __m256i to_upper = distance(left, corner);
  __m256i same_way =
      _mm256_cmpeq_epi8(is_no_less(left, corner), is_no_less(upper, corner));
  __m256i to_corner = _mm256_or_si256(distance(to_left, to_upper), same_way);
  __m256i second = _mm256_blendv_epi8(corner, upper, is_no_less(to_corner, to_upper));
  __m256i is_left = _mm256_and_si256(is_no_less(to_upper, to_left), is_no_less(to_corner, to_left));
  return _mm256_blendv_epi8(second, left, is_left);
}

// The sums of eight bytes each, taken with signs and none as more than the cap.
AVX2 static inline __m256i sizes(__m256i bytes, __m256i cap) {
  __m256i zero = _mm256_setzero_si256();
  __m256i size = _mm256_min_epu8(bytes, _mm256_sub_epi8(zero, bytes));
  return _mm256_sad_epu8(_mm256_min_epu8(size, cap), zero);
}

AVX2 static inline uint64_t sum(__m256i lanes) {
  __m128i half =
      _mm_add_epi64(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  return (uint64_t)_mm_cvtsi128_si64(half) + (uint64_t)_mm_extract_epi64(half, 1);
}

AVX2 size_t ckernels_sum_filtered(
    const uint8_t *row, const uint8_t *above, size_t count, size_t pixel_byte_count, uint8_t cap,
    uint64_t *totals) {
  __m256i none = _mm256_setzero_si256(), by_left = none, by_upper = none, by_average = none,
          by_paeth = none;
  const __m256i caps = _mm256_set1_epi8((char)cap);
  size_t x = 0;
  for (; x + step <= count; x += step) {
    __m256i here = load(row + x), left = load(row + x - pixel_byte_count);
    __m256i upper = load(above + x), corner = load(above + x - pixel_byte_count);
    none = _mm256_add_epi64(none, sizes(here, caps));
    by_left = _mm256_add_epi64(by_left, sizes(_mm256_sub_epi8(here, left), caps));
    by_upper = _mm256_add_epi64(by_upper, sizes(_mm256_sub_epi8(here, upper), caps));
    by_average = _mm256_add_epi64(
        by_average, sizes(_mm256_sub_epi8(here, average(left, upper)), caps));
    by_paeth = _mm256_add_epi64(
        by_paeth, sizes(_mm256_sub_epi8(here, paeth(left, upper, corner)), caps));
  }
  totals[0] += sum(none);
  totals[1] += sum(by_left);
  totals[2] += sum(by_upper);
  totals[3] += sum(by_average);
  totals[4] += sum(by_paeth);
  return x;
}

#endif
