/*
 * Stands between a process and its disk (LD_PRELOAD), for the files of a database alone: `data.mdb`, and `probe.*` when
 * asked for. What it does is read from the file DISK_SHIM_CONTROL before each operation, a line of
 *
 *   fail=ERRNO ops=OPS delay=MS
 *
 * where OPS are letters: `p` writes of pages, `m` synchronous writes (of the meta page), `M` the same, which reach the disk
 * perhaps, `s` syncs, `f` the probe file.
 * `delay` holds each sync back. DISK_SHIM_LOG receives every operation, in order: see power-log.mjs. A line written to a
 * file named `acks` stands in that log too.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct header {
  uint8_t kind; /* W, w: a write begins, has ended; S, s, F: a sync begins, has ended, has failed; T: a truncation; A: a line */
  uint8_t synchronous;
  uint16_t unused;
  uint32_t id;
  uint64_t offset;
  uint64_t length;
};

enum what { OTHER, DATA, PROBE, ACKS };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -2;
static uint32_t next_id;

static enum what what_is(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return OTHER;
  path[length] = 0;
  char *name = strrchr(path, '/');
  if (name == NULL) return OTHER;
  if (strcmp(name, "/data.mdb") == 0) return DATA;
  if (strncmp(name, "/probe.", 7) == 0) return PROBE;
  return strcmp(name, "/acks") == 0 ? ACKS : OTHER;
}

static int is_synchronous(int fd) { return (fcntl(fd, F_GETFL) & O_DSYNC) != 0; }

/* 0, or the error this operation is to have. */
static int control(char op, int *delay) {
  const char *path = getenv("DISK_SHIM_CONTROL");
  char text[256], ops[32] = "";
  int fail = 0;
  *delay = 0;
  if (path == NULL) return 0;
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return 0;
  ssize_t length = syscall(SYS_read, fd, text, sizeof text - 1);
  syscall(SYS_close, fd);
  if (length <= 0) return 0;
  text[length] = 0;
  if (sscanf(text, "fail=%d ops=%31s delay=%d", &fail, ops, delay) < 3) return 0;
  return strchr(ops, op) == NULL ? 0 : fail;
}

static void put(const void *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = syscall(SYS_write, log_fd, bytes, length);
    if (written <= 0) abort();
    bytes = (const char *)bytes + written;
    length -= written;
  }
}

static uint32_t note(uint8_t kind, int synchronous, uint32_t id, uint64_t offset, const struct iovec *parts, int count) {
  pthread_mutex_lock(&lock);
  if (log_fd == -2) {
    const char *path = getenv("DISK_SHIM_LOG");
    log_fd = path == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  if (id == 0) id = ++next_id;
  if (log_fd >= 0) {
    struct header header = {kind, synchronous, 0, id, offset, 0};
    for (int i = 0; i < count; i++) header.length += parts[i].iov_len;
    put(&header, sizeof header);
    for (int i = 0; i < count; i++) put(parts[i].iov_base, parts[i].iov_len);
  }
  pthread_mutex_unlock(&lock);
  return id;
}

static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t offset, int at_offset) {
  enum what what = what_is(fd);
  int delay, synchronous = 0, late = 0;
  uint32_t id = 0;
  if (what == ACKS) note('A', 0, 0, 0, parts, count);
  if (what == DATA || what == PROBE) {
    synchronous = is_synchronous(fd);
    int fail = control(what == PROBE ? 'f' : synchronous ? 'm' : 'p', &delay);
    if (fail != 0) {
      errno = fail;
      return -1;
    }
    if (synchronous) late = control('M', &delay);
  }
  if (what == DATA) {
    off_t from = at_offset ? offset : lseek(fd, 0, SEEK_CUR);
    id = note('W', synchronous, 0, from, parts, count);
  }
  ssize_t result = at_offset ? syscall(SYS_pwritev, fd, parts, count, (long)offset, 0L) : syscall(SYS_writev, fd, parts, count);
  if (late != 0) {
    errno = late;
    return -1;
  }
  if (what == DATA && result >= 0) {
    int error = errno;
    note('w', synchronous, id, 0, NULL, 0);
    errno = error;
  }
  return result;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  return write_parts(fd, &part, 1, 0, 0);
}
ssize_t writev(int fd, const struct iovec *parts, int count) { return write_parts(fd, parts, count, 0, 0); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
  struct iovec part = {(void *)bytes, length};
  return write_parts(fd, &part, 1, offset, 1);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return pwrite(fd, bytes, length, offset); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) {
  return write_parts(fd, parts, count, offset, 1);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  return write_parts(fd, parts, count, offset, 1);
}

static int sync_fd(int fd, long call) {
  enum what what = what_is(fd);
  uint32_t id = 0;
  if (what == DATA || what == PROBE) {
    int delay, fail = control(what == PROBE ? 'f' : 's', &delay);
    if (what == DATA) id = note('S', 0, 0, 0, NULL, 0);
    if (delay > 0) {
      struct timespec time = {delay / 1000, (delay % 1000) * 1000000L};
      nanosleep(&time, NULL);
    }
    if (fail != 0) {
      if (what == DATA) note('F', 0, id, 0, NULL, 0);
      errno = fail;
      return -1;
    }
  }
  int result = syscall(call, fd);
  if (what == DATA && result == 0) note('s', 0, id, 0, NULL, 0);
  return result;
}

int fdatasync(int fd) { return sync_fd(fd, SYS_fdatasync); }
int fsync(int fd) { return sync_fd(fd, SYS_fsync); }

int ftruncate(int fd, off_t length) {
  if (what_is(fd) == DATA) note('T', 0, 0, length, NULL, 0);
  return syscall(SYS_ftruncate, fd, length);
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }
