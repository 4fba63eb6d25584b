#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "digest/digest.h"

static const uint8_t sample[] = { 0x00, 0x01, 0x7f, 0x80, 0xab, 0xff };

static void
hex_is_lower_case(void **state)
{
	char out[2 * sizeof(sample) + 1];

	(void)state;
	memset(out, 'x', sizeof(out));
	digest_hex(out, sample, sizeof(sample));
	assert_string_equal(out, "00017f80abff");
	digest_hex(out, NULL, 0);
	assert_string_equal(out, "");
}

static void
unhex_takes_either_case(void **state)
{
	uint8_t out[sizeof(sample)];

	(void)state;
	assert_int_equal(digest_unhex(out, sizeof(out), "00017f80abff"), 0);
	assert_memory_equal(out, sample, sizeof(out));
	memset(out, 0, sizeof(out));
	assert_int_equal(digest_unhex(out, sizeof(out), "00017F80aBFf"), 0);
	assert_memory_equal(out, sample, sizeof(out));
	assert_int_equal(digest_unhex(out, 0, ""), 0);
}

static void
unhex_takes_nothing_else(void **state)
{
	static const char *const bad[] = {
		"", "0", "00f", "00f10", "00f100", "0x1f", "00g1", "/0f1",
		":0f1", "@0f1", "`0f1", "00 1", " 00f", "-0f1", "00\xc3\xa7",
	};
	uint8_t out[2];

	(void)state;
	assert_int_equal(digest_unhex(out, 2, "00f1"), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(digest_unhex(out, 2, bad[i]), ARK_EFORMAT);
	assert_int_equal(digest_unhex(out, 0, "0"), ARK_EFORMAT);
}

/* RFC 4648, section 10, and what uses the last two digits. */
static void
unbase64_decodes(void **state)
{
	static const struct {
		const char *text, *bytes;
	} rows[] = {
		{ "", "" },
		{ "Zg==", "f" },
		{ "Zm8=", "fo" },
		{ "Zm9v", "foo" },
		{ "Zm9vYg==", "foob" },
		{ "Zm9vYmE=", "fooba" },
		{ "Zm9vYmFy", "foobar" },
		{ "+/+/", "\xfb\xff\xbf" },
		{ "AQID", "\x01\x02\x03" },
		{ "1B2M2Y8AsgTpgAmY7PhCfg==",	/* the MD5 of nothing */
		  "\xd4\x1d\x8c\xd9\x8f\x00\xb2\x04"
		  "\xe9\x80\x09\x98\xec\xf8\x42\x7e" },
	};
	static const size_t sizes[] = { 0, 1, 2, 3, 4, 5, 6, 3, 3, 16 };
	uint8_t out[17];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(out, 0xee, sizeof(out));
		assert_int_equal(digest_unbase64(out, sizes[i], rows[i].text),
				 0);
		assert_memory_equal(out, rows[i].bytes, sizes[i]);
		assert_int_equal(out[sizes[i]], 0xee);
	}
}

static void
unbase64_takes_exactly_n(void **state)
{
	uint8_t out[8];

	(void)state;
	for (size_t n = 0; n < sizeof(out); n++) {
		assert_int_equal(digest_unbase64(out, n, "Zm9vYg=="),
				 n == 4 ? 0 : ARK_EFORMAT);
		assert_int_equal(digest_unbase64(out, n, "Zm9vYmE="),
				 n == 5 ? 0 : ARK_EFORMAT);
		assert_int_equal(digest_unbase64(out, n, "Zm9vYmFy"),
				 n == 6 ? 0 : ARK_EFORMAT);
	}
}

static void
unbase64_is_strict(void **state)
{
	static const struct {
		size_t n;
		const char *text;
	} bad[] = {
		{ 1, "Zg=" },		/* padding short */
		{ 1, "Zg" },
		{ 1, "Zg===" },
		{ 1, "Zg=A" },
		{ 1, "ZgA=" },
		{ 2, "Zm8A" },
		{ 1, "Zh==" },		/* bits that nobody wrote */
		{ 2, "Zm9=" },
		{ 3, "Zm9v\n" },	/* anything around or between */
		{ 3, " Zm9v" },
		{ 4, "Zm9v Yg=" },
		{ 3, "Z==v" },		/* padding inside */
		{ 3, "Zm9=" },
		{ 3, "====" },
		{ 3, "Zm-_" },		/* the alphabet for file names */
		{ 3, "Zm\xc3\xa7" },
	};
	uint8_t out[4];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(digest_unbase64(out, bad[i].n, bad[i].text),
				 ARK_EFORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_is_lower_case),
		cmocka_unit_test(unhex_takes_either_case),
		cmocka_unit_test(unhex_takes_nothing_else),
		cmocka_unit_test(unbase64_decodes),
		cmocka_unit_test(unbase64_takes_exactly_n),
		cmocka_unit_test(unbase64_is_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
