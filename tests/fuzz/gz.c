/*
 * Lines in gzip.  The first byte says in what pieces the bytes come and what
 * they are: a file; deflate data, to which the right header and trailer are
 * given, which no blind change would find; or text, to be compressed.  zlib,
 * asked for the whole at once, accepts the same files; pieces make no
 * difference; and what is accepted, written and read again is the same.
 */
#include <zlib.h>

#include "base/buf.h"
#include "fuzz.h"
#include "manifest/gz.h"

#define LINE_MAX_BYTES ((size_t)2000)
#define INPUT_MAX ((size_t)8192)
#define TEXT_MAX ((size_t)16 << 20) /* deflate makes 1032 of one at most */
#define GZIP_WINDOW (MAX_WBITS + 16)

struct source {
	const uint8_t *p;
	size_t n, piece;
};

static int
get(void *ctx, void *bytes, size_t size, size_t *n, struct ark_error *err)
{
	struct source *s = ctx;

	(void)err;
	*n = s->n < s->piece ? s->n : s->piece;
	*n = *n < size ? *n : size;
	if (*n)
		memcpy(bytes, s->p, *n);
	s->p += *n;
	s->n -= *n;
	return 0;
}

static int
put(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	struct buf *to = ctx;

	MUST(n > 0);
	(void)buf_add(to, bytes, n);
	return buf_status(to, err);
}

/* Read it, a piece at a time; the lines go to text. */
static int
read_lines(const uint8_t *bytes, size_t n, size_t piece, struct buf *text)
{
	struct source s = { bytes, n, piece };
	struct ark_error err = { 0 };
	struct gz_reader *r;
	const char *line;
	size_t len;
	int rc;

	MUST(!gz_reader_new(&r, get, &s, LINE_MAX_BYTES, &err));
	for (;;) {
		rc = gz_next(r, &line, &len, &err);
		must_report(rc, &err);
		if (rc <= 0)
			break;
		MUST(len <= LINE_MAX_BYTES && !memchr(line, '\n', len));
		(void)buf_add(text, line, len);
		(void)buf_addc(text, '\n');
	}
	MUST(rc || !s.n);
	MUST(!rc || rc == ARK_EFORMAT);
	MUST(gz_next(r, &line, &len, NULL) == rc);
	MUST(!text->rc);
	gz_reader_free(r);
	return rc;
}

/* Write text, to which the end of its last line may be missing. */
static void
write_lines(const uint8_t *text, size_t n, struct buf *to)
{
	struct ark_error err = { 0 };
	struct gz_writer *w;

	MUST(!gz_writer_new(&w, put, to, &err));
	while (n) {
		const uint8_t *lf = memchr(text, '\n', n);
		size_t len = lf ? (size_t)(lf - text) : n;

		MUST(!gz_write(w, (const char *)text, len, &err));
		len += lf != NULL;
		text += len;
		n -= len;
	}
	MUST(!gz_finish(w, &err) && !err.code);
	gz_writer_free(w);
}

/*
 * Decompress all that *n bytes begin with by one call of zlib's; *n becomes
 * what it took.  Whether it came to an end.
 */
static bool
zlib_reads(const uint8_t *bytes, size_t *n, int window, struct buf *text)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)bytes,
		       .avail_in = (unsigned)*n };
	int did;

	MUST(!buf_reserve(text, 1032 * *n + 1));
	z.next_out = text->data + text->len;
	z.avail_out = (unsigned)(1032 * *n + 1);
	MUST(inflateInit2(&z, window) == Z_OK);
	did = inflate(&z, Z_FINISH);
	MUST(did == Z_STREAM_END || z.avail_out);
	text->len += z.total_out;
	*n -= z.avail_in;
	(void)inflateEnd(&z);
	return did == Z_STREAM_END;
}

/* Whether bytes are members and nothing else, and their text lines. */
static bool
is_right(const uint8_t *bytes, size_t n, struct buf *text)
{
	size_t len = 0;

	do {
		size_t taken = n;

		if (!zlib_reads(bytes, &taken, GZIP_WINDOW, text))
			return false;
		bytes += taken;
		n -= taken;
	} while (n);
	for (size_t i = 0; i < text->len; i++) {
		len = text->data[i] == '\n' ? 0 : len + 1;
		if (len > LINE_MAX_BYTES)
			return false;
	}
	return !len;
}

/* What is accepted can be written, and is then the same. */
static void
write_and_read(const struct buf *text, size_t piece)
{
	struct buf once = BUF_INIT(TEXT_MAX), twice = BUF_INIT(TEXT_MAX);
	struct buf again = BUF_INIT(TEXT_MAX);

	write_lines(text->data, text->len, &once);
	write_lines(text->data, text->len, &twice);
	MUST(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
	MUST(!read_lines(once.data, once.len, piece, &again));
	MUST(again.len == text->len);
	MUST(!memcmp(buf_text(&again), buf_text(text), text->len));
	/* without its last byte it is no file any more */
	buf_clear(&again);
	MUST(read_lines(once.data, once.len - 1, piece, &again));
	buf_release(&once);
	buf_release(&twice);
	buf_release(&again);
}

static void
try_file(const uint8_t *bytes, size_t n, size_t piece)
{
	struct buf whole = BUF_INIT(TEXT_MAX), pieces = BUF_INIT(TEXT_MAX);
	struct buf slow = BUF_INIT(TEXT_MAX);
	int rc = read_lines(bytes, n, n + 1, &whole);

	MUST(read_lines(bytes, n, piece, &pieces) == rc);
	MUST(whole.len == pieces.len);
	MUST(!memcmp(buf_text(&whole), buf_text(&pieces), whole.len));
	MUST(is_right(bytes, n, &slow) == !rc);
	if (!rc) {
		MUST(whole.len == slow.len);
		MUST(!memcmp(buf_text(&whole), buf_text(&slow), whole.len));
		write_and_read(&whole, piece);
	}
	buf_release(&whole);
	buf_release(&pieces);
	buf_release(&slow);
}

static void
add_number(struct buf *to, size_t value)
{
	for (int i = 0; i < 4; i++)
		(void)buf_addc(to, (char)(value >> 8 * i & 0xff));
}

/* A file of the deflate data that bytes begin with. */
static void
try_deflate(const uint8_t *bytes, size_t n, size_t piece)
{
	static const uint8_t header[10] = { 0x1f, 0x8b, Z_DEFLATED };
	struct buf file = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);

	(void)zlib_reads(bytes, &n, -MAX_WBITS, &text);
	(void)buf_add(&file, header, sizeof(header));
	(void)buf_add(&file, bytes, n);
	add_number(&file, crc32(0, text.data, (unsigned)text.len));
	add_number(&file, text.len);
	MUST(!file.rc);
	try_file(file.data, file.len, piece);
	buf_release(&file);
	buf_release(&text);
}

static void
try_text(const uint8_t *bytes, size_t n, size_t piece)
{
	struct buf file = BUF_INIT(TEXT_MAX);

	write_lines(bytes, n, &file);
	try_file(file.data, file.len, piece);
	buf_release(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static void (*const tries[])(const uint8_t *, size_t, size_t) = {
		try_file, try_deflate, try_text,
	};
	size_t n_tries = sizeof(tries) / sizeof(*tries);

	if (!n || n > INPUT_MAX)
		return 0;
	tries[*bytes % n_tries](bytes + 1, n - 1, 1 + *bytes / n_tries);
	return 0;
}
