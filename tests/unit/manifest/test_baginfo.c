#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "manifest/baginfo.h"

static void
test_bagit(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} table[] = {
		{ baginfo_bagit_txt, 0 },
		{ "BagIt-Version: 1.0\r\nTag-File-Character-Encoding: UTF-8\r\n",
		  0 },
		{ "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8", 0 },
		{ "", ARK_EFORMAT },
		{ "BagIt-Version: 1.0\n", ARK_EFORMAT },
		{ "BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n",
		  ARK_EFORMAT },
		{ "BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n",
		  ARK_EFORMAT },
		{ "BagIt-Version:  1.0\nTag-File-Character-Encoding: UTF-8\n",
		  ARK_EFORMAT },
		{ "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-16\n",
		  ARK_EFORMAT },
		{ "Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n",
		  ARK_EFORMAT },
		{ "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n\n",
		  ARK_EFORMAT },
		{ "\xef\xbb\xbf" "BagIt-Version: 1.0\n"
		  "Tag-File-Character-Encoding: UTF-8\n", ARK_EFORMAT },
	};

	(void)state;
	assert_string_equal(baginfo_bagit_txt,
			    "BagIt-Version: 1.0\n"
			    "Tag-File-Character-Encoding: UTF-8\n");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(baginfo_is_bagit(table[i].text,
						  strlen(table[i].text), NULL),
				 table[i].rc);
}

#define TEN "123456789 "
#define SEVENTY TEN TEN TEN TEN TEN TEN "123456789"
#define E_ACUTE "\xc3\xa9"

static void
test_put(void **state)
{
	static const struct {
		const char *value, *expected;
	} table[] = {
		{ "v", "Label: v\n" },
		{ "", "Label: \n" },
		{ "a\nb\r\nc\rd", "Label: a b c d\n" },
		/* 7 + 72 columns fit, one more does not */
		{ SEVENTY " 12", "Label: " SEVENTY " 12\n" },
		{ SEVENTY " 123", "Label: " SEVENTY "\n 123\n" },
		{ SEVENTY " " E_ACUTE E_ACUTE,
		  "Label: " SEVENTY " " E_ACUTE E_ACUTE "\n" },
		/* the continuation counts its space */
		{ SEVENTY " " SEVENTY " 123456789",
		  "Label: " SEVENTY "\n " SEVENTY "\n 123456789\n" },
		/* no space, or a double one: never inside a word */
		{ SEVENTY "x" SEVENTY, "Label: " TEN TEN TEN TEN TEN "123456789"
		  "\n 123456789x123456789 " TEN TEN TEN TEN "123456789"
		  "\n 123456789\n" },
		{ "abc  " SEVENTY "  y", "Label: abc  " TEN TEN TEN TEN TEN
		  "123456789\n 123456789  y\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct buf out = BUF_INIT(1000), back = BUF_INIT(1000);

		baginfo_put(&out, "Label", table[i].value);
		assert_string_equal(buf_text(&out), table[i].expected);
		assert_int_equal(baginfo_get(buf_text(&out), out.len, "label",
					     &back), 1);
		if (!strpbrk(table[i].value, "\r\n"))
			assert_string_equal(buf_text(&back), table[i].value);
		buf_release(&out);
		buf_release(&back);
	}
}

static void
test_long_word(void **state)
{
	struct buf out = BUF_INIT(1000);
	char word[200], expected[240];

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	(void)snprintf(expected, sizeof(expected), "Label: %s\n", word);
	baginfo_put(&out, "Label", word);
	assert_string_equal(buf_text(&out), expected);
	buf_clear(&out);
	out.max = 20;
	baginfo_put(&out, "Label", word);
	assert_int_equal(out.rc, ARK_ELIMIT);
	out.rc = ARK_ENOMEM;	/* the first failure is the one that stays */
	baginfo_put(&out, "Label", word);
	assert_int_equal(out.rc, ARK_ENOMEM);
	buf_release(&out);
	baginfo_put_int(&out, "N", -42);
	baginfo_put_int(&out, "N", 7);
	assert_string_equal(buf_text(&out), "N: -42\nN: 7\n");
	buf_release(&out);
}

static void
test_get(void **state)
{
	static const struct {
		const char *text, *label;
		int rc;
		const char *value;
	} table[] = {
		{ "A: 1\nB: 2\n", "B", 1, "2" },
		{ "A: 1\nB: 2", "b", 1, "2" },
		{ "A: 1\nB: 2\n", "C", 0, "" },
		{ "A: 1\nB: 2\n", "", 0, "" },
		{ "", "A", 0, "" },
		{ "A: 1\nA: 2\n", "A", 1, "1" },
		{ "A:\n", "A", 1, "" },
		{ "A: \n", "A", 1, "" },
		{ "A:  x\n", "A", 1, " x" },
		{ "A:\tx\n", "A", 1, "x" },
		{ "A: b: c\n", "A", 1, "b: c" },
		{ "A: one\n two\n\t\t three\nB: 2\n", "A", 1, "one two three" },
		{ "A: one\r\n  two\r\nB: 2\r\n", "A", 1, "one two" },
		{ "A: 1\n x: 2\nB: 3\n", "x", 0, "" },
		{ "AB: 1\nA: 2\n", "A", 1, "2" },
		{ "A: 1\n", "AB", 0, "" },
		{ "no colon\n", "A", ARK_EFORMAT, NULL },
		{ "A: 1\nno colon\n", "A", ARK_EFORMAT, NULL },
		{ "A: 1\n\nB: 2\n", "B", ARK_EFORMAT, NULL },
		{ ": 1\n", "A", ARK_EFORMAT, NULL },
		{ " A: 1\n", "A", ARK_EFORMAT, NULL },
		{ "A : 1\n", "A", ARK_EFORMAT, NULL },
		{ "A:1\n", "A", ARK_EFORMAT, NULL },
		{ "A: 12345678901\n", "A", ARK_ELIMIT, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct buf out = BUF_INIT(20);
		int rc;

		if (table[i].rc == ARK_ELIMIT)
			out.max = 10;
		rc = baginfo_get(table[i].text, strlen(table[i].text),
				 table[i].label, &out);
		assert_int_equal(rc, table[i].rc);
		if (table[i].value)
			assert_string_equal(buf_text(&out), table[i].value);
		buf_release(&out);
	}
}

static void
test_count(void **state)
{
	static const char text[] = "A: 1\na:\nAB: A: 2\r\nB: 3\n A: 4\rA : 5\n"
				   "nonsense\nA:6";

	(void)state;
	assert_int_equal(baginfo_count(text, sizeof(text) - 1, "A"), 3);
	assert_int_equal(baginfo_count(text, sizeof(text) - 1, "b"), 1);
	assert_int_equal(baginfo_count(text, sizeof(text) - 1, "C"), 0);
	assert_int_equal(baginfo_count(NULL, 0, "A"), 0);
}

static void
test_oxum(void **state)
{
	static const struct {
		const char *text;
		int rc;
		const char *flaw;
	} table[] = {
		{ "A: 1\nPayload-Oxum: 34.2\n", 1, NULL },
		{ "payload-oxum: 34.2\n", 1, NULL },
		{ "A: 34.2\n", 0, NULL },
		{ "", 0, NULL },
		{ "Payload-Oxum: 34.3\n", 1,
		  "Payload-Oxum differs from the payload" },
		{ "Payload-Oxum: 34.2\nA: 1\nPayload-Oxum: 34.2\n", 1,
		  "it has more than one Payload-Oxum" },
		{ "Payload-Oxum\n", 1, "it is no list of elements" },
	};
	char text[600] = "Payload-Oxum: ";
	const char *flaw;
	struct buf out = BUF_INIT(100);

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t n = strlen(table[i].text);

		assert_int_equal(baginfo_judge_oxum(table[i].text, n, 34, 2,
						    &flaw), table[i].rc);
		assert_int_equal(!flaw, !table[i].flaw);
		if (flaw)
			assert_string_equal(flaw, table[i].flaw);
	}
	memset(text + strlen(text), '3', 500);
	assert_int_equal(baginfo_judge_oxum(text, strlen(text), 34, 2, &flaw),
			 1);
	assert_string_equal(flaw, "Payload-Oxum differs from the payload");
	assert_int_equal(baginfo_judge_oxum(text, strlen(text), -1, 2, &flaw),
			 1);
	assert_null(flaw);
	baginfo_put_oxum(&out, 34, 2);
	assert_string_equal(buf_text(&out), "Payload-Oxum: 34.2\n");
	buf_release(&out);
}

static void
test_instant(void **state)
{
	static const struct {
		const char *text;
		int rc;
		int64_t s;
	} table[] = {
		{ "At: 2025-01-01T02:53:20Z\n", 1, 1735700000 },
		{ "at:2025-01-01T02:53:20Z\n", ARK_EFORMAT, -1 },
		{ "Other: 2025-01-01T02:53:20Z\n", 0, -1 },
		{ "At: 2025-01-01\n", ARK_EFORMAT, -1 },
		{ "At: " SEVENTY "\n", ARK_EFORMAT, -1 },
		{ "At: \n", ARK_EFORMAT, -1 },
	};
	struct buf out = BUF_INIT(1000);

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int64_t s = 0;

		assert_int_equal(baginfo_get_instant(table[i].text,
				 strlen(table[i].text), "At", &s), table[i].rc);
		assert_int_equal(s, table[i].s);
	}
	baginfo_put_instant(&out, "At", -1);
	assert_int_equal(out.len, 0);
	baginfo_put_instant(&out, "At", 1735700000);
	assert_string_equal(buf_text(&out), table[0].text);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_bagit),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_long_word),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_oxum),
		cmocka_unit_test(test_instant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
