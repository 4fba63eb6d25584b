#include "base/fdio.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int
fdio_write(int fd, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

int
fdio_pwrite(int fd, const void *bytes, size_t n, int64_t offset)
{
	const uint8_t *p = bytes;

	while (n) {
		ssize_t done = pwrite(fd, p, n, offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		p += done;
		n -= (size_t)done;
		offset += done;
	}
	return 0;
}

ssize_t
fdio_pread_once(int fd, void *bytes, size_t n, int64_t offset)
{
	ssize_t got;

	do
		got = pread(fd, bytes, n, offset);
	while (got < 0 && errno == EINTR);
	return got;
}

ssize_t
fdio_pread(int fd, void *bytes, size_t n, int64_t offset)
{
	uint8_t *p = bytes;
	size_t have = 0;

	while (have < n) {
		ssize_t got = fdio_pread_once(fd, p + have, n - have,
					      offset + (int64_t)have);

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

int
fdio_slurp(int fd, struct buf *out, struct ark_error *err)
{
	uint8_t chunk[16384];

	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, "reading");
		if (got == 0)
			return buf_status(out, err);
		if (buf_add(out, chunk, (size_t)got))
			return buf_status(out, err);
	}
}

int
fdio_slurp_at(int dirfd, const char *path, struct buf *out,
	      struct ark_error *err)
{
	struct stat st;
	int fd, rc;

	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return error_errno(err, "%s", path);
	if (fstat(fd, &st)) {
		rc = error_errno(err, "%s", path);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		rc = error_set(err, ARK_EDISK, "%s: not a regular file", path);
		goto out;
	}
	rc = fdio_slurp(fd, out, err);
	if (rc)
		error_prefix(err, "%s", path);
out:
	(void)fdio_close(&fd);
	return rc;
}

int
fdio_close(int *fd)
{
	int rc = 0;

	if (*fd >= 0)
		rc = close(*fd);
	*fd = -1;
	return rc;
}
