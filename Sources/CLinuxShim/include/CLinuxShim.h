// What the Glibc module lacks: macros that Swift cannot import.
#ifndef CLINUXSHIM_H
#define CLINUXSHIM_H

#include <dirent.h>
#include <stddef.h>

// open(2): an unnamed file in a folder. A compound macro, which Swift cannot import.
extern const int linux_o_tmpfile;

// linkat(2): the file is that of the descriptor. Declared for _GNU_SOURCE only.
extern const int linux_at_empty_path;

// The number of processors that sched_setaffinity(2) leaves to this process, or -1 with errno.
int linux_affinity_count(void);

// getrusage(2) RUSAGE_THREAD: how often the calling thread has waited for something. That it lost its
// processor to another thread does not count. Declared for _GNU_SOURCE only.
long linux_wait_count(void);

// The name in a directory entry; d_name is an array, which Swift sees as a tuple.
const char *linux_dirent_name(const struct dirent *entry);

// strerrorname_np(3): the name of an error number, or NULL.
const char *linux_error_name(int number);

// signal(7): whether a signal is ignored now. The handler is a union in a macro.
int linux_signal_is_ignored(int number);

// signal(7): ignores a signal, or gives it back its default action.
void linux_ignore_signal(int number);
void linux_default_signal(int number);

// fcntl(2) F_SETLEASE: whether somebody has an open file open for writing: 1 or 0, or -1 where the
// system does not tell, as for the file of another user. A writer who comes in this very moment
// waits for it, and SIGURG, which a process ignores unless it asks for it, tells.
int linux_has_writer(int descriptor);

// ioctl(2) TIOCGWINSZ: the columns of the terminal, or -1.
int linux_terminal_columns(int descriptor);

// mallopt(3) M_MMAP_THRESHOLD: the size from which on each block of memory is mapped by itself.
void linux_map_blocks_from(int byte_count);

// mallopt(3) M_TRIM_THRESHOLD: what a heap may keep at its end of what was freed.
void linux_keep_free(int byte_count);

// mallopt(3) M_ARENA_MAX: how many heaps the threads have between them.
void linux_limit_heaps(int count);

#endif
