#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "http/url.h"

static const struct {
	const char *base, *text;
	const char *href, *origin, *path, *host;
	uint16_t port;
	bool is_https;
} good[] = {
	{ NULL, "https://Example.COM/a?b=c#d", "https://example.com/a?b=c",
	  "https://example.com:443", "/a?b=c", "example.com", 443, true },
	{ NULL, "http://example.com", "http://example.com/",
	  "http://example.com:80", "/", "example.com", 80, false },
	{ NULL, "https://example.com.:8443/x", "https://example.com:8443/x",
	  "https://example.com:8443", "/x", "example.com", 8443, true },
	{ NULL, "HTTPS://example.com:443/", "https://example.com:443/",
	  "https://example.com:443", "/", "example.com", 443, true },
	{ NULL, "http://0x7f.1/x", "http://127.0.0.1/x",
	  "http://127.0.0.1:80", "/x", "127.0.0.1", 80, false },
	{ NULL, "http://2130706433/", "http://127.0.0.1/",
	  "http://127.0.0.1:80", "/", "127.0.0.1", 80, false },
	{ NULL, "https://[2001:DB8::1]:1/", "https://[2001:db8::1]:1/",
	  "https://[2001:db8::1]:1", "/", "2001:db8::1", 1, true },
	{ NULL, "https://a.example/x y", NULL, NULL, NULL, NULL, 0, false },
	{ NULL, "https://a.example/%20?x=%41", "https://a.example/%20?x=%41",
	  "https://a.example:443", "/%20?x=%41", "a.example", 443, true },
	{ NULL, "https://a.example/\xc3\xa9", "https://a.example/%c3%a9",
	  "https://a.example:443", "/%c3%a9", "a.example", 443, true },
	{ "https://a.example/x/y?q", "z", "https://a.example/x/z",
	  "https://a.example:443", "/x/z", "a.example", 443, true },
	{ "https://a.example/x/y?q", "/z?w", "https://a.example/z?w",
	  "https://a.example:443", "/z?w", "a.example", 443, true },
	{ "https://a.example/x/y?q", "?w", "https://a.example/x/y?w",
	  "https://a.example:443", "/x/y?w", "a.example", 443, true },
	{ "https://a.example/x", "//b.example/y", "https://b.example/y",
	  "https://b.example:443", "/y", "b.example", 443, true },
	{ "https://a.example/x", "http://c.example/y", "http://c.example/y",
	  "http://c.example:80", "/y", "c.example", 80, false },
};

static void
test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct url u = { 0 };
		struct ark_error err = { 0 };
		int rc = url_parse(&u, good[i].base, good[i].text, &err);

		if (!good[i].href) {
			assert_int_equal(rc, ARK_EFORMAT);
			continue;
		}
		if (rc)
			print_message("%s\n", err.text);
		assert_int_equal(rc, 0);
		assert_int_equal(strcasecmp(u.href, good[i].href), 0);
		assert_string_equal(u.origin, good[i].origin);
		assert_int_equal(strcasecmp(u.path, good[i].path), 0);
		assert_string_equal(u.host, good[i].host);
		assert_int_equal(u.port, good[i].port);
		assert_int_equal(u.is_https, good[i].is_https);
		url_release(&u);
		assert_null(u.href);
	}
}

static const struct {
	const char *text, *why;
} bad[] = {
	{ "", "only http" },
	{ "example.com/x", "only http" },
	{ "/x", "only http" },
	{ "ftp://example.com/", "only http" },
	{ "file:///etc/passwd", "" },
	{ "gopher://example.com/", "only http" },
	{ "javascript:alert(1)", "" },
	{ "https://user@example.com/", "user information" },
	{ "https://user:word@example.com/", "user information" },
	{ "https://good.example\\@evil.example/", "user information" },
	{ "https://good.example%0d%0a@evil.example/", "user information" },
	{ "https://", "" },
	{ "https:///x", "host is empty" },
	{ "///x", "host is empty" },
	{ "https://./x", "host is empty" },
	{ "https://../x", "host is empty" },
	{ "https://0x7f./x", "host is malformed" },
	{ "https://2130706433./x", "host is malformed" },
	{ "https://example.com../x", "host is empty" },
	{ "https://example.com:0/", "port" },
	{ "https://example.com:65536/", "port" },
	{ "https://example.com:x/", "port" },
	{ "https://exam ple.com/", "space" },
	{ "https://example.com/\r\nX: y", "control" },
	{ "https://example.com/\t", "control" },
	{ "https://example.com/\x7f", "control" },
	{ "https://\xef\xbc\xa5xample.com/", "not allowed" },
	{ "https://ex\xc3\xa4mple.com/", "not allowed" },
	{ "https://exam%20ple.com/", "" },
	{ "https://%33/", "host is malformed" },	/* 0.0.0.3 when fetched */
	{ "https:/%33/", "host is malformed" },
	{ "https:/730%33?x", "host is malformed" },
	{ "https://exam%00ple.com/", "" },
	{ "https://[fe80::1%25eth0]/", "network interface" },
	{ "https://[::1/", "" },
	{ "https://[example]/", "" },
};

static void
test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct url u = { .port = 7 };
		struct ark_error err = { 0 };

		print_message("%s\n", bad[i].text);
		assert_int_equal(url_parse(&u, NULL, bad[i].text, &err),
				 ARK_EFORMAT);
		assert_int_equal(err.code, ARK_EFORMAT);
		assert_non_null(strstr(err.text, bad[i].why));
		assert_int_equal(u.port, 7);
		assert_int_equal(url_parse(&u, NULL, bad[i].text, NULL),
				 ARK_EFORMAT);
	}
}

static void
test_error_has_no_query(void **state)
{
	struct url u = { 0 };
	struct ark_error err;

	(void)state;
	assert_int_equal(url_parse(&u, NULL, "ftp://h/p?key=SECRET", &err),
			 ARK_EFORMAT);
	assert_non_null(strstr(err.text, "ftp://h/p"));
	assert_null(strstr(err.text, "SECRET"));
	assert_int_equal(url_parse(&u, NULL, "http://u:SECRET@h/", &err),
			 ARK_EFORMAT);
	assert_null(strstr(err.text, "SECRET"));
}

static void
test_length(void **state)
{
	char text[URL_MAX + 2] = "https://h/";
	struct url u = { 0 };

	(void)state;
	memset(text + 10, 'a', sizeof(text) - 11);
	assert_int_equal(strlen(text), URL_MAX + 1);
	assert_int_equal(url_parse(&u, NULL, text, NULL), ARK_EFORMAT);
	text[URL_MAX] = 0;
	assert_int_equal(url_parse(&u, NULL, text, NULL), 0);
	url_release(&u);
	/* Also when it only grows too long by what is done to it. */
	memset(text + 10, 0xe9, URL_MAX - 10);
	assert_int_equal(url_parse(&u, NULL, text, NULL), ARK_EFORMAT);
	/* A host longer than our field. */
	memset(text + 8, 'a', 300);
	text[308] = 0;
	assert_int_equal(url_parse(&u, NULL, text, NULL), ARK_EFORMAT);
}

static void
test_same_origin(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "https://h/a", "https://H.:443/b?c", true },
		{ "https://h/a", "http://h/a", false },
		{ "https://h/a", "http://h:443/a", false },
		{ "https://h/a", "https://h:444/a", false },
		{ "https://h/a", "https://hh/a", false },
		{ "https://h/a", "https://x.h/a", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct url a = { 0 }, b = { 0 };

		assert_int_equal(url_parse(&a, NULL, rows[i].a, NULL), 0);
		assert_int_equal(url_parse(&b, NULL, rows[i].b, NULL), 0);
		assert_int_equal(url_same_origin(&a, &b), rows[i].same);
		assert_int_equal(!strcmp(a.origin, b.origin), rows[i].same);
		url_release(&a);
		url_release(&b);
	}
}

static void
test_add_query(void **state)
{
	struct buf b = BUF_INIT(1000);

	(void)state;
	buf_adds(&b, "https://h/x");
	url_add_query(&b, "from", "2024-12-31 14:30");
	url_add_query(&b, "a&b", "c=d/\xc3\xa9~+");
	assert_int_equal(buf_status(&b, NULL), 0);
	assert_string_equal(buf_text(&b), "https://h/x?from=2024-12-31%2014"
			    "%3A30&a%26b=c%3Dd%2F%C3%A9~%2B");
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_error_has_no_query),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_same_origin),
		cmocka_unit_test(test_add_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
