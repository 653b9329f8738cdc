// Lets system calls of another program fail: loaded into it with LD_PRELOAD.
//
// FAULT_CALL    which calls count: the name of one below, or "change" for all that change files
// FAULT_ACTION  what befalls the one that is struck: "kill" (SIGKILL before it), "short" (half of
//               its bytes only), or the number of an error
// FAULT_FIRST   the number of the first call that is struck, from 1, over all threads
// FAULT_EVERY   how many calls later the next one is; 0 for never
// FAULT_LOG     a file that gets one byte for each strike
//
// All goes to the kernel directly: what is intercepted here must not be called here.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum verdict { PASS, SHORTEN, FAIL };

static const char *counted_call, *action, *log_path;
static long first, every;
static atomic_long count;

static const char *variable(const char *name, const char *fallback) {
  const char *value = getenv(name);
  return value ? value : fallback;
}

__attribute__((constructor)) static void read_environment(void) {
  counted_call = variable("FAULT_CALL", "");
  action = variable("FAULT_ACTION", "");
  log_path = variable("FAULT_LOG", "/dev/null");
  first = atol(variable("FAULT_FIRST", "1"));
  every = atol(variable("FAULT_EVERY", "0"));
}

static void take_note(void) {
  long log = syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (log < 0) return;
  syscall(SYS_write, log, "!", 1);
  syscall(SYS_close, log);
}

// What becomes of a call; errno is set for one that is to fail.
static enum verdict strike(const char *call, int changes_files) {
  if (!counted_call) return PASS;
  int counts = !strcmp(counted_call, call) || (changes_files && !strcmp(counted_call, "change"));
  if (!counts) return PASS;
  long past = atomic_fetch_add(&count, 1) + 1 - first;
  if (past < 0 || (past > 0 && (every == 0 || past % every != 0))) return PASS;
  take_note();
  if (!strcmp(action, "kill")) syscall(SYS_kill, getpid(), SIGKILL);
  if (!strcmp(action, "short")) return SHORTEN;
  errno = atoi(action);
  return FAIL;
}

static size_t shortened(enum verdict verdict, size_t count) {
  return verdict == SHORTEN && count > 1 ? count / 2 : count;
}

ssize_t read(int file, void *bytes, size_t count) {
  enum verdict verdict = strike("read", 0);
  if (verdict == FAIL) return -1;
  return syscall(SYS_read, file, bytes, shortened(verdict, count));
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset) {
  enum verdict verdict = strike("pread", 0);
  if (verdict == FAIL) return -1;
  return syscall(SYS_pread64, file, bytes, shortened(verdict, count), offset);
}

ssize_t pread64(int file, void *bytes, size_t count, off64_t offset) {
  return pread(file, bytes, count, offset);
}

ssize_t write(int file, const void *bytes, size_t count) {
  enum verdict verdict = strike("write", 1);
  if (verdict == FAIL) return -1;
  return syscall(SYS_write, file, bytes, shortened(verdict, count));
}

int openat(int folder, const char *path, int flags, ...) {
  mode_t mode = 0;
  int makes_file = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
  if (makes_file) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  if (strike("openat", makes_file) == FAIL) return -1;
  return syscall(SYS_openat, folder, path, flags, mode);
}

int mkdirat(int folder, const char *path, mode_t mode) {
  return strike("mkdirat", 1) == FAIL ? -1 : syscall(SYS_mkdirat, folder, path, mode);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  if (strike("linkat", 1) == FAIL) return -1;
  return syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  if (strike("renameat", 1) == FAIL) return -1;
  return syscall(SYS_renameat2, from_folder, from, to_folder, to, 0);
}

int unlinkat(int folder, const char *path, int flags) {
  return strike("unlinkat", 1) == FAIL ? -1 : syscall(SYS_unlinkat, folder, path, flags);
}

int fsync(int file) { return strike("fsync", 1) == FAIL ? -1 : syscall(SYS_fsync, file); }
