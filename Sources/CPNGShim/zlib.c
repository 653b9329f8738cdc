#include <zlib.h>

#include "CPNGShim.h"

const char *cpng_zlib_version(void) { return zlibVersion(); }

uint32_t cpng_crc32(uint32_t crc, const void *bytes, size_t count) {
  // zlib starts anew where there is no address, as of an empty buffer.
  if (count == 0) return crc;
  return (uint32_t)crc32_z(crc, bytes, count);
}

size_t cpng_inflate_prefix(
    const void *source, size_t source_count, void *target, size_t target_count) {
  if (source_count > UINT32_MAX || target_count > UINT32_MAX) return 0;
  z_stream stream = {0};
  stream.next_in = (z_const Bytef *)source;
  stream.avail_in = (uInt)source_count;
  if (inflateInit(&stream) != Z_OK) return 0;
  stream.next_out = target;
  stream.avail_out = (uInt)target_count;
  // What was inflated before an error stands in the target all the same.
  (void)inflate(&stream, Z_SYNC_FLUSH);
  size_t written = target_count - stream.avail_out;
  inflateEnd(&stream);
  return written;
}
