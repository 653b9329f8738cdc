#include "CKernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define INLINE static inline __attribute__((target("avx2"), always_inline))

// 16 sums as words.
INLINE __m256i words(const int32_t *sums, __m256i half, __m128i shift) {
  __m256i low = _mm256_loadu_si256((const __m256i *)sums);
  __m256i high = _mm256_loadu_si256((const __m256i *)(sums + 8));
  low = _mm256_sra_epi32(_mm256_add_epi32(low, half), shift);
  high = _mm256_sra_epi32(_mm256_add_epi32(high, half), shift);
  return _mm256_packs_epi32(low, high);
}

// 32 sums.
INLINE void round_sums(
    const int32_t *sums, __m256i half, __m128i shift, uint8_t *out) {
  const __m256i centre = _mm256_set1_epi16(128);
  __m256i low = _mm256_adds_epi16(words(sums, half, shift), centre);
  __m256i high = _mm256_adds_epi16(words(sums + 16, half, shift), centre);
  // Each of the two packings has left its halves side by side, in fours and then in eights.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(low, high), order);
  _mm256_storeu_si256((__m256i *)out, bytes);
}

AVX2 size_t ckernels_round(const int32_t *sums, int shift, uint8_t *out, size_t count) {
  const __m256i half = _mm256_set1_epi32(shift > 0 ? 1 << (shift - 1) : 0);
  const __m128i shifts = _mm_cvtsi32_si128(shift);
  if (count < 32) return 0;
  for (size_t x = 0; x + 32 <= count; x += 32) round_sums(sums + x, half, shifts, out + x);
  // The last are made twice where the row does not end with a vector.
  if (count % 32 > 0) round_sums(sums + count - 32, half, shifts, out + count - 32);
  return count;
}

#endif
