/*
 * Verdicts on texts of the JSONTestSuite (Nicolas Seriot, MIT licence), and
 * our own on those where it leaves the choice.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "json/scan.h"

/* With their length: some hold NUL. */
#define T(text) { (text), sizeof(text) - 1 }

/* Good for json_check and json_outline.  Numbers may have any size. */
static const struct json_slice good[] = {
	T("[123.456e-789]"), T("[-1e+9999]"), T("[1.5e+9999]"),
	T("[-123123e100000]"), T("[123123e100000]"), T("[123e-10000000]"),
	T("[-123123123123123123123123123123]"), T("[100000000000000000000]"),
	T("[-237462374673276894279832749832423479823246327846]"), T("[[]   ]"),
	T("[\"\"]"), T("[]"), T("[\"a\"]"), T("[false]"),
	T("[null, 1, \"1\", {}]"), T("[null]"), T("[1\n]"), T(" [1]"),
	T("[2] "), T("[123e65]"), T("[0e+1]"), T("[0e1]"), T("[ 4]"),
	T("[20e1]"), T("[-0]"), T("[1E22]"), T("[1E-2]"), T("[1E+2]"),
	T("[123e45]"), T("[123.456e78]"), T("[1e-2]"), T("[1e+2]"), T("[123]"),
	T("[123.456789]"), T("{\"asd\":\"sdf\", \"dfg\":\"fgh\"}"),
	T("{\"asd\":\"sdf\"}"), T("{}"), T("{\"\":0}"),
	T("{ \"min\": -1.0e+28, \"max\": 1.0e+28 }"), T("{\"a\":[]}"),
	T("{\n\"a\": \"b\"\n}"), T("[\"\\u0060\\u012a\\u12AB\"]"),
	T("[\"\\uD801\\udc37\"]"), T("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
	T("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"), T("[\"\\\\u0000\"]"),
	T("[\"\\\"\"]"), T("[\"a/*b*/c/*d//e\"]"), T("[\"\\\\a\"]"),
	T("[\"\\u0012\"]"), T("[\"\\uFFFF\"]"), T("[\"asd\"]"), T("[ \"asd\"]"),
	T("[\"\\uDBFF\\uDFFF\"]"), T("[\"new\\u00A0line\"]"),
	T("[\"\xf4\x8f\xbf\xbf\"]"), T("[\"\xef\xbf\xbf\"]"),
	T("[\"\\u002c\"]"), T("[\"\xf0\x9b\xbf\xbf\"]"), T("\" \""),
	T("[\"\\uD834\\uDd1e\"]"), T("[\"\\u0821\"]"), T("[\"\\u0123\"]"),
	T("[\"\xe2\x80\xa8\"]"), T("[\"\xe2\x80\xa9\"]"),
	T("[\"\\u0061\\u30af\\u30EA\\u30b9\"]"), T("[\"new\\u000Aline\"]"),
	T("[\"\x7f\"]"), T("[\"\\uA66D\"]"), T("[\"\\u005C\"]"),
	T("[\"\xe2\x8d\x82\xe3\x88\xb4\xe2\x8d\x82\"]"), T("[\"\\u0022\"]"),
	T("[\"\xe2\x82\xac\xf0\x9d\x84\x9e\"]"), T("[\"a\x7f""a\"]"),
	T("false"), T("42"), T("-0.1"), T("null"), T("\"asd\""), T("true"),
	T("\"\""), T("[\"a\"]\n"), T("[true]"), T(" [] "),
};

/*
 * The outline is good, what stands in a string is not.  \u0000 and repeated
 * names are valid JSON, but nothing that we can keep the meaning of.
 */
static const struct json_slice bad_inside[] = {
	T("{\"\\uDFAA\":0}"), T("[\"\\uDADA\"]"), T("[\"\\uD888\\u1234\"]"),
	T("[\"\xe6\x97\xa5\xd1\x88\xfa\"]"), T("[\"\xed\xa0\x80\"]"),
	T("[\"\\uD800\\n\"]"), T("[\"\\uDd1ea\"]"),
	T("[\"\\uD800\\uD800\\n\"]"), T("[\"\\ud800\"]"), T("[\"\\ud800abc\"]"),
	T("[\"\xff\"]"), T("[\"\\uDd1e\\uD834\"]"), T("[\"\xe9\"]"),
	T("[\"\\uDFAA\"]"), T("[\"\x81\"]"), T("[\"\xf4\xbf\xbf\xbf\"]"),
	T("[\"\xc0\xaf\"]"), T("[\"\xfc\x83\xbf\xbf\xbf\xbf\"]"),
	T("[\"\xfc\x80\x80\x80\x80\x80\"]"), T("[\"\xe0\xff\"]"),
	T("[\"\\uD800\\u\"]"), T("[\"\\uD800\\u1\"]"), T("[\"\\uD800\\u1x\"]"),
	T("[\"\\\x00\"]"), T("[\"\\x00\"]"), T("[\"\\\t\"]"),
	T("[\"\\\xf0\x9f\x8c\x80\"]"), T("[\"\\u00A\"]"),
	T("[\"\\uD834\\uDd\"]"), T("[\"\\uD800\\uD800\\x\"]"),
	T("[\"\\u\xe5\"]"), T("[\"\\a\"]"), T("[\"\\uqqqq\"]"),
	T("[\"\\\xe5\"]"), T("[\"a\x00""a\"]"), T("[\"new\nline\"]"),
	T("[\"\t\"]"), T("\"\\UA66D\""), T("{\"a\":\"b\",\"a\":\"c\"}"),
	T("{\"a\":\"b\",\"a\":\"b\"}"), T("{\"foo\\u0000bar\": 42}"),
	T("[\"\\u0000\"]"),
};

/* Bad for both. */
static const struct json_slice bad[] = {
	T("\xff\xfe[\x00\"\x00\xe9\x00\"\x00]\x00"),
	T("\x00[\x00\"\x00\xe9\x00\"\x00]"),
	T("[\x00\"\x00\xe9\x00\"\x00]\x00"), T("\xef\xbb\xbf{}"), T("[1 true]"),
	T("[a\xe5]"), T("[\"\": 1]"), T("[\"\"],"), T("[,1]"), T("[1,,2]"),
	T("[\"x\",,]"), T("[\"\",]"), T("[\"x\""), T("[x"), T("[3[4]]"),
	T("[\xff]"), T("[1:2]"), T("[,]"), T("[-]"), T("[   , \"\"]"),
	T("[\"a\",\n4\n,1,"), T("[1,]"), T("[1,,]"), T("[\"\x0b""a\"\\f]"),
	T("[*]"), T("[\"\""), T("[1,"), T("[1,\n1\n,1"), T("[{}"), T("[fals]"),
	T("[nul]"), T("[tru]"), T("123\x00"), T("[++1234]"), T("[+1]"),
	T("[+Inf]"), T("[-01]"), T("[-1.0.]"), T("[-2.]"), T("[-NaN]"),
	T("[.-1]"), T("[.2e-3]"), T("[0.1.2]"), T("[0.3e+]"), T("[0.3e]"),
	T("[0.e1]"), T("[0e+]"), T("[0e]"), T("[1.0e+]"), T("[1.0e-]"),
	T("[1.0e]"), T("[1 000.0]"), T("[1eE2]"), T("[Inf]"), T("[NaN]"),
	T("[\xef\xbc\x91]"), T("[1+2]"), T("[0x1]"), T("[Infinity]"),
	T("[0e+-1]"), T("[-123.123foo]"), T("[123\xe5]"), T("[1e1\xe5]"),
	T("[0\xe5]\n"), T("[-Infinity]"), T("[-foo]"), T("[- 1]"), T("[-012]"),
	T("[-.123]"), T("[-1x]"), T("[1ea]"), T("[1e\xe5]"), T("[1.]"),
	T("[.123]"), T("[1.2a-3]"), T("[1.8011670033376514H-308]"), T("[012]"),
	T("[\"x\", truth]"), T("{[: \"x\"}\n"), T("{\"x\", null}"),
	T("{\"x\"::\"b\"}"), T("{\xf0\x9f\x87\xa8\xf0\x9f\x87\xad}"),
	T("{\"a\":\"a\" 123}"), T("{key: 'value'}"), T("{\"\xb9\":\"0\",}"),
	T("{\"a\" b}"), T("{:\"b\"}"), T("{\"a\" \"b\"}"), T("{\"a\":"),
	T("{\"a\""), T("{1:1}"), T("{9999E9999:1}"), T("{null:null,null:null}"),
	T("{\"id\":0,,,,,}"), T("{'a':0}"), T("{\"id\":0,}"),
	T("{\"a\":\"b\"}/**/"), T("{\"a\":\"b\"}/**//"), T("{\"a\":\"b\"}//"),
	T("{\"a\":\"b\"}/"), T("{\"a\":\"b\",,\"c\":\"d\"}"), T("{a: \"b\"}"),
	T("{\"a\":\"a"), T("{ \"foo\" : \"bar\", \"a\" }"), T("{\"a\":\"b\"}#"),
	T(" "), T("[\"\\uD800\\\"]"), T("[\xc3\xa9]"), T("[\"\\\\\\\"]"),
	T("[\"\\\"]"), T("[\\u0020\"asd\"]"), T("[\\n]"), T("\""),
	T("['single quote']"), T("abc"), T("[\"\\"), T("\xef\xbb\xbf"),
	T("<.>"), T("[<null>]"), T("[1]x"), T("[1]]"), T("[\"asd]"),
	T("a\xc3\xa5"), T("[True]"), T("1]"), T("{\"x\": true,"), T("[][]"),
	T("]"), T("\xef\xbb{}"), T("\xe5"), T("["), T(""), T("[\x00]"), T("2@"),
	T("{}}"), T("{\"\":"), T("{\"a\":/*comment*/\"b\"}"),
	T("{\"a\": true} \"x\""), T("[,"), T("[{"), T("[\"a"), T("[\"a\""),
	T("{"), T("{]"), T("{,"), T("{["), T("{\"a"), T("{'a'"),
	T("[\"\\{[\"\\{[\"\\{[\"\\{"), T("\xe9"), T("*"), T("{\"a\":\"b\"}#{}"),
	T("[1"), T("[ false, nul"), T("[ true, fals"), T("[ false, tru"),
	T("{\"asd\":\"asd\""), T("\xc3\xa5"), T("[\x0c]"),
};

static int
judge(struct json_slice text, int (*how)(struct json_slice,
					 const struct json_limits *,
					 struct ark_error *))
{
	char *block = malloc(text.n + 1);
	struct json_slice own = { block + 1, text.n };
	struct ark_error err = { 0 };
	int rc;

	/* At the very end of a block, where reading on is found out. */
	assert_non_null(block);
	memcpy(block + 1, text.p, text.n);
	rc = how(own, &json_limits_document, &err);
	free(block);
	assert_int_equal(err.code, rc);
	return rc;
}

static void
assert_verdicts(const struct json_slice *texts, size_t n, int of_check,
		int of_outline)
{
	for (size_t i = 0; i < n; i++) {
		if (judge(texts[i], json_check) != of_check)
			fail_msg("json_check: %s", texts[i].p);
		if (judge(texts[i], json_outline) != of_outline)
			fail_msg("json_outline: %s", texts[i].p);
	}
}

static void
good_texts(void **state)
{
	(void)state;
	assert_verdicts(good, sizeof(good) / sizeof(good[0]), 0, 0);
}

static void
texts_with_bad_strings(void **state)
{
	(void)state;
	assert_verdicts(bad_inside, sizeof(bad_inside) / sizeof(bad_inside[0]),
			ARK_EFORMAT, 0);
}

static void
bad_texts(void **state)
{
	(void)state;
	assert_verdicts(bad, sizeof(bad) / sizeof(bad[0]), ARK_EFORMAT,
			ARK_EFORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_texts),
		cmocka_unit_test(texts_with_bad_strings),
		cmocka_unit_test(bad_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
