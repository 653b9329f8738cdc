#include "CKernels.h"

struct ckernels_features ckernels_features;

#if defined(__x86_64__)

#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif

// glibc has asked the processor before anything else ran; the compiler's own way asks it a dozen
// questions more at each start, and in a virtual machine each takes 3 µs.
__attribute__((constructor)) static void find_features(void) {
#ifdef CPU_FEATURE_ACTIVE
  ckernels_features.avx2 = CPU_FEATURE_ACTIVE(AVX2);
  ckernels_features.pclmul = CPU_FEATURE_ACTIVE(PCLMULQDQ);
#else
  __builtin_cpu_init();
  ckernels_features.avx2 = __builtin_cpu_supports("avx2");
  ckernels_features.pclmul = __builtin_cpu_supports("pclmul");
#endif
}

#else

// Nothing that follows is called then.

size_t ckernels_weigh_rows(
    const void *const *rows, bool are_bytes, const int16_t *weights, size_t tap_count,
    int32_t start, int shift, void *out, bool into_words, size_t count) {
  return 0;
}

void ckernels_weigh_pixels(
    const int16_t *row, size_t channel_count, const int32_t *first_taps, const int32_t *tap_counts,
    const int16_t *weights, size_t tap_stride, int32_t *sums, size_t output_count) {}

size_t ckernels_premultiply(const uint8_t *pixels, int16_t *out, size_t pixel_count) { return 0; }

size_t ckernels_unpremultiply(
    const int32_t *sums, double centre, double alpha_factor, double half, uint8_t *out,
    size_t pixel_count) {
  return 0;
}

size_t ckernels_round(const int32_t *sums, int shift, uint8_t *out, size_t count) { return 0; }

void ckernels_unfilter_four_rows(
    const uint8_t *const *rows, uint8_t *const *targets, const uint8_t *above,
    size_t pixel_count, size_t pixel_byte_count) {}

size_t ckernels_sum_filtered(
    const uint8_t *row, const uint8_t *above, size_t count, size_t pixel_byte_count, uint8_t cap,
    uint64_t *totals) {
  return 0;
}

uint32_t ckernels_crc32(uint32_t crc, const uint8_t *bytes, size_t count) { return crc; }

#endif
