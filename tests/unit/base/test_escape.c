#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/text.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

static void
test_printable(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *shown;
	} rows[] = {
		{ "", 0, "" },
		{ "S\xc3\xa3o 1\\2", 8, "S\xc3\xa3o 1\\2" },
		{ "a\nb\r\tc", 6, "a\\x0Ab\\x0D\\x09c" },
		{ "\x1b[31m", 5, "\\x1B[31m" },
		{ "a\0b", 3, "a\\x00b" },
		{ "\x7f", 1, "\\x7F" },
		{ "\xc2\x9b", 2, "\\u{009B}" },			/* C1 */
		{ "\xe2\x80\xae", 3, "\\u{202E}" },		/* RLO */
		{ "\xe2\x81\xa6", 3, "\\u{2066}" },
		{ "\xe2\x80\x8f", 3, "\\u{200F}" },
		{ "\xd8\x9c", 2, "\\u{061C}" },
		{ "\xe2\x80\xa8", 3, "\\u{2028}" },
		{ "\xc3", 1, "\\xC3" },
		{ "\xff" "a", 2, "\\xFFa" },
		{ "\xe2\x82" "a", 3, "\\xE2\\x82a" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct buf out = BUF_INIT(100);

		text_printable(&out, rows[i].text, rows[i].n);
		assert_string_equal(buf_text(&out), rows[i].shown);
		buf_release(&out);
	}
}

static void
test_html(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *shown;
	} rows[] = {
		{ "", 0, "" },
		{ "S\xc3\xa3o 1\\2", 8, "S\xc3\xa3o 1\\2" },
		{ "<", 1, "&lt;" }, { ">", 1, "&gt;" },
		{ "&", 1, "&amp;" }, { "\"", 1, "&quot;" },
		{ "'", 1, "&#39;" },
		{ "&lt;", 4, "&amp;lt;" },
		{ "<b a='1\">", 9, "&lt;b a=&#39;1&quot;&gt;" },
		{ "]]>-->", 6, "]]&gt;--&gt;" },
		{ "a\nb\r\tc", 6, "a\\x0Ab\\x0D\\x09c" },
		{ "<\0>", 3, "&lt;\\x00&gt;" },
		{ "\x1b[31m", 5, "\\x1B[31m" },
		{ "\xc2\x85", 2, "\\u{0085}" },
		{ "\xe2\x80\xae", 3, "\\u{202E}" },		/* RLO */
		{ "\xc0\xbc", 2, "\\xC0\\xBC" },	/* an overlong < */
		{ "\xe2<", 2, "\\xE2&lt;" },
		{ "\xff" "a", 2, "\\xFFa" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct buf out = BUF_INIT(100);

		text_html(&out, rows[i].text, rows[i].n);
		assert_string_equal(buf_text(&out), rows[i].shown);
		buf_release(&out);
	}
}

static void
test_redact_url(void **state)
{
	static const struct {
		const char *url;
		const char *shown;
	} rows[] = {
		{ "https://h.example/p/a.wav", "https://h.example/p/a.wav" },
		{ "https://h/p?X-Sig=abc&d=e", "https://h/p?..." },
		{ "https://h?key=abc", "https://h?..." },
		{ "https://h/p#secret", "https://h/p?..." },
		{ "https://h/p?a#b", "https://h/p?..." },
		{ "https://user:pw@h:8443/p", "https://h:8443/p" },
		{ "https://a@b@h/p", "https://h/p" },
		{ "https://h/p@x", "https://h/p@x" },
		{ "s3+x://h/p", "s3+x://h/p" },
		{ "https://h/\x1b[1m", "https://h/\\x1B[1m" },
		{ "", "(no URL)" },
		{ "secret", "(no URL)" },
		{ "://h", "(no URL)" },
		{ "9://h", "(no URL)" },
		{ "https:/h", "(no URL)" },
		{ "https:///p", "(no URL)" },
		{ "https://user:pw@/p", "(no URL)" },
		{ "a b://h", "(no URL)" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct buf out = BUF_INIT(100);

		text_redact_url(&out, rows[i].url);
		assert_string_equal(buf_text(&out), rows[i].shown);
		buf_release(&out);
	}
}

static void
test_csv_cell(void **state)
{
	static const struct {
		const char *text;
		char separator;
		const char *cell;
	} rows[] = {
		{ "", ',', "" },
		{ "plain", ',', "plain" },
		{ "a b", ',', "a b" },
		{ "a,b", ',', "\"a,b\"" },
		{ "a,b", ';', "a,b" },
		{ "a;b", ';', "\"a;b\"" },
		{ "say \"x\"", ',', "\"say \"\"x\"\"\"" },
		{ "a\nb", ',', "\"a\nb\"" },
		{ "a\rb", ',', "\"a\rb\"" },
		{ "=1+1", ',', "'=1+1" },
		{ "+5511", ',', "'+5511" },
		{ "-1", ',', "'-1" },
		{ "@x", ',', "'@x" },
		{ "\tx", ',', "'\tx" },
		{ "\rx", ',', "\"'\rx\"" },
		{ "  =1", ',', "'  =1" },
		{ "\xC2\xA0=1", ',', "'\xC2\xA0=1" },
		{ " \xC2\xA0 @x", ',', "' \xC2\xA0 @x" },
		{ "\xC2\xA0\r=", ',', "\"'\xC2\xA0\r=\"" },
		{ "a\n\xC2\xA0-1", ',', "\"'a\n\xC2\xA0-1\"" },
		{ "\xC2\xA0", ',', "\xC2\xA0" },
		{ "\xC2=1", ',', "\xC2=1" },
		{ "\xC3\xA0=1", ',', "\xC3\xA0=1" },
		{ "a=1", ',', "a=1" },
		{ "a\n=1", ',', "\"'a\n=1\"" },
		{ "a\r\n  @b", ',', "\"'a\r\n  @b\"" },
		{ "a\r\n\r\nb", ',', "\"a\r\n\r\nb\"" },
		{ "=a,b", ',', "\"'=a,b\"" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct buf out = BUF_INIT(100);

		text_csv_cell(&out, rows[i].text, rows[i].separator);
		assert_string_equal(buf_text(&out), rows[i].cell);
		buf_release(&out);
	}
}

static void
test_ceiling_sticks(void **state)
{
	struct buf out = BUF_INIT(4);

	(void)state;
	text_printable(&out, "\x01\x02", 2);
	text_csv_cell(&out, "=1", ',');
	text_redact_url(&out, "nothing");
	assert_int_equal(buf_status(&out, NULL), ARK_ELIMIT);
	assert_string_equal(buf_text(&out), "\\x01");
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_redact_url),
		cmocka_unit_test(test_csv_cell),
		cmocka_unit_test(test_ceiling_sticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
