#include "session.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

static void copy_text(char *target, const char *text) {
  strncpy(target, text, cpng_text_size - 1);
  target[cpng_text_size - 1] = '\0';
}

static PNG_NORETURN void handle_error(png_structp png, png_const_charp text) {
  cpng_session *session = png_get_error_ptr(png);
  if (session->pending != CPNGStatusDone) {
    session->status = session->pending;
  } else if (session->refused_byte_count > 0) {
    session->status = CPNGStatusOutOfMemory;
  } else {
    session->status = CPNGStatusFailed;
  }
  copy_text(session->message, text);
  // While the structure is being made this lands in libpng's own setjmp, later in cpng_run.
  png_longjmp(png, 1);
}

// Whether a warning tells of damage to the picture data. libpng only warns of what it meets behind
// the last row's bytes, and that is where the checksum over all of them stands. More data than the
// picture needs, or than libpng expected, does no harm.
static bool is_damage(const char *text) {
  static const char prefix[] = "IDAT: ";
  if (strncmp(text, prefix, sizeof prefix - 1) != 0) return false;
  const char *reason = text + sizeof prefix - 1;
  return strcmp(reason, "Too much image data") != 0 &&
         strcmp(reason, "Extra compressed data") != 0 &&
         strcmp(reason, "chunk data is too large") != 0;
}

static void handle_warning(png_structp png, png_const_charp text) {
  cpng_session *session = png_get_error_ptr(png);
  if (is_damage(text)) png_error(png, text);
  if (session->warning_count < cpng_kept_warning_count) {
    copy_text(session->warnings[session->warning_count], text);
  }
  session->warning_count += 1;
}

static png_voidp allocate(png_structp png, png_alloc_size_t size) {
  void *memory = malloc(size);
  if (memory == NULL) {
    cpng_session *session = png_get_mem_ptr(png);
    session->refused_byte_count = size;
  }
  return memory;
}

static void release(png_structp png, png_voidp memory) {
  (void)png;
  free(memory);
}

static void make_info(cpng_session *session, void *argument) {
  (void)argument;
  session->info = png_create_info_struct(session->png);
}

cpng_session *cpng_create(void *context) {
  cpng_session *session = calloc(1, sizeof *session);
  if (session == NULL) return NULL;
  session->context = context;
  session->png = png_create_read_struct_2(
      PNG_LIBPNG_VER_STRING, session, handle_error, handle_warning, session, allocate, release);
  if (session->png != NULL) cpng_run(session, make_info, NULL);
  if (session->info == NULL && session->status == CPNGStatusDone) {
    session->status =
        session->refused_byte_count > 0 ? CPNGStatusOutOfMemory : CPNGStatusFailed;
    copy_text(session->message, "the libpng that is loaded is not of the version built against");
  }
  return session;
}

void cpng_destroy(cpng_session *session) {
  if (session == NULL) return;
  png_destroy_read_struct(&session->png, &session->info, NULL);
  free(session);
}

CPNGStatus cpng_run(cpng_session *session, cpng_step step, void *argument) {
  if (session->status != CPNGStatusDone) return session->status;
  if (setjmp(png_jmpbuf(session->png)) != 0) return session->status;
  step(session, argument);
  return CPNGStatusDone;
}

const char *cpng_message(const cpng_session *session) { return session->message; }

size_t cpng_refused_byte_count(const cpng_session *session) {
  return session->refused_byte_count;
}

uint32_t cpng_current_chunk(const cpng_session *session) {
  if (session->png == NULL) return 0;
  png_uint_32 place = png_get_io_state(session->png) & PNG_IO_MASK_LOC;
  if (place != PNG_IO_CHUNK_DATA && place != PNG_IO_CHUNK_CRC) return 0;
  return png_get_io_chunk_type(session->png);
}

size_t cpng_warning_count(const cpng_session *session) { return session->warning_count; }

const char *cpng_warning(const cpng_session *session, size_t index) {
  if (index >= session->warning_count || index >= cpng_kept_warning_count) return NULL;
  return session->warnings[index];
}

const char *cpng_libpng_version(void) { return png_get_libpng_ver(NULL); }
