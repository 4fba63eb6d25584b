#include "manifest/gz.h"

#include <stdint.h>
#include <string.h>

#include "manifest/gz_zlib.h"

#define BLOCK 65536

/*
 * All that zlib lets one choose is chosen here and stays: each of these changes
 * the bytes.
 */
#define LEVEL 6
#define MEM_LEVEL 8
#define OS_UNKNOWN 255

struct gz_writer {
	gz_put_fn *put;
	void *ctx;
	z_stream z;
	gz_header header;	/* zlib reads it with the first bytes */
	int rc;			/* the first failure */
	struct ark_error failure;
	size_t n_held;
	uint8_t held[BLOCK];	/* lines that zlib has not seen */
	uint8_t made[BLOCK];	/* bytes that were not put */
};

const char *
gz_version(void)
{
	return zlibVersion();
}

static int
refused(int why, struct ark_error *err)
{
	if (why == Z_MEM_ERROR)
		return error_nomem(err);
	return error_set(err, ARK_EBUG, "zlib %s cannot compress: %s",
			 zlibVersion(), zError(why));
}

static void
make_room(struct gz_writer *w)
{
	w->z.next_out = w->made;
	w->z.avail_out = sizeof(w->made);
}

int
gz_writer_new(struct gz_writer **out, gz_put_fn *put, void *ctx,
	      struct ark_error *err)
{
	struct gz_writer *w = calloc(1, sizeof(*w));
	int did;

	if (!w)
		return error_nomem(err);
	w->put = put;
	w->ctx = ctx;
	w->header.os = OS_UNKNOWN;
	w->z.zalloc = gz_calloc;
	w->z.zfree = gz_free;
	make_room(w);
	did = deflateInit2(&w->z, LEVEL, Z_DEFLATED, GZ_WINDOW, MEM_LEVEL,
			   Z_DEFAULT_STRATEGY);
	if (did == Z_OK)
		did = deflateSetHeader(&w->z, &w->header);
	if (did != Z_OK) {
		gz_writer_free(w);
		return refused(did, err);
	}
	*out = w;
	return 0;
}

void
gz_writer_free(struct gz_writer *w)
{
	if (!w)
		return;
	(void)deflateEnd(&w->z);
	free(w);
}

static int
put_made(struct gz_writer *w)
{
	size_t n = sizeof(w->made) - w->z.avail_out;

	make_room(w);
	return n ? w->put(w->ctx, w->made, n, &w->failure) : 0;
}

/* Give zlib what is held; whole blocks of what it makes are put. */
static int
compress_held(struct gz_writer *w, int flush)
{
	int did, rc = 0;

	w->z.next_in = w->held;
	w->z.avail_in = (unsigned)w->n_held;
	w->n_held = 0;
	do {
		did = deflate(&w->z, flush);
		if (did != Z_OK && did != Z_STREAM_END)
			return refused(did, &w->failure);
		if (!w->z.avail_out)
			rc = put_made(w);
	} while (!rc && (w->z.avail_in || (flush == Z_FINISH && did == Z_OK)));
	return rc;
}

/*
 * zlib gets whole blocks, cut by us and not where lines end: of text that comes
 * in other pieces it does not promise the same bytes.
 */
static int
hold(struct gz_writer *w, const char *p, size_t n)
{
	int rc = 0;

	while (n && !rc) {
		size_t take = sizeof(w->held) - w->n_held;

		if (take > n)
			take = n;
		memcpy(w->held + w->n_held, p, take);
		w->n_held += take;
		p += take;
		n -= take;
		if (w->n_held == sizeof(w->held))
			rc = compress_held(w, Z_NO_FLUSH);
	}
	return rc;
}

static int
add_line(struct gz_writer *w, const char *line, size_t n)
{
	int rc;

	if (n && memchr(line, '\n', n))
		return error_set(&w->failure, ARK_EBUG,
				 "a line of %zu bytes holds a line end", n);
	rc = hold(w, line, n);
	return rc ? rc : hold(w, "\n", 1);
}

static int
tell_failure(const struct gz_writer *w, struct ark_error *err)
{
	if (w->rc && err)
		*err = w->failure;
	return w->rc;
}

int
gz_write(struct gz_writer *w, const char *line, size_t n,
	 struct ark_error *err)
{
	if (!w->rc)
		w->rc = add_line(w, line, n);
	return tell_failure(w, err);
}

int
gz_finish(struct gz_writer *w, struct ark_error *err)
{
	if (!w->rc)
		w->rc = compress_held(w, Z_FINISH);
	if (!w->rc)
		w->rc = put_made(w);
	if (w->rc)
		return tell_failure(w, err);
	/* Nothing can come behind the trailer. */
	w->rc = error_set(&w->failure, ARK_EBUG, "gzip finished before");
	return 0;
}
