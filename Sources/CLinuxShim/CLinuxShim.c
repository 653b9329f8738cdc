#define _GNU_SOURCE
#include "CLinuxShim.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

const int linux_o_tmpfile = O_TMPFILE;
const int linux_at_empty_path = AT_EMPTY_PATH;

int linux_affinity_count(void) {
  // A kernel with more processors than the set has room for answers EINVAL: grow until it fits.
  for (int processors = 1024; processors <= 1 << 20; processors *= 4) {
    cpu_set_t *set = CPU_ALLOC(processors);
    if (set == NULL) return -1;
    size_t size = CPU_ALLOC_SIZE(processors);
    int failed = sched_getaffinity(0, size, set);
    int count = failed ? -1 : CPU_COUNT_S(size, set);
    CPU_FREE(set);
    if (!failed) return count;
  }
  return -1;
}

long linux_wait_count(void) {
  struct rusage usage;
  return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nvcsw : 0;
}

const char *linux_dirent_name(const struct dirent *entry) { return entry->d_name; }

const char *linux_error_name(int number) { return strerrorname_np(number); }

int linux_signal_is_ignored(int number) {
  struct sigaction action;
  return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void set_action(int number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigaction(number, &action, NULL);
}

void linux_ignore_signal(int number) { set_action(number, SIG_IGN); }

void linux_default_signal(int number) { set_action(number, SIG_DFL); }

int linux_has_writer(int descriptor) {
  // Who opens the file for writing in this moment is told of by a signal: one that nobody minds, in
  // place of SIGIO, which ends a process that does not ignore it.
  fcntl(descriptor, F_SETSIG, SIGURG);
  if (fcntl(descriptor, F_SETLEASE, F_RDLCK) == 0) {
    fcntl(descriptor, F_SETLEASE, F_UNLCK);
    return 0;
  }
  return errno == EAGAIN ? 1 : -1;
}

int linux_terminal_columns(int descriptor) {
  struct winsize window;
  return ioctl(descriptor, TIOCGWINSZ, &window) == 0 ? window.ws_col : -1;
}

void linux_map_blocks_from(int byte_count) { mallopt(M_MMAP_THRESHOLD, byte_count); }

void linux_keep_free(int byte_count) { mallopt(M_TRIM_THRESHOLD, byte_count); }

void linux_limit_heaps(int count) { mallopt(M_ARENA_MAX, count); }
