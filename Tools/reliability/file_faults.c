// SPDX-License-Identifier: Apache-2.0
//
// Makes the calls of a program that change the file system fail, for crash.py:
//
//   cc -shared -fPIC -O1 -o file_faults.so file_faults.c -ldl
//   LD_PRELOAD=./file_faults.so FAULT_AT=12 FAULT_MODE=kill spin ...
//
// FAULT_MODE is kill (the program ends before the call, as by kill -9), once (that call fails with ENOSPC) or on
// (that call and all later ones do). FAULT_COUNT names a file that receives the number of calls.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

// Whether this call has to fail.
static int fails(void) {
  long number = atomic_fetch_add(&calls, 1) + 1;
  const char *at = getenv("FAULT_AT");
  const char *mode = getenv("FAULT_MODE");
  if (!at || !mode) return 0;
  long place = atol(at);
  if (number < place || (number > place && strcmp(mode, "on") != 0)) return 0;
  if (strcmp(mode, "kill") == 0) kill(getpid(), SIGKILL);
  errno = ENOSPC;
  return 1;
}

__attribute__((destructor)) static void report(void) {
  const char *path = getenv("FAULT_COUNT");
  if (!path) return;
  FILE *file = fopen(path, "w");
  if (!file) return;
  fprintf(file, "%ld\n", atomic_load(&calls));
  fclose(file);
}

static int is_file(int descriptor) {
  struct stat status;
  return descriptor > 2 && fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                    \
  int name(const char *path, int flags, ...) {                       \
    va_list list;                                                     \
    va_start(list, flags);                                            \
    mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;         \
    va_end(list);                                                     \
    const char *count = getenv("FAULT_COUNT");                        \
    int counts = flags & O_CREAT && !(count && strcmp(path, count) == 0); \
    if (counts && fails()) return -1;                                 \
    return NEXT(name)(path, flags, mode);                             \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                   \
  int name(int folder, const char *path, int flags, ...) {            \
    va_list list;                                                      \
    va_start(list, flags);                                             \
    mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;          \
    va_end(list);                                                      \
    if (flags & O_CREAT && fails()) return -1;                         \
    return NEXT(name)(folder, path, flags, mode);                      \
  }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int descriptor, const void *bytes, size_t count) {
  if (is_file(descriptor) && fails()) return -1;
  return NEXT(write)(descriptor, bytes, count);
}

#define PWRITE(name, offset_type)                                                       \
  ssize_t name(int descriptor, const void *bytes, size_t count, offset_type offset) {  \
    if (is_file(descriptor) && fails()) return -1;                                     \
    return NEXT(name)(descriptor, bytes, count, offset);                               \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define ONE(name, type, argument)          \
  int name(type argument) {                \
    if (fails()) return -1;                \
    return NEXT(name)(argument);           \
  }
#define TWO(name, first_type, first, second_type, second) \
  int name(first_type first, second_type second) {        \
    if (fails()) return -1;                               \
    return NEXT(name)(first, second);                     \
  }
ONE(unlink, const char *, path)
ONE(rmdir, const char *, path)
ONE(fsync, int, descriptor)
ONE(fdatasync, int, descriptor)
TWO(rename, const char *, from, const char *, to)
TWO(symlink, const char *, target, const char *, path)
TWO(link, const char *, from, const char *, to)
TWO(mkdir, const char *, path, mode_t, mode)
TWO(ftruncate, int, descriptor, off_t, size)
TWO(ftruncate64, int, descriptor, off64_t, size)
