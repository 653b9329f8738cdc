#include "session.h"

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  cpng_session *session = png_get_io_ptr(png);
  if (session->write(session->context, bytes, count)) return;
  session->pending = CPNGStatusCallbackFailed;
  png_error(png, "Write Error");
}

// Without a function of ours libpng would take the context for a FILE.
static void flush(png_structp png) { (void)png; }

static void prepare(cpng_session *session, void *argument) {
  (void)argument;
  png_set_write_fn(session->png, session, write_bytes, flush);
}

cpng_session *cpng_create_writer(cpng_write_function write, void *context) {
  cpng_session *session = cpng_create(true, context);
  if (session == NULL) return NULL;
  session->write = write;
  cpng_run(session, prepare, NULL);
  return session;
}

typedef struct header_request {
  uint32_t width;
  uint32_t height;
  int bit_depth;
  int colour_type;
  cpng_compression compression;
} header_request;

static void write_header(cpng_session *session, void *argument) {
  const header_request *request = argument;
  const cpng_compression *compression = &request->compression;
  static const int masks[] = {
      PNG_FILTER_NONE, PNG_FILTER_SUB, PNG_FILTER_UP, PNG_FILTER_AVG, PNG_FILTER_PAETH};
  png_structp png = session->png;
  // The bytes of an IDAT chunk: the 12 that frame it are then nothing beside it.
  png_set_compression_buffer_size(png, 65536);
  png_set_compression_level(png, compression->level);
  png_set_compression_strategy(png, compression->strategy);
  png_set_compression_mem_level(png, compression->memory_level);
  png_set_filter(
      png, PNG_FILTER_TYPE_BASE,
      compression->is_adaptive ? PNG_ALL_FILTERS : masks[compression->filter]);
  // The caller's limits have been asked already; libpng's would refuse a side beyond a million.
  png_set_user_limits(png, request->width, request->height);
  png_set_IHDR(
      png, session->info, request->width, request->height, request->bit_depth,
      request->colour_type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
  png_write_info(png, session->info);
}

CPNGStatus cpng_write_header(
    cpng_session *session, uint32_t width, uint32_t height, int bit_depth, int colour_type,
    cpng_compression compression) {
  header_request request = {width, height, bit_depth, colour_type, compression};
  return cpng_run(session, write_header, &request);
}

typedef struct chunk_request {
  const uint8_t *type;
  const uint8_t *bytes;
  size_t count;
} chunk_request;

static void write_chunk(cpng_session *session, void *argument) {
  const chunk_request *request = argument;
  png_write_chunk(session->png, request->type, request->bytes, request->count);
}

CPNGStatus cpng_write_chunk(
    cpng_session *session, const uint8_t *type, const uint8_t *bytes, size_t count) {
  chunk_request request = {type, bytes, count};
  return cpng_run(session, write_chunk, &request);
}

static void write_row(cpng_session *session, void *argument) {
  png_write_row(session->png, *(const uint8_t *const *)argument);
}

CPNGStatus cpng_write_row(cpng_session *session, const uint8_t *row) {
  return cpng_run(session, write_row, &row);
}

static void write_end(cpng_session *session, void *argument) {
  (void)argument;
  // Without the info structure only IEND is written.
  png_write_end(session->png, NULL);
}

CPNGStatus cpng_write_end(cpng_session *session) { return cpng_run(session, write_end, NULL); }
