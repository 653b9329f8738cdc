#include <string.h>

#include "session.h"

static void read_bytes(png_structp png, png_bytep buffer, size_t count) {
  cpng_session *session = png_get_io_ptr(png);
  ptrdiff_t got = session->read(session->context, buffer, count);
  if (got >= 0 && (size_t)got == count) return;
  session->pending = got < 0 ? CPNGStatusCallbackFailed : CPNGStatusTruncated;
  png_error(png, "Read Error");
}

typedef struct limits {
  uint32_t width;
  uint32_t height;
} limits;

static void prepare(cpng_session *session, void *argument) {
  const limits *limits = argument;
  png_structp png = session->png;
  png_set_read_fn(png, session, read_bytes);
  png_set_user_limits(png, limits->width, limits->height);
  // libpng's own defaults, said aloud: they hold even where a distribution builds without them.
  png_set_chunk_cache_max(png, 1000);
  png_set_chunk_malloc_max(png, 8000000);
  // -1: every chunk that is not needed for the pixels is passed over, known to libpng or not. So a
  // text or a colour profile is never inflated.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  // The caller sees each index as it looks the colour up.
  png_set_check_for_invalid_index(png, 0);
}

cpng_session *cpng_create_reader(
    cpng_read_function read, void *context, uint32_t maximum_width, uint32_t maximum_height) {
  cpng_session *session = cpng_create(context);
  if (session == NULL) return NULL;
  session->read = read;
  limits limits = {maximum_width, maximum_height};
  cpng_run(session, prepare, &limits);
  return session;
}

typedef struct header_request {
  cpng_header *header;
  uint8_t *palette;
  uint8_t *palette_alpha;
} header_request;

static void copy_palette(cpng_session *session, header_request *request) {
  png_colorp palette = NULL;
  int count = 0;
  if (png_get_PLTE(session->png, session->info, &palette, &count) == 0 || palette == NULL) return;
  if (count < 0 || count > PNG_MAX_PALETTE_LENGTH) return;
  for (int i = 0; i < count; i++) {
    request->palette[3 * i] = palette[i].red;
    request->palette[3 * i + 1] = palette[i].green;
    request->palette[3 * i + 2] = palette[i].blue;
  }
  request->header->palette_count = (size_t)count;
}

static void copy_transparency(cpng_session *session, header_request *request) {
  cpng_header *header = request->header;
  png_bytep alpha = NULL;
  int count = 0;
  png_color_16p key = NULL;
  if (png_get_tRNS(session->png, session->info, &alpha, &count, &key) == 0) return;
  if (header->colour_type == PNG_COLOR_TYPE_PALETTE) {
    if (alpha == NULL || count < 0 || count > PNG_MAX_PALETTE_LENGTH) return;
    memcpy(request->palette_alpha, alpha, (size_t)count);
    header->palette_alpha_count = (size_t)count;
  } else if (key != NULL) {
    bool is_gray = header->colour_type == PNG_COLOR_TYPE_GRAY;
    header->has_colour_key = true;
    header->colour_key[0] = is_gray ? key->gray : key->red;
    header->colour_key[1] = key->green;
    header->colour_key[2] = key->blue;
  }
}

static void read_header(cpng_session *session, void *argument) {
  header_request *request = argument;
  cpng_header *header = request->header;
  png_structp png = session->png;
  png_infop info = session->info;
  png_read_info(png, info);
  memset(header, 0, sizeof *header);
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->bit_depth = png_get_bit_depth(png, info);
  header->colour_type = png_get_color_type(png, info);
  header->is_interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
  copy_palette(session, request);
  copy_transparency(session, request);
  // Places the pixels of the seven rounds; no sample changes.
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  header->row_byte_count = png_get_rowbytes(png, info);
}

CPNGStatus cpng_read_header(
    cpng_session *session, cpng_header *header, uint8_t *palette, uint8_t *palette_alpha) {
  header_request request = {header, palette, palette_alpha};
  return cpng_run(session, read_header, &request);
}

static void read_row(cpng_session *session, void *argument) {
  png_read_row(session->png, argument, NULL);
}

CPNGStatus cpng_read_row(cpng_session *session, uint8_t *row) {
  return cpng_run(session, read_row, row);
}

static void read_end(cpng_session *session, void *argument) {
  (void)argument;
  // With the info structure: without it libpng passes over critical chunks that it does not know.
  png_read_end(session->png, session->info);
}

CPNGStatus cpng_read_end(cpng_session *session) { return cpng_run(session, read_end, NULL); }
