#ifndef CKERNELS_H
#define CKERNELS_H

// Inner loops for vectors that a processor may lack: the same integers as the Swift kernels beside
// which they stand, to the last bit. Swift cannot compile one function for another processor; here
// each has a target attribute of its own, and is called only where `ckernels_has_avx2` says so.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Whether this processor, and the system, have AVX2.
bool ckernels_has_avx2(void);

/// out[x] = (start + Σ weights[tap] · rows[tap][x]) >> shift, for unsigned bytes.
///
/// Writes `count` rounded down to a multiple of 32 and returns that number.
size_t ckernels_weigh_byte_rows(
    const uint8_t *const *rows, const int16_t *weights, size_t tap_count, int32_t start, int shift,
    int32_t *out, size_t count);

/// The same for signed 16-bit elements.
size_t ckernels_weigh_word_rows(
    const int16_t *const *rows, const int16_t *weights, size_t tap_count, int32_t start, int shift,
    int32_t *out, size_t count);

/// For each output pixel and channel Σ weight · sample, over pixels of `channel_count` 32-bit
/// samples, 3 or 4 of them. Both rows have 4 elements beyond their last pixel.
void ckernels_weigh_pixels(
    const int32_t *row, size_t channel_count, const int32_t *first_taps, const int32_t *tap_counts,
    const int16_t *weights, size_t tap_stride, int32_t *sums, size_t output_count);

/// Undoes the filters of four rows of a PNG, each below the one before, of pixels of 3 or 4 bytes.
///
/// `rows` are filtered, with their types in front, 0 to 4; `above` is what stands above the first of
/// them. A byte beyond the end of each row, filtered or not, is read and written.
void ckernels_unfilter_four_rows(
    const uint8_t *const *rows, uint8_t *const *targets, const uint8_t *above,
    size_t pixel_count, size_t pixel_byte_count);

#ifdef __cplusplus
}
#endif

#endif
