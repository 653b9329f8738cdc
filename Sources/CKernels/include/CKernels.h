#ifndef CKERNELS_H
#define CKERNELS_H

// Inner loops for vectors that a processor may lack: the same integers as the Swift kernels beside
// which they stand, to the last bit. Swift cannot compile one function for another processor; here
// each has a target attribute of its own, and is called only where `ckernels_has_avx2` says so, or
// for the checksum `ckernels_has_pclmul`.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What the processor has, found out before `main`: a constant of Swift that is made when it is first
/// used would be a call and a check for each row.
struct ckernels_features {
  bool avx2, pclmul;
};
extern struct ckernels_features ckernels_features;

/// Whether this processor, and the system, have AVX2.
static inline bool ckernels_has_avx2(void) { return ckernels_features.avx2; }

/// Whether this processor multiplies without carries.
static inline bool ckernels_has_pclmul(void) { return ckernels_features.pclmul; }

/// out[x] = (start + Σ weights[tap] · rows[tap][x]) >> shift.
///
/// Rows are unsigned bytes or signed 16-bit words, what comes out is 32 bits or words, which it
/// must fit then. Returns how many of `count` were made: all of them, or, where there are fewer
/// than a vector has, none.
size_t ckernels_weigh_rows(
    const void *const *rows, bool are_bytes, const int16_t *weights, size_t tap_count,
    int32_t start, int shift, void *out, bool into_words, size_t count);

/// For each output pixel and channel Σ weight · sample, over pixels of `channel_count` 16-bit
/// samples, 1 to 4 of them.
///
/// Taps are weighed four at a time: each output pixel's weights end in zeros up to a multiple of
/// four, as `tap_stride` is. `row` has 48 elements beyond its last pixel, `sums` has 4.
void ckernels_weigh_pixels(
    const int16_t *row, size_t channel_count, const int32_t *first_taps, const int32_t *tap_counts,
    const int16_t *weights, size_t tap_stride, int32_t *sums, size_t output_count);

/// Undoes the filters of four rows of a PNG, each below the one before, of pixels of 3 or 4 bytes.
///
/// `rows` are filtered, with their types in front, 0 to 4; `above` is what stands above the first of
/// them. A byte beyond the end of each row, filtered or not, is read and written.
void ckernels_unfilter_four_rows(
    const uint8_t *const *rows, uint8_t *const *targets, const uint8_t *above,
    size_t pixel_count, size_t pixel_byte_count);

/// Pixels of four bytes into words: colours times alpha and alpha times 256, all less 2^15.
///
/// Returns how many of `pixel_count` were made: all of them, or, where there are fewer than four,
/// none.
size_t ckernels_premultiply(const uint8_t *pixels, int16_t *out, size_t pixel_count);

/// Four sums a pixel, plus `centre`, into bytes: alpha times `alpha_factor`, and colours times 256
/// by alpha, both plus `half` and cut; all zero where alpha comes out as 0.
///
/// Returns how many of `pixel_count` were made, as above.
size_t ckernels_unpremultiply(
    const int32_t *sums, double centre, double alpha_factor, double half, uint8_t *out,
    size_t pixel_count);

/// out[x] = sums[x] >> shift, rounded half up, plus 128, clamped to a byte.
///
/// Returns how many of `count` were made: all of them, or, where there are fewer than 32, none.
size_t ckernels_round(const int32_t *sums, int shift, uint8_t *out, size_t count);

/// Adds to `totals` what a row's bytes come to under each of the filters of PNG, 0 to 4: the absolute
/// values, with signs, none counted as more than `cap`.
///
/// `pixel_byte_count` bytes in front of both rows are read. Returns for how many of `count` bytes that
/// was done: all that make groups of 32.
size_t ckernels_sum_filtered(
    const uint8_t *row, const uint8_t *above, size_t count, size_t pixel_byte_count, uint8_t cap,
    uint64_t *totals);

/// zlib's `crc32`: `crc` continued over `count` bytes, a multiple of 16 and at least 64.
uint32_t ckernels_crc32(uint32_t crc, const uint8_t *bytes, size_t count);

#ifdef __cplusplus
}
#endif

#endif
