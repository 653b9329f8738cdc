#include "CKernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define INLINE static inline __attribute__((target("avx2"), always_inline))

// Four pixels.
INLINE void premultiply(const uint8_t *pixels, int16_t *out) {
  const __m256i alpha_places = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(6, 7, 6, 7, 6, 7, 6, 7, 14, 15, 14, 15, 14, 15, 14, 15));
  __m256i samples = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)pixels));
  __m256i alphas = _mm256_shuffle_epi8(samples, alpha_places);
  __m256i factors = _mm256_blend_epi16(samples, _mm256_set1_epi16(256), 0x88);
  __m256i products = _mm256_mullo_epi16(factors, alphas);
  _mm256_storeu_si256(
      (__m256i *)out, _mm256_xor_si256(products, _mm256_set1_epi16(INT16_MIN)));
}

AVX2 size_t ckernels_premultiply(const uint8_t *pixels, int16_t *out, size_t pixel_count) {
  if (pixel_count < 4) return 0;
  for (size_t x = 0; x + 4 <= pixel_count; x += 4) premultiply(pixels + 4 * x, out + 4 * x);
  // The last are made twice where the row does not end with a vector.
  if (pixel_count % 4 > 0) {
    premultiply(pixels + 4 * (pixel_count - 4), out + 4 * (pixel_count - 4));
  }
  return pixel_count;
}

typedef struct {
  __m256d centre, alpha_factor, half;
} Levels;

// The levels of a pixel's sums, the fourth of which means nothing.
INLINE __m128i colour(__m128i sums, __m256d factor, const Levels *levels) {
  __m256d level = _mm256_add_pd(_mm256_cvtepi32_pd(sums), levels->centre);
  level = _mm256_add_pd(_mm256_mul_pd(level, factor), levels->half);
  // Where colour overshoots alpha. What is below zero is left to the packing.
  return _mm256_cvttpd_epi32(_mm256_min_pd(level, _mm256_set1_pd(255)));
}

// Four pixels.
INLINE void unpremultiply(const int32_t *sums, const Levels *levels, uint8_t *out) {
  __m128i pixels[4];
  for (int i = 0; i < 4; i++) pixels[i] = _mm_loadu_si128((const __m128i *)(sums + 4 * i));
  __m128i alpha_sums = _mm_unpackhi_epi64(
      _mm_unpackhi_epi32(pixels[0], pixels[1]), _mm_unpackhi_epi32(pixels[2], pixels[3]));
  __m256d weights = _mm256_add_pd(_mm256_cvtepi32_pd(alpha_sums), levels->centre);
  __m128i alphas = _mm256_cvttpd_epi32(
      _mm256_add_pd(_mm256_mul_pd(weights, levels->alpha_factor), levels->half));
  alphas = _mm_min_epi32(alphas, _mm_set1_epi32(255));
  __m128i visible = _mm_cmpgt_epi32(alphas, _mm_setzero_si128());
  if (_mm_testz_si128(visible, visible)) {
    _mm_storeu_si128((__m128i *)out, _mm_setzero_si128());
    return;
  }
  __m256d factors = _mm256_div_pd(_mm256_set1_pd(256), weights);
  pixels[0] = colour(pixels[0], _mm256_permute4x64_pd(factors, 0x00), levels);
  pixels[1] = colour(pixels[1], _mm256_permute4x64_pd(factors, 0x55), levels);
  pixels[2] = colour(pixels[2], _mm256_permute4x64_pd(factors, 0xaa), levels);
  pixels[3] = colour(pixels[3], _mm256_permute4x64_pd(factors, 0xff), levels);
  __m128i colours = _mm_packus_epi16(
      _mm_packs_epi32(pixels[0], pixels[1]), _mm_packs_epi32(pixels[2], pixels[3]));
  __m128i bytes = _mm_or_si128(
      _mm_and_si128(colours, _mm_set1_epi32(0x00ffffff)), _mm_slli_epi32(alphas, 24));
  _mm_storeu_si128((__m128i *)out, _mm_and_si128(bytes, visible));
}

AVX2 size_t ckernels_unpremultiply(
    const int32_t *sums, double centre, double alpha_factor, double half, uint8_t *out,
    size_t pixel_count) {
  const Levels levels = {
      _mm256_set1_pd(centre), _mm256_set1_pd(alpha_factor), _mm256_set1_pd(half)};
  if (pixel_count < 4) return 0;
  for (size_t x = 0; x + 4 <= pixel_count; x += 4) {
    unpremultiply(sums + 4 * x, &levels, out + 4 * x);
  }
  if (pixel_count % 4 > 0) {
    unpremultiply(sums + 4 * (pixel_count - 4), &levels, out + 4 * (pixel_count - 4));
  }
  return pixel_count;
}

#endif
