#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "json/scan.h"

static struct json_slice
slice(const char *text)
{
	return (struct json_slice){ text, strlen(text) };
}

static void
texts(void **state)
{
	static const struct {
		const char *v;
		int rc;
		const char *text;
	} rows[] = {
		{ "\"\"", 1, "" },
		{ "\"abc\"", 1, "abc" },
		{ " \"abc\"\n", 1, "abc" },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", 1, "\"\\/\b\f\n\r\t" },
		{ "\"\\u0001\\u007f\\u0080\\u07ff\"", 1,
		  "\x01\x7f\xc2\x80\xdf\xbf" },
		{ "\"\\u0800\\ud7ff\\ue000\\uffff\"", 1,
		  "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf" },
		{ "\"\\ud800\\udc00\\uDBFF\\uDFFF\"", 1,
		  "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
		{ "\"\\u005cu0041\"", 1, "\\u0041" },
		{ "\"Jo\xc3\xa3o da Concei\\u00e7\xc3\xa3o, 9h\\n\"", 1,
		  "Jo\xc3\xa3o da Concei\xc3\xa7\xc3\xa3o, 9h\n" },
		{ "12.50", 1, "12.50" },
		{ " -1E5 ", 1, "-1E5" },
		{ "10000000000000000000999", 1, "10000000000000000000999" },
		{ "true", 1, "true" },
		{ "false", 1, "false" },
		{ "null", 0, "" },
		{ "{}", 0, "" },
		{ "[\"a\"]", 0, "" },
		{ "", 0, "" },
		{ "?", 0, "" },
		/* An outline lets these pass. */
		{ "\"good \xff\"", ARK_EFORMAT, "" },
		{ "\"good \xc3\"", ARK_EFORMAT, "" },
		{ "\"\xe2\x82\"", ARK_EFORMAT, "" },
		{ "\"\xf0\x9d\x84\"", ARK_EFORMAT, "" },
		{ "\"\xed\xa0\x80\"", ARK_EFORMAT, "" },
		{ "\"good \n\"", ARK_EFORMAT, "" },
		{ "\"good \\x\"", ARK_EFORMAT, "" },
		{ "\"good \\u0000\"", ARK_EFORMAT, "" },
		{ "\"good \\ud800\"", ARK_EFORMAT, "" },
		{ "\"\\udc00\\ud800\"", ARK_EFORMAT, "" },
		{ "\"\\ud800\\u0041\"", ARK_EFORMAT, "" },
		{ "\"\\ud800\\ue000\"", ARK_EFORMAT, "" },
		{ "\"\\udc00\\udc00\"", ARK_EFORMAT, "" },
		{ "\"\\u00g0\"", ARK_EFORMAT, "" },
		/* Nobody lets these pass. */
		{ "\"", ARK_EFORMAT, "" },
		{ "\"abc", ARK_EFORMAT, "" },
		{ "\"abc\\", ARK_EFORMAT, "" },
		{ "\"abc\\\"", ARK_EFORMAT, "" },
		{ "\"\\u00\"", ARK_EFORMAT, "" },
		{ "\"\\ud800\\udc\"", ARK_EFORMAT, "" },
		{ "\"a\"b\"", ARK_EFORMAT, "" },
		{ "\"a\" x", ARK_EFORMAT, "" },
	};
	struct buf out = BUF_INIT(1000);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_clear(&out);
		assert_int_equal(json_text(slice(rows[i].v), &out), rows[i].rc);
		assert_string_equal(buf_text(&out), rows[i].text);
		assert_int_equal(out.len, strlen(rows[i].text));
	}
	buf_release(&out);
	assert_int_equal(json_text((struct json_slice){ 0 }, &out), 0);
}

static void
text_is_added(void **state)
{
	struct buf out = BUF_INIT(100);

	(void)state;
	assert_int_equal(json_text(slice("\"a\""), &out), 1);
	assert_int_equal(json_text(slice("\"lost\xff\""), &out), ARK_EFORMAT);
	assert_int_equal(json_text(slice("null"), &out), 0);
	assert_int_equal(json_text(slice("\"b\""), &out), 1);
	assert_string_equal(buf_text(&out), "ab");
	buf_release(&out);
}

static void
failure_of_the_buffer_is_told(void **state)
{
	struct buf out = BUF_INIT(3);

	(void)state;
	assert_int_equal(json_text(slice("\"abc\""), &out), 1);
	assert_int_equal(json_text(slice("\"d\""), &out), ARK_ELIMIT);
	assert_int_equal(json_text(slice("\"\""), &out), ARK_ELIMIT);
	assert_int_equal(json_text(slice("1"), &out), ARK_ELIMIT);
	assert_string_equal(buf_text(&out), "abc");
	buf_clear(&out);
	assert_int_equal(json_text(slice("\"ab\\u00e7\""), &out), ARK_ELIMIT);
	buf_release(&out);
}

static void
integers(void **state)
{
	static const struct {
		const char *v;
		int64_t value;
	} rows[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "42", 42 },
		{ " 42\n", 42 },
		{ "-7", -7 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
		{ "\"42\"", 42 },
		{ "\"-42\"", -42 },
		{ "\"007\"", 7 },
		{ "\"4\\u0032\"", 42 },
		{ "\"-9223372036854775808\"", INT64_MIN },
	};
	int64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		value = 99;
		assert_int_equal(json_int(slice(rows[i].v), INT64_MIN,
					  INT64_MAX, &value), 0);
		assert_true(value == rows[i].value);
	}
}

static void
what_is_no_integer(void **state)
{
	static const char *const bad[] = {
		"", "1.0", "1e3", "1E0", "-", "true", "null", "[1]", "{}",
		"\"\"", "\"-\"", "\"a\"", "\"1a\"", "\" 1\"", "\"1 \"",
		"\"+1\"", "\"1.5\"", "\"1e3\"", "\"0x10\"", "\"1", "\"",
		"\"1\\u0000\"", "\"\\u0661\"", "\"1\xff\"", "1,2", "1 2", "--1",
		"9223372036854775808", "-9223372036854775809",
		"\"9223372036854775808\"", "100000000000000000000000000000",
	};
	int64_t value = 99;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(json_int(slice(bad[i]), INT64_MIN, INT64_MAX,
					  &value), ARK_EFORMAT);
	assert_int_equal(json_int((struct json_slice){ 0 }, 0, 1, &value),
			 ARK_EFORMAT);
	assert_int_equal(json_int(slice("5"), 5, 7, &value), 0);
	assert_int_equal(json_int(slice("7"), 5, 7, &value), 0);
	assert_int_equal(json_int(slice("4"), 5, 7, &value), ARK_EFORMAT);
	assert_int_equal(json_int(slice("8"), 5, 7, &value), ARK_EFORMAT);
	assert_int_equal(value, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(text_is_added),
		cmocka_unit_test(failure_of_the_buffer_is_told),
		cmocka_unit_test(integers),
		cmocka_unit_test(what_is_no_integer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
