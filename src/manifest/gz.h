/*
 * Lines, compressed: data/reports/NAME.ndjson.gz.
 *
 *	gz_writer_new -> gz_write ... -> gz_finish -> gz_writer_free
 *	gz_reader_new -> gz_next ... -> gz_reader_free
 *
 * A file is gzip (RFC 1952) around deflate (RFC 1951); inside, every line is
 * ended by LF, the last one too.  Where the bytes go to and come from is the
 * caller's: this room opens no file.  Memory does not depend on how many lines
 * there are: some 400 KiB for a writer, 180 KiB and at most twice the longest
 * line for a reader.
 *
 * Equal lines give equal bytes on every run: the header holds no time, no name
 * and no system (MTIME 0, FLG 0, OS 255), level, window and memory are fixed,
 * and how the lines were cut into calls does not matter.  Another version of
 * zlib may put the same lines into other bytes: what has to be compared over
 * years is the lines.
 */
#ifndef MANIFEST_GZ_H
#define MANIFEST_GZ_H

#include <stddef.h>

#include "base/error.h"

/* gz_version(): Lend the version of zlib that runs, for doctor. */
const char *gz_version(void);

/* ---- writing ---------------------------------------------------------- */

/*
 * put(ctx, bytes, n, err):
 * Take n (> 0) compressed bytes, which come behind those of the calls before.
 * Return 0, or a negative ark_code with err filled, which ends the writing.
 */
typedef int gz_put_fn(void *ctx, const void *bytes, size_t n,
		      struct ark_error *err);

struct gz_writer;

/*
 * gz_writer_new(out, put, ctx, err):
 * Begin; nothing is put yet.  Return 0, ARK_ENOMEM, or ARK_EBUG when the zlib
 * that runs is not the one that callark was built for.
 */
int gz_writer_new(struct gz_writer **out, gz_put_fn *put, void *ctx,
		  struct ark_error *err);

/* gz_writer_free(w): Without gz_finish() what was put is no gzip file. */
void gz_writer_free(struct gz_writer *w);

/*
 * gz_write(w, line, n, err):
 * Add one line of n bytes, given without its end; n may be 0, and line NULL
 * then.  Return 0, ARK_EBUG (there is an LF in it, or gz_finish() was called),
 * or what put failed with.  The first failure sticks: every later call returns
 * it again.
 */
int gz_write(struct gz_writer *w, const char *line, size_t n,
	     struct ark_error *err);

/*
 * gz_finish(w, err):
 * Put what is left, and the trailer with CRC-32 and length; once.  No lines at
 * all make a valid file of 20 bytes.  Return as gz_write().
 */
int gz_finish(struct gz_writer *w, struct ark_error *err);

/* ---- gz_read.c: reading ----------------------------------------------- */

/*
 * get(ctx, bytes, size, n, err):
 * Write up to size compressed bytes and tell in *n how many; 0 is the end, and
 * nothing is asked for behind it.
 * Return 0, or a negative ark_code with err filled, which ends the reading.
 */
typedef int gz_get_fn(void *ctx, void *bytes, size_t size, size_t *n,
		      struct ark_error *err);

struct gz_reader;

/*
 * gz_reader_new(out, get, ctx, max_line, err):
 * Begin; nothing is read yet.  max_line is the longest line that is read, in
 * bytes without its end, at least 1.  Return as gz_writer_new().
 */
int gz_reader_new(struct gz_reader **out, gz_get_fn *get, void *ctx,
		  size_t max_line, struct ark_error *err);
void gz_reader_free(struct gz_reader *r);

/*
 * gz_next(r, line, n, err):
 * Lend the next line, without its end and with no NUL behind it, until the next
 * call.  Return 1; 0 at the end; or
 *   ARK_EFORMAT	no gzip, damaged (RFC 1952's CRC-32 and length are
 *			checked), cut off, bytes behind the end that are no
 *			further member, a line longer than max_line, a last line
 *			without end; err says which, and where;
 *   ARK_ENOMEM, ARK_EBUG, or what get failed with.
 * The first failure sticks.  Lines are lent before the bytes behind them are
 * seen, so whoever wants none of a damaged file has to come to the 0 first.
 * Members one behind the other are read as one (RFC 1952, 2.2); a file that was
 * cut between two of them cannot be told from a whole one, and a writer makes
 * only one.  A file may hold a thousand times its size: that costs time, the
 * caller may stop at any line, but no memory.
 */
int gz_next(struct gz_reader *r, const char **line, size_t *n,
	    struct ark_error *err);

#endif
