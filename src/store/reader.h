/*
 * Looking at many files of the archive, one after the other, with one open for
 * each.  What a look needs (a buffer, a digest, the folder that it goes through)
 * is there for the next.  A reader is for one thread; any number may look at
 * once.
 *
 * Paths are those of store.h.  A folder is held for a few looks: files of one
 * that is moved away meanwhile may be found where it went, for so long.  But a
 * file that is not found there is looked for by its whole path.
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "store/store.h"

struct store_reader;

/* store_reader_new(out, s, err): 0 or ARK_ENOMEM.  s must outlive it. */
int store_reader_new(struct store_reader **out, struct store *s,
		     struct ark_error *err);
void store_reader_free(struct store_reader *r);

/*
 * store_reader_size(r, path, size, err):
 * How long a regular file is.  Return as store_size.
 */
int store_reader_size(struct store_reader *r, const char *path, int64_t *size,
		      struct ark_error *err);

/*
 * store_reader_digest(r, path, kind, expected, out, size, err):
 * Read a regular file and hash it by kind; *size is how many bytes came, also
 * before a failure, and stays as it is when there was no file to read.  One
 * whose size is not `expected` (-1: any) is not read: *size is all that is told
 * of it.  Return as store_sha256.
 */
int store_reader_digest(struct store_reader *r, const char *path,
			enum digest_kind kind, int64_t expected,
			uint8_t out[DIGEST_MAX_SIZE], int64_t *size,
			struct ark_error *err);

#endif
