/*
 * The head of an answer, one line of the input after the other, and the values
 * that decide something.  What is accepted agrees with itself.
 */
#include <time.h>

#include "fuzz.h"
#include "http/header.h"

#define WALL_S INT64_C(1735655405)	/* 2024-12-31 14:30:05 */
#define YEAR_MS (INT64_C(365) * 86400 * 1000)

static void
must_be_a_range(int64_t first, int64_t last, int64_t total)
{
	if (first == -1) {
		MUST(last == -1 && total >= 0);
		return;
	}
	MUST(first >= 0 && first <= last);
	MUST(total == -1 || last < total);
}

/* No control character but the tab that stands in values like a space. */
static void
must_be_a_value(const char *text)
{
	for (; *text; text++)
		MUST(((unsigned char)*text >= 0x20 && *text != 0x7f) ||
		     *text == '\t');
}

static void
look(const struct http_head *h)
{
	MUST(h->status == 0 || (h->status >= 100 && h->status <= 999));
	MUST(h->content_length >= -1);
	MUST(h->retry_after_ms >= -1 && h->retry_after_ms <= YEAR_MS);
	must_be_a_value(h->etag);
	must_be_a_value(h->content_type);
	must_be_a_value(h->location);
	must_be_a_value(h->allow);
	must_be_one_line(h->flaw);
	MUST(!strpbrk(h->content_type, ";ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
	if (h->has_range)
		must_be_a_range(h->range_first, h->range_last,
				h->range_total);
	else
		MUST(h->range_first == -1 && h->range_last == -1);
	/* Two answers to where the body ends are never both believed. */
	MUST(!h->is_chunked || h->content_length < 0 || h->flaw[0]);
	if (h->checksums & HTTP_SUM_ETAG_MD5)
		MUST(header_etag_is_strong(h->etag) || h->flaw[0]);
	MUST(h->n_lines <= 101 && !(h->checksums & ~15u));
}

static void
try_head(struct input in)
{
	struct http_head *h = malloc(sizeof(*h));
	int rc = 0;

	MUST(h);
	header_init(h);
	while (in.n && !rc) {
		const uint8_t *end = memchr(in.p, '\n', in.n);
		size_t n = end ? (size_t)(end - in.p) + 1 : in.n;
		char *line = malloc(n);

		MUST(line);
		memcpy(line, in.p, n);
		rc = header_line(h, line, n, WALL_S);
		MUST(rc == 0 || rc == ARK_ELIMIT);
		free(line);
		in.p += n;
		in.n -= n;
	}
	look(h);
	free(h);
}

/* Where the C library reads a date too, it must be the same one. */
static void
compare_date(const char *text, int64_t wait_ms)
{
	static const char *const forms[] = { "%a, %d %b %Y %H:%M:%S GMT",
					     "%a %b %d %H:%M:%S %Y" };

	for (size_t i = 0; i < 2 && wait_ms >= 0; i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, forms[i], &tm);
		int64_t expected_ms;

		if (!end || *end)
			continue;
		expected_ms = ((int64_t)timegm(&tm) - WALL_S) * 1000;
		if (expected_ms < 0)
			expected_ms = 0;
		MUST(wait_ms == (expected_ms > YEAR_MS ? YEAR_MS
						       : expected_ms));
	}
}

static void
try_values(const char *text, size_t n)
{
	int64_t first = -7, last = -7, total = -7;
	int64_t wait_ms = header_retry_after(text, n, WALL_S);

	MUST(wait_ms >= -1 && wait_ms <= YEAR_MS);
	if (!header_content_range(text, n, &first, &last, &total))
		must_be_a_range(first, last, total);
	else
		MUST(first == -7 && last == -7 && total == -7);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	char *text;

	try_head(in);
	try_values((const char *)bytes, n);
	text = input_rest(&in);
	if (strlen(text) == n)
		compare_date(text, header_retry_after(text, n, WALL_S));
	if (header_etag_is_strong(text)) {
		MUST(text[0] == '"' && strlen(text) < HTTP_ETAG_SIZE);
		must_be_one_line(text);
	}
	free(text);
	return 0;
}
