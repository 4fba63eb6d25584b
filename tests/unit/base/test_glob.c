#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

static void
test_glob(void **state)
{
	static const struct {
		const char *pattern;
		const char *text;
		bool is_match;
	} rows[] = {
		{ "", "", true }, { "", "a", false }, { "a", "", false },
		{ "*", "", true }, { "*", "anything", true },
		{ "**", "", true }, { "?", "", false }, { "?", "a", true },
		{ "?", "ab", false }, { "a*", "abc", true },
		{ "*c", "abc", true }, { "*b", "abc", false },
		{ "a*c", "abc", true }, { "a*c", "ac", true },
		{ "a*c", "acb", false }, { "*a*b*", "xxaxxbxx", true },
		{ "*a*b*", "xxbxxaxx", false }, { "*ab", "aab", true },
		{ "*abab", "abababab", true }, { "a?c", "abc", true },
		{ "a?c", "ac", false }, { "*?", "", false },
		{ "*??", "a", false }, { "ana*", "ANA LIMA", true },
		{ "[a]", "a", false }, { "[a]", "[A]", true },
		{ "a\\*", "a*", false }, { "a\\*", "a\\x", true },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		bool found = text_glob(rows[i].pattern, rows[i].text);

		if (found != rows[i].is_match)
			print_error("%s %s\n", rows[i].pattern, rows[i].text);
		assert_int_equal(found, rows[i].is_match);
	}
}

static void
test_glob_characters(void **state)
{
	static const struct {
		const char *pattern;
		const char *text;
		bool is_match;
	} rows[] = {
		{ "S?o", "S\xc3\xa3o", true },		/* São */
		{ "S??o", "S\xc3\xa3o", false },
		{ "?", "\xf0\x9f\x8e\xa7", true },
		{ "s\xc3\x83O", "S\xc3\xa3o", true },	/* sÃO */
		{ "Sao", "S\xc3\xa3o", false },
		{ "\xc3\x9e", "\xc3\xbe", true },	/* Þ þ */
		{ "\xc3\x97", "\xc3\xb7", false },	/* × ÷ */
		{ "\xc3\x9f", "\xc3\xbf", false },	/* ß ÿ */
		{ "\xc4\x80", "\xc4\x81", true },	/* Ā ā */
		{ "\xc4\x81", "\xc4\x82", false },	/* ā Ă */
		{ "\xc4\xb9", "\xc4\xba", true },	/* Ĺ ĺ */
		{ "\xc4\xba", "\xc4\xbb", false },	/* ĺ Ļ */
		{ "\xc5\x81", "\xc5\x82", true },	/* Ł ł */
		{ "\xc5\x8a", "\xc5\x8b", true },	/* Ŋ ŋ */
		{ "\xc5\xb8", "\xc3\xbf", true },	/* Ÿ ÿ */
		{ "\xc5\xbd", "\xc5\xbe", true },	/* Ž ž */
		{ "\xc4\xb0", "i", true },		/* İ */
		{ "\xc4\xb1", "\xc4\xb0", false },	/* ı İ */
		{ "\xc5\xbf", "S", true },		/* ſ */
		{ "\xce\x91", "\xce\xb1", false },	/* Greek: as it is */
		{ "a?c", "a\xff" "c", true },		/* a stray byte */
		{ "a\xff" "c", "a\xff" "c", true },
		{ "a\xff" "c", "a\xfe" "c", false },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		bool found = text_glob(rows[i].pattern, rows[i].text);

		if (found != rows[i].is_match)
			print_error("row %zu\n", i);
		assert_int_equal(found, rows[i].is_match);
	}
}

/* A matcher that tries every split would need longer than the universe. */
static void
test_glob_is_not_exponential(void **state)
{
	enum { STARS = 200, LETTERS = 5000 };
	char pattern[2 * STARS + 2] = { 0 };
	char *text = calloc(1, LETTERS + 1);
	int64_t began_ms = clock_now_ms();

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < STARS; i++)
		memcpy(pattern + 2 * i, "*a", 2);
	pattern[2 * STARS] = 'b';
	memset(text, 'a', LETTERS);
	assert_false(text_glob(pattern, text));
	assert_true(clock_now_ms() - began_ms < 2000);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_glob),
		cmocka_unit_test(test_glob_characters),
		cmocka_unit_test(test_glob_is_not_exponential),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
