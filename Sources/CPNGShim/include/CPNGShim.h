#ifndef CPNGSHIM_H
#define CPNGSHIM_H

// libpng, made safe to call from Swift.
//
// libpng reports an error by longjmp, which must not cross a Swift frame. So every function here
// that enters libpng catches the jump itself and returns a status; and a callback into Swift
// returns before libpng's error function is called. Only raw rows come out of a reader: none of
// libpng's pixel transforms is used, and no ancillary chunk but tRNS reaches one of its parsers.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What became of a step.
typedef enum __attribute__((enum_extensibility(closed))) CPNGStatus {
  /// The step is done.
  CPNGStatusDone,
  /// libpng gave up; `cpng_message` tells why.
  CPNGStatusFailed,
  /// The bytes ended while libpng wanted more.
  CPNGStatusTruncated,
  /// A callback failed; its owner knows why.
  CPNGStatusCallbackFailed,
  /// Memory was refused; `cpng_refused_byte_count` tells how much was asked for.
  CPNGStatusOutOfMemory,
} CPNGStatus;

/// One picture being read. After a step that was not done, it is spent: every later
/// step returns the same status and does nothing.
typedef struct cpng_session cpng_session;

/// Reads up to `count` bytes, fewer only at the end, and returns how many; -1 means it failed.
typedef ptrdiff_t (*cpng_read_function)(void *context, void *buffer, size_t count);

/// Frees a session; NULL is allowed.
void cpng_destroy(cpng_session *session);

/// Why the session failed, in libpng's words, with the chunk's name in front where libpng puts it.
const char *cpng_message(const cpng_session *session);

/// The bytes that were asked for when memory was refused.
size_t cpng_refused_byte_count(const cpng_session *session);

/// The type of the chunk whose contents were being read, or 0 between two chunks.
uint32_t cpng_current_chunk(const cpng_session *session);

/// How many warnings there were in all.
size_t cpng_warning_count(const cpng_session *session);

/// Warning `index`, or NULL: only the first few are kept.
const char *cpng_warning(const cpng_session *session, size_t index);

/// What stands before the first row.
typedef struct cpng_header {
  uint32_t width;
  uint32_t height;
  uint8_t bit_depth;
  uint8_t colour_type;
  bool is_interlaced;
  /// The bytes of a full row, its samples packed as stored.
  size_t row_byte_count;
  /// Entries of the palette, 0 without one.
  size_t palette_count;
  /// Palette entries with an alpha value.
  size_t palette_alpha_count;
  /// Whether one colour, or gray in `colour_key[0]`, is transparent.
  bool has_colour_key;
  uint16_t colour_key[3];
} cpng_header;

/// A session that reads; its first step tells what went wrong here. NULL where the system had no
/// memory for the session itself.
///
/// Larger pictures than the limits are refused before anything is allocated for them.
cpng_session *cpng_create_reader(
    cpng_read_function read, void *context, uint32_t maximum_width, uint32_t maximum_height);

/// Reads up to the first IDAT chunk.
///
/// `palette` takes up to 256 entries of three bytes, `palette_alpha` up to 256 bytes.
CPNGStatus cpng_read_header(
    cpng_session *session, cpng_header *header, uint8_t *palette, uint8_t *palette_alpha);

/// Reads the next row as stored, `row_byte_count` bytes.
///
/// An interlaced picture is read in 7 rounds over all rows; each round adds its pixels to the row
/// that the round before left.
CPNGStatus cpng_read_row(cpng_session *session, uint8_t *row);

/// Reads on to the end of IEND.
CPNGStatus cpng_read_end(cpng_session *session);

/// The version of the libpng that is loaded.
const char *cpng_libpng_version(void);

/// The version of the zlib that is loaded.
const char *cpng_zlib_version(void);

/// `crc` continued over `count` bytes; a new one starts at 0.
uint32_t cpng_crc32(uint32_t crc, const void *bytes, size_t count);

/// Inflates the start of a zlib stream until `target` is full or the stream ends, and returns the
/// bytes written; fewer than `target_count` also where the stream is damaged.
size_t cpng_inflate_prefix(
    const void *source, size_t source_count, void *target, size_t target_count);

#ifdef __cplusplus
}
#endif

#endif
