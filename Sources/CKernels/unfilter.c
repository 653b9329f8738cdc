#include "CKernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

// Four pixels, one of each row, in four lanes of 64 bits; a sample is 16 bits wide. The pixel of a
// row stands two places before that of the row above: what is above it was made two steps ago, so
// that no step waits for another lane of the step before.
enum { row_count = 4, lag = 2 };

// What the filters of the rows take their predictions from, by lanes.
typedef struct {
  __m256i left, upper, average, paeth;
} lanes;

AVX2 static inline __m256i by_lane(const uint8_t *const *rows, uint8_t filter) {
  return _mm256_setr_epi64x(
      -(rows[0][0] == filter), -(rows[1][0] == filter), -(rows[2][0] == filter),
      -(rows[3][0] == filter));
}

AVX2 static inline int32_t load(const uint8_t *bytes) {
  int32_t pixel;
  memcpy(&pixel, bytes, sizeof pixel);
  return pixel;
}

AVX2 static inline void store(uint8_t *bytes, int32_t pixel) {
  memcpy(bytes, &pixel, sizeof pixel);
}

// The predictor of the specification in another form, with t = 3 corner - left - upper: the corner
// where t lies between the two, else the one of them that is farther from the corner.
AVX2 static inline __m256i paeth(__m256i left, __m256i upper, __m256i corner) {
  __m256i low = _mm256_min_epi16(left, upper);
  __m256i high = _mm256_max_epi16(left, upper);
  __m256i thrice = _mm256_add_epi16(corner, _mm256_add_epi16(corner, corner));
  __m256i threshold = _mm256_sub_epi16(_mm256_sub_epi16(thrice, upper), left);
  __m256i inner = _mm256_blendv_epi8(low, corner, _mm256_cmpgt_epi16(high, threshold));
  return _mm256_blendv_epi8(high, inner, _mm256_cmpgt_epi16(threshold, low));
}

AVX2 static inline __m256i predict(
    __m256i left, __m256i upper, __m256i corner, lanes chosen, const bool are_all_paeth) {
  __m256i edge = paeth(left, upper, corner);
  if (are_all_paeth) return edge;
  __m256i mean = _mm256_srli_epi16(_mm256_add_epi16(left, upper), 1);
  return _mm256_or_si256(
      _mm256_or_si256(
          _mm256_and_si256(left, chosen.left), _mm256_and_si256(upper, chosen.upper)),
      _mm256_or_si256(
          _mm256_and_si256(mean, chosen.average), _mm256_and_si256(edge, chosen.paeth)));
}

// What one step leaves for the next.
typedef struct {
  __m256i left, before_left, corner;
} state;

// The step that makes pixel x of the first row, and of the rows below those behind it, as far as
// the rows have such pixels.
AVX2 static inline state step(
    const uint8_t *const *rows, uint8_t *const *targets, const uint8_t *above, size_t x,
    size_t pixel_count, const size_t size, state now, lanes chosen, const bool is_inside,
    const bool are_all_paeth) {
  bool has[row_count];
  int32_t filtered[row_count];
  for (size_t row = 0; row < row_count; row++) {
    has[row] = is_inside || (x >= lag * row && x - lag * row < pixel_count);
    filtered[row] = has[row] ? load(rows[row] + 1 + (x - lag * row) * size) : 0;
  }
  __m256i pixels = _mm256_cvtepu8_epi16(
      _mm_setr_epi32(filtered[0], filtered[1], filtered[2], filtered[3]));
  __m256i first = _mm256_castsi128_si256(
      _mm_cvtepu8_epi16(_mm_cvtsi32_si128(has[0] ? load(above + x * size) : 0)));
  __m256i upper =
      _mm256_blend_epi32(_mm256_permute4x64_epi64(now.before_left, 0x90), first, 0x03);
  __m256i made = _mm256_and_si256(
      _mm256_add_epi16(
          pixels, predict(now.left, upper, now.corner, chosen, are_all_paeth)),
      _mm256_set1_epi16(0xFF));
  __m256i packed = _mm256_packus_epi16(made, made);
  __m128i upper_half = _mm256_castsi256_si128(packed);
  __m128i lower_half = _mm256_extracti128_si256(packed, 1);
  if (has[0]) store(targets[0] + x * size, _mm_cvtsi128_si32(upper_half));
  if (has[1]) store(targets[1] + (x - lag) * size, _mm_extract_epi32(upper_half, 1));
  if (has[2]) store(targets[2] + (x - 2 * lag) * size, _mm_cvtsi128_si32(lower_half));
  if (has[3]) store(targets[3] + (x - 3 * lag) * size, _mm_extract_epi32(lower_half, 1));
  return (state){.left = made, .before_left = now.left, .corner = upper};
}

// Before a row begins, all that its lane knows is 0: zeros are filtered there, and make zeros.
AVX2 static inline void unfilter(
    const uint8_t *const *rows, uint8_t *const *targets, const uint8_t *above,
    size_t pixel_count, const size_t size, const bool are_all_paeth) {
  lanes chosen = {by_lane(rows, 1), by_lane(rows, 2), by_lane(rows, 3), by_lane(rows, 4)};
  state now = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
  const size_t start = lag * (row_count - 1);
  size_t x = 0;
  for (; x < start; x++) {
    now = step(rows, targets, above, x, pixel_count, size, now, chosen, false, are_all_paeth);
  }
  for (; x < pixel_count; x++) {
    now = step(rows, targets, above, x, pixel_count, size, now, chosen, true, are_all_paeth);
  }
  for (; x < pixel_count + start; x++) {
    now = step(rows, targets, above, x, pixel_count, size, now, chosen, false, are_all_paeth);
  }
}

AVX2 void ckernels_unfilter_four_rows(
    const uint8_t *const *rows, uint8_t *const *targets, const uint8_t *above,
    size_t pixel_count, size_t pixel_byte_count) {
  bool are_all_paeth = true;
  for (int row = 0; row < row_count; row++) are_all_paeth &= rows[row][0] == 4;
  if (pixel_byte_count == 3) {
    if (are_all_paeth) {
      unfilter(rows, targets, above, pixel_count, 3, true);
    } else {
      unfilter(rows, targets, above, pixel_count, 3, false);
    }
  } else if (are_all_paeth) {
    unfilter(rows, targets, above, pixel_count, 4, true);
  } else {
    unfilter(rows, targets, above, pixel_count, 4, false);
  }
}

#endif
