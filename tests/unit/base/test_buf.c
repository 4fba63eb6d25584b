#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static void
test_empty(void **state)
{
	struct buf b = BUF_INIT(10);
	char *text;

	(void)state;
	assert_null(b.data);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_status(&b, NULL), 0);
	buf_clear(&b);
	text = buf_take(&b);
	assert_string_equal(text, "");
	free(text);
	buf_release(&b);
	buf_release(NULL);
}

static void
test_add(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	assert_int_equal(buf_add(&b, "a\0b", 3), 0);
	assert_int_equal(buf_adds(&b, "cd"), 0);
	assert_int_equal(buf_addc(&b, 'e'), 0);
	assert_int_equal(buf_addf(&b, "%d-%s", 12, "x"), 0);
	assert_int_equal(buf_add(&b, NULL, 0), 0);
	assert_int_equal(b.len, 10);
	assert_memory_equal(b.data, "a\0bcde12-x", 11);
	buf_release(&b);
	assert_null(b.data);
	assert_int_equal(b.max, 1000);
}

/* Growth by every length keeps the content and the NUL behind it. */
static void
test_growth(void **state)
{
	struct buf b = BUF_INIT(5000);

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		assert_int_equal(buf_addc(&b, (char)('a' + i % 26)), 0);
		assert_int_equal(b.data[i + 1], 0);
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	assert_int_equal(buf_addc(&b, 'x'), ARK_ELIMIT);
	buf_release(&b);
}

static void
test_failure_sticks(void **state)
{
	struct buf b = BUF_INIT(4);
	struct ark_error err = { 0 };

	(void)state;
	assert_int_equal(buf_adds(&b, "abcd"), 0);
	assert_int_equal(buf_addc(&b, 'e'), ARK_ELIMIT);
	assert_int_equal(buf_add(&b, "", 0), ARK_ELIMIT);
	assert_int_equal(buf_addf(&b, "x"), ARK_ELIMIT);
	assert_int_equal(buf_status(&b, &err), ARK_ELIMIT);
	assert_int_equal(err.code, ARK_ELIMIT);
	assert_non_null(strstr(err.text, "4 bytes"));
	assert_string_equal(buf_text(&b), "abcd");
	assert_null(buf_take(&b));
	buf_clear(&b);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_adds(&b, "wxyz"), 0);
	buf_release(&b);
}

static void
test_reserve(void **state)
{
	struct buf b = BUF_INIT(SIZE_MAX);
	const uint8_t *before;

	(void)state;
	assert_int_equal(buf_reserve(&b, 500), 0);
	assert_int_equal(b.len, 0);
	before = b.data;
	for (size_t i = 0; i < 500; i++)
		assert_int_equal(buf_addc(&b, 'x'), 0);
	assert_ptr_equal(b.data, before);
	assert_int_equal(buf_reserve(&b, SIZE_MAX - 600), ARK_ENOMEM);
	assert_int_equal(buf_status(&b, NULL), ARK_ENOMEM);
	buf_release(&b);
}

static void
test_take(void **state)
{
	struct buf b = BUF_INIT(10);
	char *text;

	(void)state;
	buf_adds(&b, "mine");
	text = buf_take(&b);
	assert_string_equal(text, "mine");
	assert_null(b.data);
	assert_int_equal(buf_adds(&b, "again"), 0);
	free(text);
	buf_release(&b);
}

/* What is left behind is wiped: the end-to-end tests look at the heap. */
static void
test_secret(void **state)
{
	struct buf b = BUF_INIT_SECRET(100000);
	char expected[5001] = "";
	char *text;

	(void)state;
	for (size_t i = 0; i < 500; i++) {
		memcpy(expected + 10 * i, "0123456789", 11);
		assert_int_equal(buf_adds(&b, "0123456789"), 0);
	}
	assert_int_equal(b.len, 5000);
	assert_string_equal(buf_text(&b), expected);
	text = buf_take(&b);
	assert_string_equal(text, expected);
	assert_true(b.is_secret);
	free(text);
	assert_int_equal(buf_adds(&b, "x"), 0);
	buf_release(&b);
	assert_true(b.is_secret);
	assert_int_equal(b.max, 100000);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_failure_sticks),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_take),
		cmocka_unit_test(test_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
