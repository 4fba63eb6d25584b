#include "audio/reader.h"

#include <assert.h>

#include "base/fdio.h"

void
reader_init(struct reader *r, int fd, int64_t size, struct ark_error *err)
{
	assert(size >= 0);
	r->fd = fd;
	r->size = size;
	r->start = 0;
	r->n = 0;
	r->rc = 0;
	r->err = err;
}

int64_t
reader_left(const struct reader *r, int64_t offset)
{
	assert(offset >= 0);
	return offset < r->size ? r->size - offset : 0;
}

/* Move the window to offset, where n bytes lie within the size. */
static int
fill(struct reader *r, int64_t offset, size_t n)
{
	int64_t left = reader_left(r, offset);
	/* Of most bodies the first bytes are all that is looked at. */
	size_t most = offset || n > READER_FIRST ? READER_WINDOW :
						   READER_FIRST;
	size_t want = left < (int64_t)most ? (size_t)left : most;
	ssize_t got = fdio_pread(r->fd, r->window, want, offset);

	if (got < 0) {
		(void)error_errno(r->err, "reading %zu bytes at byte %lld",
				  want, (long long)offset);
		goto failed;
	}
	if ((size_t)got < want) {
		error_set(r->err, ARK_EDISK,
			  "reading: %lld bytes expected, it ends after %lld",
			  (long long)r->size, (long long)(offset + got));
		goto failed;
	}
	r->start = offset;
	r->n = want;
	return 0;
failed:
	r->n = 0;
	r->rc = ARK_EDISK;
	if (r->err)
		r->err->code = ARK_EDISK;
	return r->rc;
}

const uint8_t *
reader_get(struct reader *r, int64_t offset, size_t n)
{
	size_t skip;

	assert(n <= READER_WINDOW);
	if (r->rc || (int64_t)n > reader_left(r, offset))
		return NULL;
	if (offset >= r->start && offset - r->start < READER_WINDOW) {
		skip = (size_t)(offset - r->start);
		if (skip <= r->n && r->n - skip >= n)
			return r->window + skip;
	}
	if (fill(r, offset, n))
		return NULL;
	return r->window;
}
