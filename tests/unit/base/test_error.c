#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/error.h"

static void
test_set(void **state)
{
	struct ark_error err = { 0 };
	char longer[2000];

	(void)state;
	assert_int_equal(error_set(&err, ARK_EDISK, "%s: %d", "x", 3),
			 ARK_EDISK);
	assert_int_equal(err.code, ARK_EDISK);
	assert_string_equal(err.text, "x: 3");
	assert_int_equal(error_set(NULL, ARK_EAUTH, "x"), ARK_EAUTH);
	memset(longer, 'y', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	error_set(&err, ARK_EDISK, "%s", longer);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void
test_prefix(void **state)
{
	struct ark_error err = { 0 };
	char longer[2000];

	(void)state;
	error_set(&err, ARK_ESERVICE, "status 500");
	assert_int_equal(error_prefix(&err, "recording %d", 81), ARK_ESERVICE);
	assert_string_equal(err.text, "recording 81: status 500");
	assert_int_equal(err.code, ARK_ESERVICE);
	assert_int_equal(error_prefix(NULL, "x"), ARK_EBUG);
	memset(longer, 'y', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	assert_int_equal(error_prefix(&err, "%s", longer), ARK_ESERVICE);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void
test_errno(void **state)
{
	static const struct {
		int number;
		int code;
	} rows[] = {
		{ ENOMEM, ARK_ENOMEM }, { ENOENT, ARK_ENOTFOUND },
		{ ENOSPC, ARK_EDISK }, { EACCES, ARK_EDISK },
		{ EIO, ARK_EDISK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ark_error err = { 0 };

		errno = rows[i].number;
		assert_int_equal(error_errno(&err, "/a/%s", "b"),
				 rows[i].code);
		assert_int_equal(err.code, rows[i].code);
		assert_memory_equal(err.text, "/a/b: ", 6);
		assert_string_equal(err.text + 6, strerror(rows[i].number));
		errno = rows[i].number;
		assert_int_equal(error_errno(NULL, "x"), rows[i].code);
	}
}

static void
test_nomem(void **state)
{
	struct ark_error err = { 0 };

	(void)state;
	assert_int_equal(error_nomem(&err), ARK_ENOMEM);
	assert_int_equal(err.code, ARK_ENOMEM);
	assert_int_equal(error_nomem(NULL), ARK_ENOMEM);
}

/* Every code has a name, no two the same; an unknown one is our own fault. */
static void
test_names(void **state)
{
	(void)state;
	for (int i = ARK_EEXISTS; i <= ARK_OK; i++) {
		for (int j = ARK_EEXISTS; j < i; j++)
			assert_string_not_equal(error_name(i), error_name(j));
	}
	assert_string_equal(error_name(ARK_OK), "ok");
	assert_string_equal(error_name(ARK_EDISK), "disk");
	assert_string_equal(error_name(ARK_EBUG), "internal");
	assert_string_equal(error_name(-1000), "internal");
	assert_string_equal(error_name(1), "internal");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_nomem),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
