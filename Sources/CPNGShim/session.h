#ifndef CPNG_SESSION_H
#define CPNG_SESSION_H

#include <png.h>

#include "CPNGShim.h"

enum {
  // libpng cuts its own messages to 196 bytes (PNG_MAX_ERROR_TEXT), chunk name included.
  cpng_text_size = 256,
  cpng_kept_warning_count = 8,
};

struct cpng_session {
  png_structp png;
  png_infop info;

  cpng_read_function read;
  void *context;

  CPNGStatus status;
  // What a callback found, until libpng's error function makes it the status.
  CPNGStatus pending;
  size_t refused_byte_count;
  char message[cpng_text_size];
  size_t warning_count;
  char warnings[cpng_kept_warning_count][cpng_text_size];
};

typedef void (*cpng_step)(cpng_session *session, void *argument);

// A session with its libpng structures, or one whose status tells why it has none. NULL where not
// even the session could be allocated.
cpng_session *cpng_create(void *context);

// Runs `step` inside the only setjmp here, and returns the session's status. `step` holds nothing
// that would leak when libpng jumps out of it.
CPNGStatus cpng_run(cpng_session *session, cpng_step step, void *argument);

#endif
