#include "http/header.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "http/header_internal.h"

#define MAX_LINES 100
#define MAX_BYTES (64 * 1024)

static void
set_flaw(struct http_head *h, const char *text)
{
	if (!h->flaw[0])
		(void)snprintf(h->flaw, sizeof(h->flaw), "%s", text);
}

/* Copy a value that may come once, or again with the same bytes. */
static void
set_text(struct http_head *h, char *field, size_t size, struct span value,
	 const char *flaw)
{
	if (value.n >= size ||
	    (field[0] &&
	     (strlen(field) != value.n || memcmp(field, value.p, value.n)))) {
		set_flaw(h, flaw);
		return;
	}
	memcpy(field, value.p, value.n);
	field[value.n] = 0;
}

static void
take_content_length(struct http_head *h, struct span value, int64_t wall_s)
{
	int64_t n;

	(void)wall_s;
	if (h->content_length >= 0)
		set_flaw(h, "more than one Content-Length");
	else if (span_to_int(value, &n))
		set_flaw(h, "a Content-Length that is no number");
	else
		h->content_length = n;
}

/* Whatever is not just "chunked" leaves open where the body ends. */
static void
take_transfer_encoding(struct http_head *h, struct span value, int64_t wall_s)
{
	(void)wall_s;
	if (h->is_chunked)
		set_flaw(h, "more than one Transfer-Encoding");
	else if (!span_is(value, "chunked"))
		set_flaw(h, "a Transfer-Encoding other than chunked");
	else if (h->is_http10)
		set_flaw(h, "a Transfer-Encoding in HTTP/1.0");
	h->is_chunked = true;
}

static void
take_content_range(struct http_head *h, struct span value, int64_t wall_s)
{
	int64_t first, last, total;

	(void)wall_s;
	if (header_content_range(value.p, value.n, &first, &last, &total))
		return;
	if (h->has_range && (h->range_first != first || h->range_last != last ||
			     h->range_total != total))
		set_flaw(h, "two different Content-Range");
	h->has_range = true;
	h->range_first = first;
	h->range_last = last;
	h->range_total = total;
}

static void
take_etag(struct http_head *h, struct span value, int64_t wall_s)
{
	(void)wall_s;
	set_text(h, h->etag, sizeof(h->etag), value,
		 "two different ETag, or one that is too long");
	header_etag_md5(h);
}

static void
take_location(struct http_head *h, struct span value, int64_t wall_s)
{
	(void)wall_s;
	set_text(h, h->location, sizeof(h->location), value,
		 "two different Location, or one that is too long");
}

static void
take_content_type(struct http_head *h, struct span value, int64_t wall_s)
{
	struct span type = span_trim(span_cut(&value, ';'));

	(void)wall_s;
	if (type.n >= sizeof(h->content_type))
		return;
	for (size_t i = 0; i < type.n; i++)
		h->content_type[i] = span_lower(type.p[i]);
	h->content_type[type.n] = 0;
}

static void
take_content_encoding(struct http_head *h, struct span value, int64_t wall_s)
{
	(void)wall_s;
	if (value.n && !span_is(value, "identity"))
		h->has_encoding = true;
}

static void
take_allow(struct http_head *h, struct span value, int64_t wall_s)
{
	size_t n = value.n < sizeof(h->allow) ? value.n : sizeof(h->allow) - 1;

	(void)wall_s;
	memcpy(h->allow, value.p, n);
	h->allow[n] = 0;
}

static void
take_retry_after(struct http_head *h, struct span value, int64_t wall_s)
{
	h->retry_after_ms = header_retry_after(value.p, value.n, wall_s);
}

static void
take_accept_ranges(struct http_head *h, struct span value, int64_t wall_s)
{
	(void)wall_s;
	h->accepts_ranges = span_is(value, "bytes");
}

static void
take_content_md5(struct http_head *h, struct span value, int64_t wall_s)
{
	(void)wall_s;
	header_content_md5(h, value);
}

static void
take_amz_sha256(struct http_head *h, struct span value, int64_t wall_s)
{
	(void)wall_s;
	header_amz_sha256(h, value);
}

static void
take_repr_digest(struct http_head *h, struct span value, int64_t wall_s)
{
	(void)wall_s;
	header_repr_digest(h, value);
}

static const struct field {
	const char *name;
	void (*take)(struct http_head *h, struct span value, int64_t wall_s);
} fields[] = {
	{ "Accept-Ranges", take_accept_ranges },
	{ "Allow", take_allow },
	{ "Content-Encoding", take_content_encoding },
	{ "Content-Length", take_content_length },
	{ "Content-MD5", take_content_md5 },
	{ "Content-Range", take_content_range },
	{ "Content-Type", take_content_type },
	{ "ETag", take_etag },
	{ "Location", take_location },
	{ "Repr-Digest", take_repr_digest },
	{ "Retry-After", take_retry_after },
	{ "Transfer-Encoding", take_transfer_encoding },
	{ "x-amz-checksum-sha256", take_amz_sha256 },
};

/* "HTTP/1.1 200 OK"; the lines counted so far stay counted. */
static void
take_status_line(struct http_head *h, struct span line)
{
	size_t n_lines = h->n_lines, n_bytes = h->n_bytes;
	struct span version = span_cut(&line, ' ');
	struct span code = span_cut(&line, ' ');
	int64_t status;

	header_init(h);
	h->n_lines = n_lines;
	h->n_bytes = n_bytes;
	h->is_http10 = span_is(version, "HTTP/1.0");
	if (code.n != 3 || span_to_int(code, &status) || status < 100)
		set_flaw(h, "a status that is no number of three digits");
	else
		h->status = (long)status;
}

static void
take_field(struct http_head *h, struct span line, int64_t wall_s)
{
	struct span name, value = line;

	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f) {
			set_flaw(h, "a control character in a header line");
			return;
		}
	}
	if (line.p[0] == ' ' || line.p[0] == '\t') {
		set_flaw(h, "a folded header line");
		return;
	}
	name = span_cut(&value, ':');
	if (name.n == line.n)
		return;
	if (!name.n || name.p[name.n - 1] == ' ' ||
	    name.p[name.n - 1] == '\t') {
		set_flaw(h, "a space before the colon of a header line");
		return;
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (span_is(name, fields[i].name))
			fields[i].take(h, span_trim(value), wall_s);
	}
	if (h->is_chunked && h->content_length >= 0)
		set_flaw(h, "Content-Length beside Transfer-Encoding");
}

void
header_init(struct http_head *h)
{
	/* The large text needs no wiping: a file is fetched ten thousand
	   times a minute. */
	memset(h, 0, offsetof(struct http_head, location));
	h->location[0] = 0;
	memset((char *)h + offsetof(struct http_head, allow), 0,
	       sizeof(*h) - offsetof(struct http_head, allow));
	h->content_length = -1;
	h->range_first = -1;
	h->range_last = -1;
	h->range_total = -1;
	h->retry_after_ms = -1;
}

int
header_line(struct http_head *h, const char *line, size_t n, int64_t wall_s)
{
	struct span s = { line, n };

	h->n_lines++;
	h->n_bytes += n;
	if (h->n_lines > MAX_LINES || h->n_bytes > MAX_BYTES)
		return ARK_ELIMIT;
	if (s.n && s.p[s.n - 1] == '\n')
		s.n--;
	if (s.n && s.p[s.n - 1] == '\r')
		s.n--;
	if (!s.n)
		return 0;
	if (s.n >= 5 && !memcmp(s.p, "HTTP/", 5))
		take_status_line(h, s);
	else
		take_field(h, s, wall_s);
	return 0;
}
