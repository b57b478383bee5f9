// Stands between a program and the C library, and makes the disk under "snug.db" slow, full or broken.
// What it is to do is in files of the folder DISK:
//   hold       syncs do not return while it is there
//   fail       writes and syncs fail with the errno in it
//   fail-sync  syncs fail with the errno in it
//   log        it writes "begin <file>" and "end <file>" here for every sync
// DISK_DIE_AT=n: the process is killed instead of its nth write or sync.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int calls;

static void *next(const char *name) {
  return dlsym(RTLD_NEXT, name);
}

static void control(char *path, const char *name) {
  snprintf(path, PATH_MAX, "%s/%s", getenv("DISK"), name);
}

/* The name of a file of the database, or NULL. */
static const char *watched(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length <= 0) return NULL;
  path[length] = 0;
  char *name = strrchr(path, '/');
  return name && strncmp(name, "/snug.db", 8) == 0 ? name + 1 : NULL;
}

/* The errno that the file asks for, or 0. */
static int failure(const char *name) {
  char path[PATH_MAX];
  control(path, name);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  int code = 0;
  if (fscanf(file, "%d", &code) != 1) code = EIO;
  fclose(file);
  return code;
}

static void tell(const char *what, const char *name) {
  char path[PATH_MAX], line[PATH_MAX + 8];
  control(path, "log");
  int length = snprintf(line, sizeof line, "%s %s\n", what, name);
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  ssize_t (*real)(int, const void *, size_t) = next("write");
  if (real(fd, line, length) != length) abort();
  close(fd);
}

static void count(void) {
  const char *at = getenv("DISK_DIE_AT");
  if (at && atomic_fetch_add(&calls, 1) + 1 == atoi(at)) kill(getpid(), SIGKILL);
}

static int sync_with(const char *call, int fd) {
  char path[PATH_MAX], hold[PATH_MAX];
  const char *name = watched(fd, path);
  int (*real)(int) = next(call);
  if (!name) return real(fd);
  count();
  tell("begin", name);
  control(hold, "hold");
  while (access(hold, F_OK) == 0) usleep(2000);
  int code = failure("fail");
  if (!code) code = failure("fail-sync");
  int result = code ? -1 : real(fd);
  tell("end", name);
  if (code) errno = code;
  return result;
}

/* Whether a write goes on; else errno says why not. */
static int may_write(int fd) {
  char path[PATH_MAX];
  if (!watched(fd, path)) return 1;
  count();
  int code = failure("fail");
  if (code) errno = code;
  return !code;
}

int fsync(int fd) {
  return sync_with("fsync", fd);
}

int fdatasync(int fd) {
  return sync_with("fdatasync", fd);
}

ssize_t write(int fd, const void *data, size_t length) {
  ssize_t (*real)(int, const void *, size_t) = next("write");
  return may_write(fd) ? real(fd, data, length) : -1;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at) {
  ssize_t (*real)(int, const void *, size_t, off_t) = next("pwrite");
  return may_write(fd) ? real(fd, data, length, at) : -1;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) {
  ssize_t (*real)(int, const void *, size_t, off64_t) = next("pwrite64");
  return may_write(fd) ? real(fd, data, length, at) : -1;
}
