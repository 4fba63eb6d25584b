/*
 * Descriptors: whole reads and writes, interrupted calls continued.
 */
#ifndef BASE_FDIO_H
#define BASE_FDIO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

/* Write all n bytes.  Return 0, or -1 with errno set. */
int fdio_write(int fd, const void *bytes, size_t n);
int fdio_pwrite(int fd, const void *bytes, size_t n, int64_t offset);

/* Read up to n bytes, less only at the end.  Return the count, or -1. */
ssize_t fdio_pread(int fd, void *bytes, size_t n, int64_t offset);

/*
 * The same in one read: 0 is the end.  A regular file gives less than n at its
 * end, but also before bytes that cannot be read.
 */
ssize_t fdio_pread_once(int fd, void *bytes, size_t n, int64_t offset);

/*
 * fdio_slurp(fd, out, err):
 * Add everything up to the end of fd to out, within out's ceiling.  Return 0,
 * ARK_EDISK, ARK_ELIMIT or ARK_ENOMEM.
 */
int fdio_slurp(int fd, struct buf *out, struct ark_error *err);

/*
 * fdio_slurp_at(dirfd, path, out, err):
 * The same for a regular file, which must not be a symbolic link.  Return as
 * fdio_slurp, or ARK_ENOTFOUND.
 */
int fdio_slurp_at(int dirfd, const char *path, struct buf *out,
		  struct ark_error *err);

/* Close *fd if it is open and set it to -1.  Return 0, or -1 with errno. */
int fdio_close(int *fd);

#endif
