#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/secret.h"

static void
test_set(void **state)
{
	struct secret s = { 0 };
	const char text[] = "key-1 \xc3\xa7 behind";

	(void)state;
	assert_false(secret_is_set(&s));
	assert_int_equal(secret_set(&s, text, 8, NULL), 0);
	assert_true(secret_is_set(&s));
	assert_int_equal(s.len, 8);
	assert_string_equal(s.text, "key-1 \xc3\xa7");
	assert_int_equal(secret_set(&s, "other", 5, NULL), 0);
	assert_string_equal(s.text, "other");
	secret_release(&s);
	assert_null(s.text);
	assert_int_equal(s.len, 0);
	secret_release(&s);
	secret_release(NULL);
}

static void
test_empty_is_none(void **state)
{
	struct secret s = { 0 };

	(void)state;
	assert_int_equal(secret_set(&s, "", 0, NULL), 0);
	assert_false(secret_is_set(&s));
	secret_release(&s);
}

/* What would break a header line is refused, and the old secret stays. */
static void
test_control_characters(void **state)
{
	static const char bad[] = { 0, '\n', '\r', '\t', 0x1b, 0x7f };
	struct secret s = { 0 };

	(void)state;
	assert_int_equal(secret_set(&s, "good", 4, NULL), 0);
	for (size_t i = 0; i < sizeof(bad); i++) {
		struct ark_error err = { 0 };
		char text[] = { 'h', 'u', 's', 'h', bad[i], 'x' };

		assert_int_equal(secret_set(&s, text, sizeof(text), &err),
				 ARK_EFORMAT);
		assert_int_equal(err.code, ARK_EFORMAT);
		assert_null(strstr(err.text, "hush"));
		assert_string_equal(s.text, "good");
	}
	secret_release(&s);
}

static void
test_wipe(void **state)
{
	char text[8] = "secret!";

	(void)state;
	secret_wipe(text, 6);
	assert_memory_equal(text, "\0\0\0\0\0\0!", 8);
}

static void
test_free_text(void **state)
{
	char *text = strdup("hush");

	(void)state;
	assert_non_null(text);
	secret_free(text);
	secret_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_empty_is_none),
		cmocka_unit_test(test_control_characters),
		cmocka_unit_test(test_wipe),
		cmocka_unit_test(test_free_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
