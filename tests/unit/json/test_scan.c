#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/scan.h"

static struct json_slice
slice(const char *text)
{
	return (struct json_slice){ text, strlen(text) };
}

static int
check(const char *text)
{
	return json_check(slice(text), &json_limits_document, NULL);
}

static int
outline(const char *text)
{
	return json_outline(slice(text), &json_limits_document, NULL);
}

static void
errors_name_what_and_where(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "", "JSON: expected a value at byte 0, found the end" },
		{ "[1,]", "JSON: expected a value at byte 3, found ']'" },
		{ "[1 2]", "JSON: expected a comma or ']' at byte 3, found "
			   "'2'" },
		{ "{\"a\":1", "JSON: expected a comma or '}' at byte 6, found "
			      "the end" },
		{ "{a:1}", "JSON: expected a member name at byte 1, found "
			   "'a'" },
		{ "{\"a\" 1}", "JSON: expected a colon at byte 5, found '1'" },
		{ "[\x01]", "JSON: expected a value at byte 1, found byte "
			    "0x01" },
		{ "[\xff]", "JSON: expected a value at byte 1, found byte "
			    "0xff" },
		{ "-", "JSON: expected a digit at byte 1, found the end" },
		{ "1 2", "JSON: expected nothing behind the value at byte 2, "
			 "found '2'" },
		{ "\xef\xbb\xbf{}", "JSON: byte order mark at byte 0" },
		{ "[\"a\"", "JSON: expected a comma or ']' at byte 4, found "
			    "the end" },
		{ "[\"a", "JSON: string without an end at byte 1" },
		{ "\"a\xff\"", "JSON: bad UTF-8 at byte 2" },
		{ "\"a\n\"", "JSON: raw control character at byte 2" },
		{ "\"a\\x\"", "JSON: unknown escape at byte 2" },
		{ "\"a\\", "JSON: unfinished escape at byte 2" },
		{ "\"\\u12\"", "JSON: \\u without four hex digits at byte 1" },
		{ "\"\\u0000\"", "JSON: \\u0000 in a string at byte 1" },
		{ "\"\\ud800\"", "JSON: half a surrogate pair at byte 1" },
		{ "{\"a\":1,\"a\":2}", "JSON: repeated member name at byte 7" },
		{ "{\"\\u0061\":1,\"a\":2}",
		  "JSON: repeated member name at byte 12" },
		{ "{\"a\":1,\"\\u0061\":2}",
		  "JSON: repeated member name at byte 7" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ark_error err = { 0 };

		assert_int_equal(json_check(slice(rows[i].text),
					    &json_limits_document, &err),
				 ARK_EFORMAT);
		assert_int_equal(err.code, ARK_EFORMAT);
		assert_string_equal(err.text, rows[i].error);
	}
}

static void
success_leaves_the_error_alone(void **state)
{
	struct ark_error err = { .code = 7, .text = "mine" };

	(void)state;
	assert_int_equal(json_check(slice("{}"), &json_limits_page, &err), 0);
	assert_int_equal(json_outline(slice("{}"), &json_limits_page, &err), 0);
	assert_int_equal(err.code, 7);
	assert_string_equal(err.text, "mine");
	assert_int_equal(json_check((struct json_slice){ 0 },
				    &json_limits_page, NULL), ARK_EFORMAT);
}

static void
outline_does_not_look_into_strings(void **state)
{
	static const char *const inside[] = {
		"\xff", "\n", "\x01", "\\x", "\\u12", "\\u0000", "\\ud800",
		"\\\"", "\\\\", "\xef\xbb\xbf", "[{,:}]", "\\\\\\\" ]",
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		(void)snprintf(text, sizeof(text), "{\"%s\":[\"%s\"]}",
			       inside[i], inside[i]);
		assert_int_equal(outline(text), 0);
	}
	assert_int_equal(outline("{\"a\":1,\"a\":2}"), 0);
	assert_int_equal(outline("\"\\\""), ARK_EFORMAT);
	assert_int_equal(outline("\"\\\\\\\""), ARK_EFORMAT);
	assert_int_equal(outline("\"\\"), ARK_EFORMAT);
	assert_int_equal(outline("[\"a\"x]"), ARK_EFORMAT);
}

/* A string of len characters is good until one of them is wrong. */
static void
assert_wrong_at(size_t len, size_t at, char wrong)
{
	char text[32], place[32];
	struct json_slice s = { text, len + 2 };
	struct ark_error err = { 0 };

	memset(text, at % 2 ? 0x7f : '~', sizeof(text));
	text[0] = text[len + 1] = '"';
	assert_int_equal(json_check(s, &json_limits_document, &err), 0);
	text[at] = wrong;
	assert_int_equal(json_check(s, &json_limits_document, &err),
			 ARK_EFORMAT);
	(void)snprintf(place, sizeof(place), " at byte %zu", at);
	assert_string_equal(err.text + strlen(err.text) - strlen(place), place);
	assert_int_equal(json_outline(s, &json_limits_document, NULL), 0);
}

/* Eight bytes are looked at together: what is wrong must not hide in them. */
static void
strings_are_checked_at_every_offset(void **state)
{
	static const char wrong[] = {
		'\0', '\x01', '\x1f', '\x80', '\xff', '\n',
	};

	(void)state;
	for (size_t len = 1; len < 24; len++) {
		for (size_t i = 0; i < len * sizeof(wrong); i++)
			assert_wrong_at(len, 1 + i / sizeof(wrong),
					wrong[i % sizeof(wrong)]);
	}
}

static void
names_are_compared_by_what_they_say(void **state)
{
	static const char *const twice[] = {
		"{\"a\":1,\"a\":2}",
		"{\"a\":1,\"b\":2,\"a\":1}",
		"{\"a\":1,\"\\u0061\":2}",
		"{\"\\u0061\":1,\"a\":2}",
		"{\"\\u0061\":1,\"\\u0061\":2}",
		"{\"\\u00E9\":1,\"\\u00e9\":2}",
		"{\"\xc3\xa9\":1,\"\\u00e9\":2}",
		"{\"\xf0\x9d\x84\x9e\":1,\"\\uD834\\uDD1E\":2}",
		"{\"/\":1,\"\\/\":2}",
		"{\"\":1,\"\":2}",
		"[{\"a\":{\"b\":1},\"a\":{}}]",
		"{\"x\":{\"a\":1,\"b\":[{\"c\":1}],\"a\":1}}",
	};
	static const char *const once[] = {
		"{\"a\":1,\"A\":2}",
		"{\"a\":1,\"aa\":2,\"\":3}",
		"{\"a\":1,\"\\u0061b\":2}",
		"{\"a\\\\u0062\":1,\"a\\u0062\":2}",
		"{\"a\":{\"a\":{\"a\":1}}}",
		"{\"x\":{\"a\":1},\"y\":{\"a\":1},\"a\":1}",
		"[{\"a\":1},{\"a\":1}]",
		"{\"\xc3\xa9\":1,\"e\xcc\x81\":2}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(twice) / sizeof(twice[0]); i++) {
		assert_int_equal(check(twice[i]), ARK_EFORMAT);
		assert_int_equal(outline(twice[i]), 0);
	}
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
		assert_int_equal(check(once[i]), 0);
}

/*
 * An object of n members; number `again` (when it is one) is called like the
 * first.  Every third name may hold an escape, and one member is an object.
 */
static char *
big_object(size_t n, size_t again, bool has_escapes)
{
	char *text = malloc(64 + n * 32);
	size_t len = 0;

	assert_non_null(text);
	for (size_t i = 0; i < n; i++) {
		bool is_escape = has_escapes && i % 3 == 0;

		len += (size_t)snprintf(text + len, 32, "%c\"%s%zu\":%s",
					i ? ',' : '{',
					is_escape ? "\\u006d" : "m",
					i == again ? 0 : i,
					i == 70 ? "{\"m0\":1}" : "0");
	}
	(void)snprintf(text + len, 2, "}");
	return text;
}

static void
assert_big_object(size_t n, size_t again, bool has_escapes, int rc)
{
	char *text = big_object(n, again, has_escapes);

	assert_int_equal(check(text), rc);
	assert_int_equal(outline(text), 0);
	free(text);
}

static void
names_of_big_objects(void **state)
{
	static const size_t sizes[] = {
		2, 63, 64, 65, 66, 128, 129, 1000, 19990,
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t n = sizes[i / 2];
		bool has_escapes = i % 2;

		assert_big_object(n, SIZE_MAX, has_escapes, 0);
		assert_big_object(n, 1, has_escapes, ARK_EFORMAT);
		assert_big_object(n, n / 2, has_escapes, ARK_EFORMAT);
		assert_big_object(n, n - 1, has_escapes, ARK_EFORMAT);
	}
}

/* depth arrays (or objects) around nothing. */
static char *
nested(size_t depth, bool is_object)
{
	const char *opening = is_object ? "{\"a\":" : "[";
	char *text = calloc(depth, 6);
	size_t len = 0;

	assert_non_null(text);
	for (size_t i = 0; i + 1 < depth; i++)
		len += (size_t)snprintf(text + len, 6, "%s", opening);
	text[len++] = is_object ? '{' : '[';
	memset(text + len, is_object ? '}' : ']', depth);
	text[len + depth] = 0;
	return text;
}

static void
depth_is_limited(void **state)
{
	static const struct {
		size_t max_depth, depth;
		int of_check, of_outline;
	} rows[] = {
		{ 32, 31, 0, 0 },
		{ 32, 32, 0, 0 },
		{ 32, 33, ARK_EFORMAT, ARK_EFORMAT },
		{ 1, 1, 0, 0 },
		{ 1, 2, ARK_EFORMAT, ARK_EFORMAT },
		{ 0, 1, ARK_EFORMAT, ARK_EFORMAT },
		{ 64, 64, 0, 0 },
		{ 2000, 64, 0, 0 },		/* the ceilings */
		{ 2000, 65, ARK_EFORMAT, 0 },
		{ 2000, 1024, ARK_EFORMAT, 0 },
		{ 2000, 1025, ARK_EFORMAT, ARK_EFORMAT },
		{ SIZE_MAX, 100000, ARK_EFORMAT, ARK_EFORMAT },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct json_limits limits = { rows[i / 2].max_depth, 100000 };
		char *text = nested(rows[i / 2].depth, i % 2);

		assert_int_equal(json_check(slice(text), &limits, NULL),
				 rows[i / 2].of_check);
		assert_int_equal(json_outline(slice(text), &limits, NULL),
				 rows[i / 2].of_outline);
		free(text);
	}
	assert_int_equal(json_check(slice("1"), &(struct json_limits){ 0, 1 },
				    NULL), 0);
}

static void
values_are_limited(void **state)
{
	struct json_limits limits = { .max_depth = 32, .max_values = 5 };
	struct ark_error err = { 0 };

	(void)state;
	assert_int_equal(json_check(slice("[1,{\"a\":[]},2]"), &limits, &err),
			 0);
	assert_int_equal(json_check(slice("[1,{\"a\":[]},2,3]"), &limits, &err),
			 ARK_EFORMAT);
	assert_string_equal(err.text, "JSON: more than 5 values at byte 14");
	assert_int_equal(json_outline(slice("[1,2,3,4]"), &limits, &err), 0);
	assert_int_equal(json_outline(slice("[1,2,3,4,5]"), &limits, &err),
			 ARK_EFORMAT);
	assert_int_equal(json_limits_document.max_depth, 32);
	assert_int_equal(json_limits_document.max_values, 20000);
	assert_int_equal(json_limits_page.max_depth, 32);
	assert_int_equal(json_limits_page.max_values, 2000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_name_what_and_where),
		cmocka_unit_test(success_leaves_the_error_alone),
		cmocka_unit_test(outline_does_not_look_into_strings),
		cmocka_unit_test(strings_are_checked_at_every_offset),
		cmocka_unit_test(names_are_compared_by_what_they_say),
		cmocka_unit_test(names_of_big_objects),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(values_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
