#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "http/header.h"

#define NOW 1700000000	/* Tue, 14 Nov 2023 22:13:20 GMT */

/* Feed lines separated by LF, each with CRLF behind it. */
static void
feed(struct http_head *h, const char *lines)
{
	char line[16384];

	header_init(h);
	while (*lines) {
		size_t n = strcspn(lines, "\n");
		int len = snprintf(line, sizeof(line), "%.*s\r\n", (int)n,
				   lines);

		assert_int_equal(header_line(h, line, (size_t)len, NOW), 0);
		lines += n + (lines[n] == '\n');
	}
	assert_int_equal(header_line(h, "\r\n", 2, NOW), 0);
}

static const struct {
	const char *lines;
	const char *flaw;	/* part of it; NULL: none */
} heads[] = {
	{ "HTTP/1.1 200 OK\nContent-Length: 5", NULL },
	{ "HTTP/1.1 200 OK\nTransfer-Encoding: chunked", NULL },
	{ "HTTP/1.1 200 OK\nTransfer-Encoding: CHUNKED", NULL },
	{ "HTTP/1.1 200 OK\nNoColonHere", NULL },
	{ "HTTP/1.1 200 OK\nETag: \"a\"\nETag: \"a\"", NULL },
	{ "HTTP/1.1 200 OK\nContent-Range: nonsense", NULL },
	{ "HTTP/1.1 200 OK\nX-Tab: a\tb", NULL },
	{ "HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6",
	  "more than one Content-Length" },
	{ "HTTP/1.1 200 OK\nContent-Length: 5\ncontent-length: 5",
	  "more than one Content-Length" },
	{ "HTTP/1.1 200 OK\nContent-Length: 5, 5", "no number" },
	{ "HTTP/1.1 200 OK\nContent-Length: -5", "no number" },
	{ "HTTP/1.1 200 OK\nContent-Length: +5", "no number" },
	{ "HTTP/1.1 200 OK\nContent-Length: 0x5", "no number" },
	{ "HTTP/1.1 200 OK\nContent-Length:", "no number" },
	{ "HTTP/1.1 200 OK\nContent-Length: 9223372036854775808",
	  "no number" },
	{ "HTTP/1.1 200 OK\nContent-Length: 5\nTransfer-Encoding: chunked",
	  "beside" },
	{ "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nContent-Length: 5",
	  "beside" },
	{ "HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked",
	  "other than chunked" },
	{ "HTTP/1.1 200 OK\nTransfer-Encoding: identity",
	  "other than chunked" },
	{ "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n"
	  "Transfer-Encoding: chunked", "more than one Transfer" },
	{ "HTTP/1.0 200 OK\nTransfer-Encoding: chunked", "HTTP/1.0" },
	{ "HTTP/1.1 200 OK\nETag: \"a\"\nETag: \"b\"", "two different ETag" },
	{ "HTTP/1.1 200 OK\nLocation: /a\nLocation: /b", "Location" },
	{ "HTTP/1.1 206 P\nContent-Range: bytes 0-1/5\n"
	  "Content-Range: bytes 0-2/5", "two different Content-Range" },
	{ "HTTP/1.1 200 OK\nContent-Length : 5", "space before the colon" },
	{ "HTTP/1.1 200 OK\n: 5", "space before the colon" },
	{ "HTTP/1.1 200 OK\nX-Folded: a\n b", "folded" },
	{ "HTTP/1.1 200 OK\nX-Control: a\x01z", "control" },
	{ "HTTP/1.1 200 OK\nX-Return: a\rb", "control" },
	{ "HTTP/1.1 20 OK", "three digits" },
	{ "HTTP/1.1 2000 OK", "three digits" },
	{ "HTTP/1.1 abc OK", "three digits" },
	{ "HTTP/1.1 099 OK", "three digits" },
	{ "HTTP/1.1 200 OK\nContent-MD5: XUFAKrxLKna5cZ2REBfFkg==\n"
	  "Content-MD5: AUFAKrxLKna5cZ2REBfFkg==", "checksums" },
	/* A status line starts anew. */
	{ "HTTP/1.1 100 Continue\nContent-Length: 5\nContent-Length: 6\n"
	  "HTTP/1.1 200 OK\nContent-Length: 5", NULL },
};

static void
test_flaws(void **state)
{
	struct http_head h;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		feed(&h, heads[i].lines);
		if (!heads[i].flaw) {
			assert_string_equal(h.flaw, "");
			continue;
		}
		if (!strstr(h.flaw, heads[i].flaw))
			print_message("%s\n%s\n", heads[i].lines, h.flaw);
		assert_non_null(strstr(h.flaw, heads[i].flaw));
	}
}

static void
test_fields(void **state)
{
	struct http_head h;

	(void)state;
	feed(&h, "HTTP/1.1 206 Partial Content\ncontent-length:  500 \n"
	     "Content-Range: bytes 500-999/1000\nETag: \"abc\"\n"
	     "Content-Type: Audio/WAV; charset=x\nLocation: /x y\n"
	     "Allow: GET, HEAD\nRetry-After: 7\nContent-Encoding: gzip\n"
	     "Accept-Ranges: bytes");
	assert_int_equal(h.status, 206);
	assert_int_equal(h.content_length, 500);
	assert_false(h.is_chunked);
	assert_true(h.has_range);
	assert_int_equal(h.range_first, 500);
	assert_int_equal(h.range_last, 999);
	assert_int_equal(h.range_total, 1000);
	assert_string_equal(h.etag, "\"abc\"");
	assert_string_equal(h.content_type, "audio/wav");
	assert_string_equal(h.location, "/x y");
	assert_string_equal(h.allow, "GET, HEAD");
	assert_int_equal(h.retry_after_ms, 7000);
	assert_true(h.has_encoding);
	assert_true(h.accepts_ranges);
	assert_int_equal(h.n_lines, 11);

	/* Nothing of the last answer is left. */
	assert_int_equal(header_line(&h, "HTTP/1.1 200\r\n", 14, NOW), 0);
	assert_int_equal(h.status, 200);
	assert_int_equal(h.content_length, -1);
	assert_false(h.has_range);
	assert_int_equal(h.range_total, -1);
	assert_string_equal(h.etag, "");
	assert_string_equal(h.content_type, "");
	assert_string_equal(h.location, "");
	assert_string_equal(h.allow, "");
	assert_int_equal(h.retry_after_ms, -1);
	assert_false(h.has_encoding);
	assert_false(h.accepts_ranges);
	assert_int_equal(h.n_lines, 12);
	assert_int_equal(header_line(&h, "", 0, NOW), 0);
	assert_int_equal(h.status, 200);

	feed(&h, "HTTP/1.0 200 OK\nContent-Encoding: identity\n"
	     "Accept-Ranges: none\nETag: W/\"a\"");
	assert_true(h.is_http10);
	assert_false(h.has_encoding);
	assert_false(h.accepts_ranges);
	assert_string_equal(h.etag, "W/\"a\"");
}

static void
test_long_values(void **state)
{
	char line[9000];
	struct http_head h;

	(void)state;
	memset(line, 'a', sizeof(line));
	memcpy(line, "Location: /", 11);
	header_init(&h);
	assert_int_equal(header_line(&h, line, sizeof(line), NOW), 0);
	assert_non_null(strstr(h.flaw, "Location"));
	header_init(&h);
	memcpy(line, "ETag: \"aaaa", 11);
	assert_int_equal(header_line(&h, line, 300, NOW), 0);
	assert_non_null(strstr(h.flaw, "ETag"));
	header_init(&h);
	memcpy(line, "Allow: aaaa", 11);
	assert_int_equal(header_line(&h, line, 300, NOW), 0);
	assert_int_equal(strlen(h.allow), sizeof(h.allow) - 1);
	header_init(&h);
	memcpy(line, "Content-Type: ", 14);
	assert_int_equal(header_line(&h, line, 300, NOW), 0);
	assert_string_equal(h.content_type, "");
	header_init(&h);
	assert_int_equal(header_line(&h, "X: a\0b\r\n", 8, NOW), 0);
	assert_non_null(strstr(h.flaw, "control"));
}

static void
test_ceilings(void **state)
{
	char line[1024];
	struct http_head h;

	(void)state;
	header_init(&h);
	for (int i = 0; i < 100; i++)
		assert_int_equal(header_line(&h, "X: y\r\n", 6, NOW), 0);
	assert_int_equal(header_line(&h, "X: y\r\n", 6, NOW), ARK_ELIMIT);
	/* A new status line does not start the count anew. */
	header_init(&h);
	for (int i = 0; i < 100; i++)
		assert_int_equal(header_line(&h, "HTTP/1.1 100 C\r\n", 16,
					     NOW), 0);
	assert_int_equal(header_line(&h, "HTTP/1.1 100 C\r\n", 16, NOW),
			 ARK_ELIMIT);
	header_init(&h);
	memset(line, 'a', sizeof(line));
	for (int i = 0; i < 64; i++)
		assert_int_equal(header_line(&h, line, sizeof(line), NOW), 0);
	assert_int_equal(header_line(&h, "a", 1, NOW), ARK_ELIMIT);
}

static void
test_retry_after(void **state)
{
	static const struct {
		const char *text;
		int64_t want_ms;
	} rows[] = {
		{ "120", 120000 }, { "0", 0 }, { " 5 ", 5000 },
		{ "31536000", 31536000000 }, { "31536001", 31536000000 },
		{ "99999999999999999999999", 31536000000 },
		{ "-5", -1 }, { "1.5", -1 }, { "soon", -1 }, { "", -1 },
		{ "5 seconds", -1 },
		{ "Tue, 14 Nov 2023 22:14:50 GMT", 90000 },
		{ "Tue, 14 Nov 2023 22:11:50 GMT", 0 },
		{ "Tuesday, 14-Nov-23 22:14:50 GMT", 90000 },
		{ "Tue Nov 14 22:14:50 2023", 90000 },
		{ "Sun Nov  5 22:14:50 2023", 0 },
		{ "Fri, 01 Mar 2024 00:00:00 GMT", 9251200000 },
		{ "Thu, 29 Feb 2024 00:00:00 GMT", 9164800000 },
		{ "Tue, 14 Nov 2084 22:14:50 GMT", 31536000000 },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 0 },
		{ "Tue, 14 Nov 2023 22:14:50 CET", -1 },
		{ "Tue, 14 Nov 2023 25:14:50 GMT", -1 },
		{ "Tue, 40 Nov 2023 22:14:50 GMT", -1 },
		{ "Tue, 14 Nox 2023 22:14:50 GMT", -1 },
		{ "Tue, 14 Nov 2023 22:14:50 GMT x", -1 },
		{ "Tue, 14 Nov 2023", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ms = header_retry_after(rows[i].text,
						strlen(rows[i].text), NOW);

		if (ms != rows[i].want_ms)
			print_message("%s: %lld\n", rows[i].text,
				      (long long)ms);
		assert_true(ms == rows[i].want_ms);
	}
}

static void
test_content_range(void **state)
{
	static const struct {
		const char *text;
		int rc;
		int64_t first, last, total;
	} rows[] = {
		{ "bytes 0-499/1234", 0, 0, 499, 1234 },
		{ "bytes 5-5/6", 0, 5, 5, 6 },
		{ "Bytes 0-0/*", 0, 0, 0, -1 },
		{ "bytes */1234", 0, -1, -1, 1234 },
		{ " bytes 0-1/2 ", 0, 0, 1, 2 },
		{ "bytes */*", ARK_EFORMAT, 0, 0, 0 },
		{ "bytes 5-4/10", ARK_EFORMAT, 0, 0, 0 },
		{ "bytes 0-10/10", ARK_EFORMAT, 0, 0, 0 },
		{ "bytes 0-4", ARK_EFORMAT, 0, 0, 0 },
		{ "bytes 0-/5", ARK_EFORMAT, 0, 0, 0 },
		{ "bytes -4/5", ARK_EFORMAT, 0, 0, 0 },
		{ "bytes 0-4/x", ARK_EFORMAT, 0, 0, 0 },
		{ "bytes 0-4/5/6", ARK_EFORMAT, 0, 0, 0 },
		{ "bytes=0-4/5", ARK_EFORMAT, 0, 0, 0 },
		{ "items 0-4/5", ARK_EFORMAT, 0, 0, 0 },
		{ "0-4/5", ARK_EFORMAT, 0, 0, 0 },
		{ "", ARK_EFORMAT, 0, 0, 0 },
		{ "bytes 0-99999999999999999999/5", ARK_EFORMAT, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t first = 77, last = 77, total = 77;
		int rc = header_content_range(rows[i].text,
					      strlen(rows[i].text), &first,
					      &last, &total);

		assert_int_equal(rc, rows[i].rc);
		assert_true(first == (rc ? 77 : rows[i].first));
		assert_true(last == (rc ? 77 : rows[i].last));
		assert_true(total == (rc ? 77 : rows[i].total));
	}
}

static void
test_etag(void **state)
{
	static const struct {
		const char *text;
		bool is_strong;
	} rows[] = {
		{ "\"a\"", true }, { "\"\"", true }, { "\"a-b:c/d\"", true },
		{ "W/\"a\"", false }, { "a", false }, { "", false },
		{ "\"", false }, { "\"a", false }, { "a\"", false },
		{ "\"a\"b\"", false }, { "\"a b\"", false },
		{ "\"a\r\nX: y\"", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(header_etag_is_strong(rows[i].text),
				 rows[i].is_strong);
}

/* Sums of "hello" but for the ETag. */
static void
test_checksums(void **state)
{
	static const uint8_t md5[] = { 0x5d, 0x41, 0x40, 0x2a };
	static const uint8_t sha256[] = { 0x2c, 0xf2, 0x4d, 0xba };
	static const uint8_t sha512[] = { 0x9b, 0x71, 0xd2, 0x24 };
	struct http_head h;

	(void)state;
	feed(&h, "HTTP/1.1 200 OK\nContent-MD5: XUFAKrxLKna5cZ2REBfFkg==\n"
	     "Repr-Digest: sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"
	     "=:, sha-512=:m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XB"
	     "HXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==:\n"
	     "ETag: \"00112233445566778899AAbbccddeeff\"");
	assert_int_equal(h.checksums, HTTP_SUM_MD5 | HTTP_SUM_SHA256 |
			 HTTP_SUM_SHA512 | HTTP_SUM_ETAG_MD5);
	assert_memory_equal(h.md5, md5, 4);
	assert_memory_equal(h.sha256, sha256, 4);
	assert_int_equal(h.sha256[31], 0x24);
	assert_memory_equal(h.sha512, sha512, 4);
	assert_int_equal(h.sha512[63], 0x43);
	assert_int_equal(h.etag_md5[0], 0);
	assert_int_equal(h.etag_md5[10], 0xaa);
	assert_int_equal(h.etag_md5[15], 0xff);
	assert_string_equal(h.flaw, "");

	feed(&h, "HTTP/1.1 200 OK\nx-amz-checksum-sha256: "
	     "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
	assert_int_equal(h.checksums, HTTP_SUM_SHA256);
	assert_memory_equal(h.sha256, sha256, 4);

	/* None of these is one. */
	feed(&h, "HTTP/1.1 200 OK\nContent-MD5: XUFAKrxLKna5cZ2REBfFkg=\n"
	     "x-amz-checksum-sha256: "
	     "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=-7\n"
	     "Repr-Digest: sha-256=abc, md5=:XUFAKrxLKna5cZ2REBfFkg==:, "
	     "sha-512=::, =, sha-256, sha-256=:\n"
	     "ETag: W/\"00112233445566778899aabbccddeeff\"");
	assert_int_equal(h.checksums, 0);
	feed(&h, "HTTP/1.1 200 OK\nContent-MD5: XUFAKrxLKna5cZ2*EBfFkg==\n"
	     "ETag: \"00112233445566778899aabbccddeeff-3\"");
	assert_int_equal(h.checksums, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flaws),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_long_values),
		cmocka_unit_test(test_ceilings),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_content_range),
		cmocka_unit_test(test_etag),
		cmocka_unit_test(test_checksums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
