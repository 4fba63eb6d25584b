/*
 * Lines read back from gzip.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "manifest/gz.h"
#include "manifest/gz_zlib.h"

#define BLOCK 65536

struct gz_reader {
	gz_get_fn *get;
	void *ctx;
	z_stream z;
	gz_header header;	/* of this member; zlib tells if it is one */
	int64_t n_members;	/* begun */
	bool is_between;	/* the latest has ended */
	bool is_source_over;
	int64_t n_got;		/* bytes from the source */
	int64_t n_lines;	/* lent */
	const uint8_t *text;	/* in made: what was not lent */
	size_t n_text;
	struct buf line;	/* the beginning of one, or one in pieces */
	int rc;			/* the first failure; told behind the text */
	struct ark_error failure;
	uint8_t got[BLOCK];	/* compressed */
	uint8_t made[BLOCK];	/* text */
};

/* ---- from the source to text ------------------------------------------ */

/* Bytes that zlib does not take, or too few of them. */
static int
refused_bytes(struct gz_reader *r, const char *what)
{
	long long at = (long long)(r->n_got - r->z.avail_in);

	if (!r->n_got)
		return error_set(&r->failure, ARK_EFORMAT,
				 "expected gzip, found no bytes at all");
	if (r->header.done == 1)
		return error_set(&r->failure, ARK_EFORMAT,
				 "gzip damaged near byte %lld: %s", at, what);
	return error_set(&r->failure, ARK_EFORMAT,
			 "expected gzip%s near byte %lld: %s",
			 r->n_members > 1 ? " or the end" : "", at, what);
}

static int
refused(struct gz_reader *r, int why)
{
	const char *what = r->z.msg ? r->z.msg : zError(why);

	switch (why) {
	case Z_MEM_ERROR:
		return error_nomem(&r->failure);
	case Z_BUF_ERROR:	/* there is nothing more to come */
		return refused_bytes(r, "cut off");
	case Z_DATA_ERROR:
		return refused_bytes(r, what);
	default:
		return error_set(&r->failure, ARK_EBUG, "zlib %s cannot "
				 "decompress: %s", zlibVersion(), what);
	}
}

static int
refill(struct gz_reader *r)
{
	size_t n = 0;
	int rc;

	if (r->z.avail_in || r->is_source_over)
		return 0;
	rc = r->get(r->ctx, r->got, sizeof(r->got), &n, &r->failure);
	if (rc)
		return rc;
	assert(n <= sizeof(r->got));
	r->is_source_over = !n;
	r->n_got += (int64_t)n;
	r->z.next_in = r->got;
	r->z.avail_in = (unsigned)n;
	return 0;
}

/* zlib forgets with each member where it shall tell of the header. */
static int
begin_member(struct gz_reader *r)
{
	int did = inflateReset(&r->z);

	if (did == Z_OK)
		did = inflateGetHeader(&r->z, &r->header);
	if (did != Z_OK)
		return refused(r, did);
	r->n_members++;
	return 0;
}

/* A block of text; what zlib made before it met a flaw is text as well. */
static int
decompress(struct gz_reader *r)
{
	int did;

	r->z.next_out = r->made;
	r->z.avail_out = sizeof(r->made);
	did = inflate(&r->z, Z_NO_FLUSH);
	r->text = r->made;
	r->n_text = sizeof(r->made) - r->z.avail_out;
	r->is_between = did == Z_STREAM_END;
	return did == Z_OK || r->is_between ? 0 : refused(r, did);
}

/* More text.  1, 0 behind the last member, or the failure behind all text. */
static int
more_text(struct gz_reader *r)
{
	while (!r->rc) {
		r->rc = refill(r);
		if (!r->rc && r->is_between) {
			if (!r->z.avail_in)
				return 0;
			r->rc = begin_member(r);
		}
		if (!r->rc)
			r->rc = decompress(r);
		if (r->n_text)
			return 1;
	}
	return r->rc;
}

/* ---- from text to lines ------------------------------------------------ */

static void
skip_text(struct gz_reader *r, size_t n)
{
	r->text += n;
	r->n_text -= n;
}

/* No text is lent any more, but this told again and again. */
static int
fail(struct gz_reader *r, int rc)
{
	r->n_text = 0;
	return r->rc = rc;
}

/* The next n bytes of text belong to the line that has begun. */
static int
keep(struct gz_reader *r, size_t n)
{
	int rc = buf_add(&r->line, r->text, n);

	skip_text(r, n);
	if (rc == ARK_ELIMIT)
		rc = error_set(&r->failure, ARK_EFORMAT,
			       "line %lld is longer than %zu bytes",
			       (long long)r->n_lines + 1, r->line.max);
	else if (rc)
		rc = error_nomem(&r->failure);
	return rc ? fail(r, rc) : 0;
}

/* The line ends `left` bytes on: lent as it lies there, if all of it does. */
static int
lend(struct gz_reader *r, size_t left, const char **line, size_t *n)
{
	int rc = 0;

	if (!r->line.len && left <= r->line.max) {
		*line = (const char *)r->text;
		*n = left;
		skip_text(r, left);
	} else {
		rc = keep(r, left);
		*line = buf_text(&r->line);
		*n = r->line.len;
	}
	if (rc)
		return rc;
	skip_text(r, 1);
	r->n_lines++;
	return 1;
}

/* There is no more text: then no line may have begun. */
static int
judge_end(struct gz_reader *r)
{
	if (!r->line.len)
		return 0;
	return fail(r, error_set(&r->failure, ARK_EFORMAT,
				 "line %lld, the last, has no end",
				 (long long)r->n_lines + 1));
}

static int
next_line(struct gz_reader *r, const char **line, size_t *n)
{
	const uint8_t *lf;
	int rc;

	buf_clear(&r->line);
	for (;;) {
		lf = r->n_text ? memchr(r->text, '\n', r->n_text) : NULL;
		if (lf)
			return lend(r, (size_t)(lf - r->text), line, n);
		rc = keep(r, r->n_text);
		if (!rc)
			rc = more_text(r);
		if (rc <= 0)
			return rc ? rc : judge_end(r);
	}
}

int
gz_next(struct gz_reader *r, const char **line, size_t *n,
	struct ark_error *err)
{
	int rc = next_line(r, line, n);

	if (rc < 0 && err)
		*err = r->failure;
	return rc;
}

/* ---- life -------------------------------------------------------------- */

int
gz_reader_new(struct gz_reader **out, gz_get_fn *get, void *ctx,
	      size_t max_line, struct ark_error *err)
{
	struct gz_reader *r = calloc(1, sizeof(*r));
	int did, rc;

	if (!r)
		return error_nomem(err);
	r->get = get;
	r->ctx = ctx;
	r->text = r->made;
	buf_init(&r->line, max_line);
	r->z.zalloc = gz_calloc;
	r->z.zfree = gz_free;
	did = inflateInit2(&r->z, GZ_WINDOW);
	rc = did == Z_OK ? begin_member(r) : refused(r, did);
	if (!rc) {
		*out = r;
		return 0;
	}
	if (err)
		*err = r->failure;
	gz_reader_free(r);
	return rc;
}

void
gz_reader_free(struct gz_reader *r)
{
	if (!r)
		return;
	(void)inflateEnd(&r->z);
	buf_release(&r->line);
	free(r);
}
