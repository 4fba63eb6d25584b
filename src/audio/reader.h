/*
 * Reading a body here and there: a window of 64 KiB over a descriptor, with
 * every access checked against the size.
 *
 * The parsers go forward only, so that the bytes read stay within a small
 * multiple of the size, whatever the body says.  Failure sticks: once reading
 * failed every further access yields NULL and `rc` tells it.
 */
#ifndef AUDIO_READER_H
#define AUDIO_READER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define READER_WINDOW 65536
#define READER_FIRST 4096	/* at the start */

struct reader {
	int fd;
	int64_t size;
	int64_t start;		/* offset of the window */
	size_t n;		/* bytes in the window */
	int rc;			/* 0, or ARK_EDISK once reading failed */
	struct ark_error *err;
	uint8_t window[READER_WINDOW];
};

/* reader_init(r, fd, size, err): Borrow fd, and err (or NULL), for failures. */
void reader_init(struct reader *r, int fd, int64_t size,
		 struct ark_error *err);

/*
 * reader_get(r, offset, n):
 * Lend the n bytes at offset (n at most READER_WINDOW) until the next call.
 * NULL when not all of them are there, or when reading failed.
 */
const uint8_t *reader_get(struct reader *r, int64_t offset, size_t n);

/* reader_left(r, offset): The bytes from offset to the end; 0 behind it. */
int64_t reader_left(const struct reader *r, int64_t offset);

static inline uint16_t
le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
le32(const uint8_t *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

static inline uint64_t
le64(const uint8_t *p)
{
	return le32(p) | (uint64_t)le32(p + 4) << 32;
}

static inline uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static inline uint64_t
be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

#endif
