/*
 * Reading what lies in the archive.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "store/beneath.h"
#include "store/inside.h"

int
store_openat(struct store *s, const char *path, int flags, int *out_fd,
	     struct ark_error *err)
{
	int fd = beneath_open(s->fd, path, flags, STORE_FILE_MODE);

	if (fd < 0)
		return store_fail(err, path);
	*out_fd = fd;
	return 0;
}

int
store_regular_fd(int *fd, const char *path, struct stat *st,
		 struct ark_error *err)
{
	int rc = 0;

	if (*fd < 0)
		return store_fail(err, path);
	if (fstat(*fd, st))
		rc = error_errno(err, "%s", path);
	else if (!S_ISREG(st->st_mode))
		rc = error_set(err, ARK_EINTEGRITY,
			       "%s: expected a regular file", path);
	if (rc)
		(void)fdio_close(fd);
	return rc;
}

int
store_regular(int root, const char *path, int *out_fd, struct stat *st,
	      struct ark_error *err)
{
	*out_fd = beneath_open(root, path, STORE_READING, 0);
	return store_regular_fd(out_fd, path, st, err);
}

int
store_size(struct store *s, const char *path, int64_t *out,
	   struct ark_error *err)
{
	struct stat st;
	int fd, rc;

	rc = store_regular(s->fd, path, &fd, &st, err);
	if (rc)
		return rc;
	*out = st.st_size;
	(void)fdio_close(&fd);
	return 0;
}

int
store_slurp(struct store *s, const char *path, struct buf *out,
	    struct ark_error *err)
{
	struct stat st;
	int fd, rc;

	rc = store_regular(s->fd, path, &fd, &st, err);
	if (rc)
		return rc;
	rc = fdio_slurp(fd, out, err);
	if (rc)
		error_prefix(err, "%s", path);
	(void)fdio_close(&fd);
	return rc;
}

int
store_feed(struct digest *d, int fd, int64_t announced, uint8_t *chunk,
	   int64_t *size, struct ark_error *err)
{
	*size = 0;
	if (announced > STORE_CHUNK)
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	for (;;) {
		ssize_t got = fdio_pread_once(fd, chunk, STORE_CHUNK, *size);
		int rc;

		if (got < 0)
			return error_errno(err, "reading");
		if (got == 0)
			return 0;
		rc = digest_add(d, chunk, (size_t)got, err);
		if (rc)
			return rc;
		*size += got;
		/* all that was announced, and there was room for more */
		if (got < STORE_CHUNK && *size == announced)
			return 0;
	}
}

/* SHA-256 of the file fd, which has `announced` bytes; *size is what came. */
static int
hash(int fd, int64_t announced, uint8_t out[DIGEST_SHA256_SIZE], int64_t *size,
     struct ark_error *err)
{
	uint8_t *chunk = malloc(STORE_CHUNK);
	uint8_t raw[DIGEST_MAX_SIZE];
	struct digest *d = NULL;
	int rc;

	rc = chunk ? digest_new(&d, DIGEST_SHA256, err) : error_nomem(err);
	if (!rc)
		rc = store_feed(d, fd, announced, chunk, size, err);
	if (!rc)
		rc = digest_final(d, raw, err);
	if (!rc)
		memcpy(out, raw, DIGEST_SHA256_SIZE);
	digest_free(d);
	free(chunk);
	return rc;
}

int
store_sha256(struct store *s, const char *path,
	     uint8_t out[DIGEST_SHA256_SIZE], int64_t *size,
	     struct ark_error *err)
{
	struct stat st;
	int fd, rc;

	rc = store_regular(s->fd, path, &fd, &st, err);
	if (rc)
		return rc;
	rc = hash(fd, st.st_size, out, size, err);
	if (rc)
		error_prefix(err, "%s", path);
	(void)fdio_close(&fd);
	return rc;
}

int
store_compare(const struct store *s, int folder, const char *name,
	      int64_t size, const uint8_t sha256[DIGEST_SHA256_SIZE],
	      struct ark_error *err)
{
	uint8_t found[DIGEST_SHA256_SIZE];
	struct stat st;
	int64_t found_size;
	int fd, rc;

	rc = store_regular(folder, name, &fd, &st, err);
	if (rc)
		return rc;
	if (st.st_size != size)
		goto out;
	rc = hash(fd, st.st_size, found, &found_size, err);
	if (rc)
		goto out;
	if (found_size != size || memcmp(found, sha256, sizeof(found)))
		goto out;
	rc = 1;
	/* Whoever put it there may have been killed before its fsync. */
	if (store_fsync(s, fd))
		rc = error_errno(err, "fsync");
out:
	if (rc < 0)
		error_prefix(err, "%s", name);
	(void)fdio_close(&fd);
	return rc;
}
