// What a bare loop in C could do, by the vectors that every x86-64 of the last fifteen years has.
//
//   floor LEVEL SIZE WORKERS OUT FILE...
//
// Brings PNGs to SIZE, the side of a box or a percentage, and writes OUT/0.png, OUT/1.png and so on
// with libdeflate's LEVEL. There is no safety here and no feature: checksums are not compared, a
// damaged file does what it likes, the whole picture stands in memory, 16 bits and interlaced files
// are an error, tRNS without a palette and metadata are dropped, and sums are rounded to 8 bits
// between the two passes.

#include <fcntl.h>
#include <libdeflate.h>
#include <math.h>
#include <smmintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define INLINE static inline __attribute__((always_inline))

// Vectors read and write past the end of rows, and all buffers have room for that.
enum { PADDING = 64 };

// The filters of PNG.
enum { NONE, SUB, UP, AVERAGE, PAETH };

static uint32_t big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static void put_big_endian(uint8_t *bytes, uint32_t value) {
  for (int i = 0; i < 4; i++) bytes[i] = value >> (24 - 8 * i);
}

static void *allocate(size_t count) { return malloc(count + PADDING); }

// The source

typedef struct {
  int width, height;
  int depth, colour;
  bool interlaced;
  // Bytes of a row as stored, and from one pixel to the one that filters compare it with.
  size_t row_bytes, pixel_bytes;
  // Samples of a pixel as it is resampled: 3 or 4.
  int channels;
  uint8_t palette[256][4];
  // The contents of the IDAT chunks.
  uint8_t *stream;
  size_t stream_bytes;
} Source;

static bool read_source(const char *path, Source *source) {
  int file = open(path, O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) return false;
  uint8_t *bytes = allocate(status.st_size);
  ssize_t count = read(file, bytes, status.st_size);
  close(file);
  *source = (Source){.stream = bytes};
  memset(source->palette, 255, sizeof source->palette);
  bool has_transparency = false;
  // The stream is gathered in place: it is never in front of where it comes from.
  for (uint8_t *chunk = bytes + 8; chunk + 12 <= bytes + count;) {
    uint32_t length = big_endian(chunk);
    uint8_t *content = chunk + 8;
    uint8_t *next = content + length + 4;
    if (memcmp(chunk + 4, "IHDR", 4) == 0) {
      source->width = big_endian(content);
      source->height = big_endian(content + 4);
      source->depth = content[8];
      source->colour = content[9];
      source->interlaced = content[12];
    } else if (memcmp(chunk + 4, "PLTE", 4) == 0) {
      for (uint32_t i = 0; i < length / 3; i++) memcpy(source->palette[i], content + 3 * i, 3);
    } else if (memcmp(chunk + 4, "tRNS", 4) == 0 && source->colour == 3) {
      for (uint32_t i = 0; i < length; i++) source->palette[i][3] = content[i];
      has_transparency = true;
    } else if (memcmp(chunk + 4, "IDAT", 4) == 0) {
      memmove(bytes + source->stream_bytes, content, length);
      source->stream_bytes += length;
    }
    chunk = next;
  }
  int samples = source->colour == 2 ? 3 : source->colour == 4 ? 2 : source->colour == 6 ? 4 : 1;
  size_t pixel_bits = (size_t)samples * source->depth;
  source->row_bytes = (source->width * pixel_bits + 7) / 8;
  source->pixel_bytes = (pixel_bits + 7) / 8;
  source->channels = source->colour >= 4 || has_transparency ? 4 : 3;
  return true;
}

// Filters, undone

INLINE __m128i load_pixel(const uint8_t *bytes) {
  int32_t pixel;
  memcpy(&pixel, bytes, 4);
  return _mm_cvtepu8_epi16(_mm_cvtsi32_si128(pixel));
}

INLINE void store_pixel(uint8_t *bytes, __m128i pixel, const size_t size) {
  int32_t value = _mm_cvtsi128_si32(_mm_packus_epi16(pixel, pixel));
  memcpy(bytes, &value, size);
}

INLINE __m128i paeth(__m128i left, __m128i above, __m128i corner) {
  __m128i to_left = _mm_sub_epi16(above, corner);
  __m128i to_above = _mm_sub_epi16(left, corner);
  __m128i to_corner = _mm_abs_epi16(_mm_add_epi16(to_left, to_above));
  to_left = _mm_abs_epi16(to_left);
  to_above = _mm_abs_epi16(to_above);
  __m128i least = _mm_min_epi16(to_corner, _mm_min_epi16(to_left, to_above));
  __m128i best = _mm_blendv_epi8(corner, above, _mm_cmpeq_epi16(least, to_above));
  return _mm_blendv_epi8(best, left, _mm_cmpeq_epi16(least, to_left));
}

INLINE __m128i unfiltered(
    const int filter, __m128i pixel, __m128i left, __m128i above, __m128i corner) {
  __m128i guess = filter == SUB       ? left
                  : filter == AVERAGE ? _mm_srli_epi16(_mm_add_epi16(left, above), 1)
                                      : paeth(left, above, corner);
  return _mm_add_epi8(pixel, guess);
}

INLINE void unfilter_one(
    const int filter, const size_t size, uint8_t *row, const uint8_t *above, size_t count) {
  __m128i left = _mm_setzero_si128(), corner = left;
  for (size_t i = 0; i < count; i += size) {
    __m128i over = load_pixel(above + i);
    left = unfiltered(filter, load_pixel(row + i), left, over, corner);
    store_pixel(row + i, left, size);
    corner = over;
  }
}

// Two rows at once, the lower one a pixel behind: two chains of dependent steps overlap.
INLINE void unfilter_two(
    const int upper, const int lower, const size_t size, uint8_t *row, uint8_t *below,
    const uint8_t *above, size_t count) {
  __m128i left = _mm_setzero_si128(), corner = left, lower_left = left, lower_corner = left;
  for (size_t i = 0; i < count; i += size) {
    __m128i over = load_pixel(above + i);
    __m128i pixel = unfiltered(upper, load_pixel(row + i), left, over, corner);
    if (i > 0) {
      lower_left = unfiltered(lower, load_pixel(below + i - size), lower_left, left, lower_corner);
      store_pixel(below + i - size, lower_left, size);
      lower_corner = left;
    }
    store_pixel(row + i, pixel, size);
    left = pixel;
    corner = over;
  }
  size_t last = count - size;
  lower_left = unfiltered(lower, load_pixel(below + last), lower_left, left, lower_corner);
  store_pixel(below + last, lower_left, size);
}

#define ONE(filter) \
  case filter: unfilter_one(filter, size, row, above, count); return 1;
#define TWO(upper, lower) \
  case 8 * upper + lower: unfilter_two(upper, lower, size, row, below, above, count); return 2;

// Undoes the filter of a row of pixels of 3 or 4 bytes, and where both have one that waits for the
// pixel on the left, of the row below too; returns how many.
INLINE int unfilter_pixels(
    int upper, int lower, const size_t size, uint8_t *row, uint8_t *below, const uint8_t *above,
    size_t count) {
  switch (8 * upper + lower) {
    TWO(SUB, SUB) TWO(SUB, AVERAGE) TWO(SUB, PAETH)
    TWO(AVERAGE, SUB) TWO(AVERAGE, AVERAGE) TWO(AVERAGE, PAETH)
    TWO(PAETH, SUB) TWO(PAETH, AVERAGE) TWO(PAETH, PAETH)
  }
  switch (upper) { ONE(SUB) ONE(AVERAGE) ONE(PAETH) }
  return 1;
}

static void unfilter_bytes(
    int filter, size_t size, uint8_t *row, const uint8_t *above, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int left = i < size ? 0 : row[i - size], corner = i < size ? 0 : above[i - size];
    int to_left = abs(above[i] - corner), to_above = abs(left - corner);
    int to_corner = abs(left + above[i] - 2 * corner);
    int best = to_left <= to_above && to_left <= to_corner ? left
               : to_above <= to_corner                     ? above[i]
                                                           : corner;
    row[i] += filter == SUB ? left : filter == AVERAGE ? (left + above[i]) >> 1 : best;
  }
}

static void unfilter_up(uint8_t *row, const uint8_t *above, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    __m128i sum = _mm_add_epi8(
        _mm_loadu_si128((__m128i *)(row + i)), _mm_loadu_si128((const __m128i *)(above + i)));
    _mm_storeu_si128((__m128i *)(row + i), sum);
  }
  for (; i < count; i++) row[i] += above[i];
}

// Undoes the filter of `row`, perhaps that of the next one too; returns how many. A filter's number
// stands in front of its row.
static int unfilter(
    const Source *source, uint8_t *row, const uint8_t *above, bool has_next) {
  size_t count = source->row_bytes, size = source->pixel_bytes;
  uint8_t *below = row + count + 1;
  int upper = row[-1], lower = has_next ? below[-1] : NONE;
  if (upper == NONE) return 1;
  if (upper == UP) {
    unfilter_up(row, above, count);
    return 1;
  }
  if (size == 4) return unfilter_pixels(upper, lower, 4, row, below, above, count);
  if (size == 3) return unfilter_pixels(upper, lower, 3, row, below, above, count);
  unfilter_bytes(upper, size, row, above, count);
  return 1;
}

// Pixels as they are weighed

static bool is_opaque(const uint8_t *row, int width) {
  __m128i all = _mm_set1_epi32(-1);
  int x = 0;
  for (; x + 4 <= width; x += 4) {
    all = _mm_and_si128(all, _mm_loadu_si128((const __m128i *)(row + 4 * x)));
  }
  bool opaque = (_mm_movemask_epi8(_mm_cmpeq_epi8(all, _mm_set1_epi32(-1))) & 0x8888) == 0x8888;
  for (; x < width; x++) opaque &= row[4 * x + 3] == 255;
  return opaque;
}

static uint8_t product(int sample, int alpha) {
  int value = sample * alpha + 128;
  return (value + (value >> 8)) >> 8;
}

static void premultiply(const uint8_t *row, int width, uint8_t *out) {
  for (int x = 0; x < width; x++, row += 4, out += 4) {
    for (int i = 0; i < 3; i++) out[i] = product(row[i], row[3]);
    out[3] = row[3];
  }
}

static void unpremultiply(uint8_t *row, int width) {
  for (int x = 0; x < width; x++, row += 4) {
    int alpha = row[3];
    if (alpha == 255) continue;
    for (int i = 0; i < 3; i++) {
      int value = alpha == 0 ? 0 : (row[i] * 255 + alpha / 2) / alpha;
      row[i] = value > 255 ? 255 : value;
    }
  }
}

// Palettes and grays become colours.
static void expand(const Source *source, const uint8_t *row, uint8_t *out) {
  int channels = source->channels, depth = source->depth;
  for (int x = 0; x < source->width; x++, out += channels) {
    int bit = x * depth;
    int sample = (row[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    if (source->colour == 3) {
      memcpy(out, source->palette[sample], channels);
    } else if (source->colour == 4) {
      memset(out, row[2 * x], 3);
      out[3] = row[2 * x + 1];
    } else {
      memset(out, sample * (255 / ((1 << depth) - 1)), 3);
    }
  }
}

// The row as it is weighed: itself where it can be, else made in `room`.
static const uint8_t *weighable(const Source *source, const uint8_t *row, uint8_t *room) {
  if (source->colour == 2) return row;
  if (source->colour != 6) {
    expand(source, row, room);
    row = room;
  }
  if (source->channels == 3 || is_opaque(row, source->width)) return row;
  premultiply(row, source->width, room);
  return room;
}

// Resampling

typedef struct {
  int *first, *count;
  // `stride` for each output, zero behind those that count.
  int16_t *weights;
  int stride;
} Taps;

static double lanczos(double x) {
  if (fabs(x) < 1e-9) return 1;
  if (fabs(x) >= 3) return 0;
  return 3 * sin(M_PI * x) * sin(M_PI * x / 3) / (M_PI * M_PI * x * x);
}

enum { WEIGHT_BITS = 14 };

static Taps make_taps(int from, int to) {
  double scale = (double)from / to, stretch = scale > 1 ? scale : 1, support = 3 * stretch;
  int stride = ((int)ceil(support) * 2 + 2) & ~1;
  Taps taps = {
      allocate(to * sizeof(int)), allocate(to * sizeof(int)),
      calloc((size_t)to * stride + PADDING, sizeof(int16_t)), stride};
  double *exact = allocate(stride * sizeof(double));
  for (int i = 0; i < to; i++) {
    double centre = (i + 0.5) * scale, sum = 0;
    int first = fmax(0, floor(centre - support + 0.5));
    int end = fmin(from, floor(centre + support + 0.5));
    taps.first[i] = first;
    taps.count[i] = end - first;
    for (int k = first; k < end; k++) {
      sum += exact[k - first] = lanczos((k + 0.5 - centre) / stretch);
    }
    for (int k = 0; k < end - first; k++) {
      taps.weights[(size_t)i * stride + k] = lrint(exact[k] / sum * (1 << WEIGHT_BITS));
    }
  }
  free(exact);
  return taps;
}

static void free_taps(Taps taps) {
  free(taps.first);
  free(taps.count);
  free(taps.weights);
}

INLINE __m128i weight_pair(const int16_t *weights) {
  int32_t pair;
  memcpy(&pair, weights, sizeof pair);
  return _mm_set1_epi32(pair);
}

INLINE __m128i rounding(void) { return _mm_set1_epi32(1 << (WEIGHT_BITS - 1)); }

INLINE __m128i narrow(__m128i low, __m128i high) {
  return _mm_packs_epi32(_mm_srai_epi32(low, WEIGHT_BITS), _mm_srai_epi32(high, WEIGHT_BITS));
}

// The weighed sum of `count` rows, made even.
static void weigh_rows(
    const uint8_t *const *rows, const int16_t *weights, int count, size_t bytes, uint8_t *out) {
  const __m128i zero = _mm_setzero_si128();
  for (size_t x = 0; x < bytes; x += 16) {
    __m128i sums[4] = {rounding(), rounding(), rounding(), rounding()};
    for (int k = 0; k < count; k += 2) {
      __m128i pair = weight_pair(weights + k);
      __m128i upper = _mm_loadu_si128((const __m128i *)(rows[k] + x));
      __m128i lower = _mm_loadu_si128((const __m128i *)(rows[k + 1] + x));
      __m128i low = _mm_unpacklo_epi8(upper, lower), high = _mm_unpackhi_epi8(upper, lower);
      sums[0] = _mm_add_epi32(sums[0], _mm_madd_epi16(_mm_unpacklo_epi8(low, zero), pair));
      sums[1] = _mm_add_epi32(sums[1], _mm_madd_epi16(_mm_unpackhi_epi8(low, zero), pair));
      sums[2] = _mm_add_epi32(sums[2], _mm_madd_epi16(_mm_unpacklo_epi8(high, zero), pair));
      sums[3] = _mm_add_epi32(sums[3], _mm_madd_epi16(_mm_unpackhi_epi8(high, zero), pair));
    }
    __m128i result = _mm_packus_epi16(narrow(sums[0], sums[1]), narrow(sums[2], sums[3]));
    _mm_storeu_si128((__m128i *)(out + x), result);
  }
}

INLINE void weigh_pixels(
    const uint8_t *row, const Taps *taps, int width, const int channels, uint8_t *out) {
  // Sample beside sample of two pixels, widened.
  const __m128i pairs =
      channels == 4 ? _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1)
                    : _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  for (int i = 0; i < width; i++) {
    const uint8_t *pixels = row + (size_t)taps->first[i] * channels;
    const int16_t *weights = taps->weights + (size_t)i * taps->stride;
    __m128i sum = rounding();
    for (int k = 0; k < taps->count[i]; k += 2) {
      __m128i two = _mm_loadl_epi64((const __m128i *)(pixels + k * channels));
      sum = _mm_add_epi32(
          sum, _mm_madd_epi16(_mm_shuffle_epi8(two, pairs), weight_pair(weights + k)));
    }
    store_pixel(out + (size_t)i * channels, narrow(sum, sum), channels);
  }
}

// The pixels of the output, row after row.
static uint8_t *resampled(const Source *source, uint8_t *stored, int width, int height) {
  int channels = source->channels;
  size_t weighed_bytes = (size_t)source->width * channels;
  Taps across = make_taps(source->width, width), down = make_taps(source->height, height);
  int ring_rows = down.stride + 2;
  size_t ring_bytes = weighed_bytes + PADDING;
  uint8_t *ring = allocate(ring_bytes * ring_rows);
  uint8_t *weighed = allocate(weighed_bytes), *out = allocate((size_t)width * height * channels);
  uint8_t *nothing = calloc(source->row_bytes + PADDING, 1);
  const uint8_t **rows = allocate((source->height + 1) * sizeof *rows), *above = nothing;
  int y = 0;
  for (int i = 0; i < height; i++) {
    int end = down.first[i] + down.count[i];
    while (y < end) {
      uint8_t *row = stored + y * (source->row_bytes + 1) + 1;
      int done = unfilter(source, row, above, y + 1 < source->height);
      for (int k = 0; k < done; k++, y++, row += source->row_bytes + 1) {
        rows[y] = weighable(source, row, ring + ring_bytes * (y % ring_rows));
        above = row;
      }
    }
    // Rows are weighed in pairs: the second of the last pair may have no weight, but must be there.
    if (y == end) rows[y] = rows[y - 1];
    weigh_rows(
        rows + down.first[i], down.weights + (size_t)i * down.stride, down.count[i], weighed_bytes,
        weighed);
    uint8_t *target = out + (size_t)i * width * channels;
    if (channels == 4) {
      weigh_pixels(weighed, &across, width, 4, target);
      unpremultiply(target, width);
    } else {
      weigh_pixels(weighed, &across, width, 3, target);
    }
  }
  free_taps(across);
  free_taps(down);
  free(ring);
  free(weighed);
  free(nothing);
  free(rows);
  return out;
}

// The output

INLINE __m128i paeth_bytes(__m128i left, __m128i above, __m128i corner) {
  const __m128i zero = _mm_setzero_si128();
  return _mm_packus_epi16(
      paeth(
          _mm_unpacklo_epi8(left, zero), _mm_unpacklo_epi8(above, zero),
          _mm_unpacklo_epi8(corner, zero)),
      paeth(
          _mm_unpackhi_epi8(left, zero), _mm_unpackhi_epi8(above, zero),
          _mm_unpackhi_epi8(corner, zero)));
}

// Puts the filter with the least sum of absolute values in front of the row, and the row behind it.
// What vectors see behind the row's end may tip a choice, and no more.
static void filter_row(
    const uint8_t *row, const uint8_t *above, size_t size, size_t count, uint8_t *room,
    size_t room_bytes, uint8_t *out) {
  const __m128i zero = _mm_setzero_si128(), one = _mm_set1_epi8(1);
  __m128i sums[5] = {zero, zero, zero, zero, zero};
  for (size_t i = 0; i < count; i += 16) {
    __m128i pixels = _mm_loadu_si128((const __m128i *)(row + i));
    __m128i left = _mm_loadu_si128((const __m128i *)(row + i - size));
    __m128i over = _mm_loadu_si128((const __m128i *)(above + i));
    __m128i corner = _mm_loadu_si128((const __m128i *)(above + i - size));
    // The vector's mean is rounded up, PNG's down.
    __m128i odd = _mm_and_si128(_mm_xor_si128(left, over), one);
    __m128i guesses[5] = {
        zero, left, over, _mm_sub_epi8(_mm_avg_epu8(left, over), odd),
        paeth_bytes(left, over, corner)};
    for (int filter = NONE; filter <= PAETH; filter++) {
      __m128i rest = _mm_sub_epi8(pixels, guesses[filter]);
      _mm_storeu_si128((__m128i *)(room + filter * room_bytes + i), rest);
      sums[filter] = _mm_add_epi64(sums[filter], _mm_sad_epu8(_mm_abs_epi8(rest), zero));
    }
  }
  int best = NONE;
  int64_t least = INT64_MAX;
  for (int filter = NONE; filter <= PAETH; filter++) {
    int64_t sum = _mm_cvtsi128_si64(sums[filter]) + _mm_extract_epi64(sums[filter], 1);
    if (sum < least) {
      least = sum;
      best = filter;
    }
  }
  out[0] = best;
  memcpy(out + 1, room + best * room_bytes, count);
}

static uint8_t *filtered(const uint8_t *pixels, size_t size, size_t row_bytes, int height) {
  uint8_t *out = allocate((row_bytes + 1) * height);
  // Two rows with zeros on their left, and one for each filter.
  size_t room_bytes = row_bytes + PADDING;
  uint8_t *room = calloc(7, room_bytes);
  uint8_t *row = room + 5 * room_bytes + 16, *above = row + room_bytes;
  for (int y = 0; y < height; y++) {
    memcpy(row, pixels + y * row_bytes, row_bytes);
    filter_row(row, above, size, row_bytes, room, room_bytes, out + y * (row_bytes + 1));
    uint8_t *other = row;
    row = above;
    above = other;
  }
  free(room);
  return out;
}

static uint8_t *put_chunk(uint8_t *out, const char *type, size_t count) {
  put_big_endian(out, count);
  memcpy(out + 4, type, 4);
  put_big_endian(out + 8 + count, libdeflate_crc32(0, out + 4, count + 4));
  return out + count + 12;
}

static void fail(const char *path) {
  perror(path);
  exit(1);
}

static void write_picture(
    const char *path, const uint8_t *pixels, int channels, int width, int height,
    struct libdeflate_compressor *compressor) {
  size_t row_bytes = (size_t)width * channels, count = (row_bytes + 1) * height;
  uint8_t *rows = filtered(pixels, channels, row_bytes, height);
  size_t room = libdeflate_zlib_compress_bound(compressor, count);
  uint8_t *bytes = allocate(room + 128), *end = bytes;
  memcpy(end, "\x89PNG\r\n\x1a\n", 8);
  end += 8;
  put_big_endian(end + 8, width);
  put_big_endian(end + 12, height);
  memcpy(end + 16, (uint8_t[]){8, channels == 4 ? 6 : 2, 0, 0, 0}, 5);
  end = put_chunk(end, "IHDR", 13);
  end = put_chunk(end, "IDAT", libdeflate_zlib_compress(compressor, rows, count, end + 8, room));
  end = put_chunk(end, "IEND", 0);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (write(file, bytes, end - bytes) != end - bytes) fail(path);
  close(file);
  free(rows);
  free(bytes);
}

// The loop

typedef struct {
  double share;
  int side;
  const char *folder;
  struct libdeflate_compressor *compressor;
  struct libdeflate_decompressor *decompressor;
} Job;

static int scaled(int side, double scale) {
  int result = lrint(side * scale);
  return result < 1 ? 1 : result;
}

static void resize(const Job *job, const char *path, int index) {
  Source source;
  if (!read_source(path, &source) || source.depth > 8 || source.interlaced) {
    fail(path);
  }
  double scale = job->share;
  if (job->side > 0) {
    scale = fmin(1, fmin((double)job->side / source.width, (double)job->side / source.height));
  }
  int width = scaled(source.width, scale), height = scaled(source.height, scale);
  size_t count = (source.row_bytes + 1) * source.height;
  uint8_t *stored = allocate(count);
  if (libdeflate_zlib_decompress(
          job->decompressor, source.stream, source.stream_bytes, stored, count, NULL)
      != LIBDEFLATE_SUCCESS) {
    fail(path);
  }
  uint8_t *pixels = resampled(&source, stored, width, height);
  char target[4096];
  snprintf(target, sizeof target, "%s/%d.png", job->folder, index);
  write_picture(target, pixels, source.channels, width, height, job->compressor);
  free(source.stream);
  free(stored);
  free(pixels);
}

int main(int count, char **words) {
  if (count < 6) return 2;
  bool is_share = strchr(words[2], '%') != NULL;
  Job job = {
      .share = is_share ? atof(words[2]) / 100 : 1,
      .side = is_share ? 0 : atoi(words[2]),
      .folder = words[4],
      .compressor = libdeflate_alloc_compressor(atoi(words[1])),
      .decompressor = libdeflate_alloc_decompressor(),
  };
  // The next file for whichever process comes first.
  int *next = mmap(
      NULL, sizeof *next, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  *next = 5;
  for (int worker = 1; worker < atoi(words[3]); worker++) {
    if (fork() == 0) break;
  }
  for (int i; (i = __atomic_fetch_add(next, 1, __ATOMIC_RELAXED)) < count;) {
    resize(&job, words[i], i - 5);
  }
  int failures = 0;
  for (int status; wait(&status) > 0;) failures += status != 0;
  return failures > 0;
}
