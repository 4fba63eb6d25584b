/*
 * Both ends of gzip for its tests: a place that takes bytes, a source that
 * gives them, zlib's own opinion, and texts.
 */
#ifndef TESTS_MANIFEST_GZ_ENDS_H
#define TESTS_MANIFEST_GZ_ENDS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "manifest/gz.h"

#define MAX_BYTES ((size_t)128 << 20)
#define MAX_LINE ((size_t)1 << 20)

/* ---- both ends --------------------------------------------------------- */

/* A place that takes bytes until it has been asked often enough. */
struct place {
	struct buf bytes;
	int asks_left;		/* before it fails; -1: it never does */
};

static inline int
put(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	struct place *p = ctx;

	assert_true(n > 0);
	if (!p->asks_left)
		return error_set(err, ARK_EDISK, "the place is full");
	p->asks_left -= p->asks_left > 0;
	return buf_add(&p->bytes, bytes, n);
}

/* Bytes that come in pieces. */
struct source {
	const uint8_t *p;
	size_t n, piece;
	bool is_failing;	/* where its end should be */
	bool is_over;
};

static inline int
get(void *ctx, void *bytes, size_t size, size_t *n, struct ark_error *err)
{
	struct source *s = ctx;

	assert_false(s->is_over);
	*n = s->n < s->piece ? s->n : s->piece;
	if (*n > size)
		*n = size;
	if (!*n && s->is_failing)
		return error_set(err, ARK_EDISK, "the source is gone");
	if (*n)
		memcpy(bytes, s->p, *n);
	s->p += *n;
	s->n -= *n;
	s->is_over = !*n;
	return 0;
}

/* Write text, all of it lines. */
static inline int
write_lines(struct place *to, const char *text, size_t n)
{
	struct ark_error err = { 0 };
	struct gz_writer *w;
	int rc = 0, end;

	assert_int_equal(gz_writer_new(&w, put, to, &err), 0);
	while (n && !rc) {
		const char *lf = memchr(text, '\n', n);

		assert_non_null(lf);
		rc = gz_write(w, text, (size_t)(lf - text), &err);
		n -= (size_t)(lf - text) + 1;
		text = lf + 1;
	}
	end = gz_finish(w, &err);
	assert_int_equal(rc ? rc : end, end);
	assert_int_equal(err.code, end);
	gz_writer_free(w);
	return end;
}

static inline struct buf
compressed(const char *text, size_t n)
{
	struct place to = { BUF_INIT(MAX_BYTES), -1 };

	assert_int_equal(write_lines(&to, text, n), 0);
	return to.bytes;
}

/* Read all lines of s into text, and return how that ended. */
static inline int
read_lines(struct source *s, size_t max_line, struct buf *text,
	   struct ark_error *err)
{
	struct ark_error again = { 0 };
	struct gz_reader *r;
	const char *line;
	size_t n;
	int rc;

	buf_init(text, MAX_BYTES);
	*err = (struct ark_error){ 0 };
	assert_int_equal(gz_reader_new(&r, get, s, max_line, err), 0);
	for (;;) {
		rc = gz_next(r, &line, &n, err);
		if (rc <= 0)
			break;
		assert_true(n <= max_line);
		(void)buf_add(text, line, n);
		(void)buf_addc(text, '\n');
	}
	assert_int_equal(text->rc, 0);
	/* the end stays the end, and a failure the same failure */
	assert_int_equal(gz_next(r, &line, &n, &again), rc);
	assert_int_equal(err->code, rc);
	assert_string_equal(again.text, err->text);
	gz_reader_free(r);
	return rc;
}

static inline int
read_bytes(const uint8_t *bytes, size_t n, size_t piece, struct buf *text,
	   struct ark_error *err)
{
	struct source s = { .p = bytes, .n = n, .piece = piece };

	return read_lines(&s, MAX_LINE, text, err);
}

static inline void
assert_reads(const struct buf *b, size_t piece, const char *text, size_t n)
{
	struct ark_error err;
	struct buf got;

	if (read_bytes(b->data, b->len, piece, &got, &err))
		fail_msg("%s", err.text);
	assert_int_equal(got.len, n);
	assert_memory_equal(buf_text(&got), text, n);
	buf_release(&got);
}

static inline void
assert_refused(const void *bytes, size_t n, const char *why)
{
	static const size_t pieces[] = { 1, MAX_BYTES };

	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct ark_error err;
		struct buf got;

		assert_int_equal(read_bytes(bytes, n, pieces[i], &got, &err),
				 ARK_EFORMAT);
		if (!strstr(err.text, why))
			fail_msg("expected \"%s\", found \"%s\"", why,
				 err.text);
		buf_release(&got);
	}
}

/* ---- a second opinion -------------------------------------------------- */

/* Add text as one member made by zlib in one go: it may have no line end. */
static inline void
add_member(struct buf *out, const char *text, size_t n)
{
	z_stream z = { 0 };
	size_t bound;

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 9,
				      Z_DEFAULT_STRATEGY), Z_OK);
	bound = deflateBound(&z, n);
	assert_int_equal(buf_reserve(out, bound), 0);
	z.next_in = (uint8_t *)(uintptr_t)text;
	z.avail_in = (unsigned)n;
	z.next_out = out->data + out->len;
	z.avail_out = (unsigned)bound;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len += z.total_out;
	assert_int_equal(deflateEnd(&z), Z_OK);
}

static inline void
assert_zlib_reads(const struct buf *b, const char *text, size_t n)
{
	uint8_t *got = malloc(n + 1);
	z_stream z = { .next_in = b->data, .avail_in = (unsigned)b->len,
		       .next_out = got, .avail_out = (unsigned)n + 1 };

	assert_non_null(got);
	assert_int_equal(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	assert_int_equal(z.total_out, n);
	assert_memory_equal(got, text, n);
	assert_int_equal(inflateEnd(&z), Z_OK);
	free(got);
}

/* ---- text -------------------------------------------------------------- */

/* n bytes that nothing makes smaller, LF among them; the last is one. */
static inline struct buf
noise(size_t n)
{
	struct buf b = BUF_INIT(MAX_BYTES);
	uint32_t x = 1;

	for (size_t i = 0; i + 1 < n; i++) {
		x = x * 1664525 + 1013904223;
		(void)buf_addc(&b, (char)(x >> 24));
	}
	(void)buf_addc(&b, '\n');
	assert_int_equal(b.rc, 0);
	return b;
}

/* n documents, much like each other. */
static inline struct buf
documents(int n)
{
	struct buf b = BUF_INIT(MAX_BYTES);

	for (int i = 0; i < n; i++)
		(void)buf_addf(&b, "{\"_id\":\"65f0c1%08x\",\"n\":%d}\n",
			       (unsigned)i * 2654435761U, i);
	assert_int_equal(b.rc, 0);
	return b;
}

#endif
