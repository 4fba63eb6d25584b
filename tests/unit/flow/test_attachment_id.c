#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "callark/error.h"
#include "flow/attachment_id.h"

static void
test_made_and_read(void **state)
{
	static const char *const conversations[] = { "65f0c1", "a.1.2", "",
						     "x-2", "." };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		const struct attachment_place at = { 12, 3 };
		struct attachment_place back = { 0 };
		char *id = attachment_id(conversations[i], &at);

		assert_non_null(id);
		assert_int_equal(attachment_place(id, conversations[i], &back),
				 0);
		assert_int_equal(back.message, 12);
		assert_int_equal(back.place, 3);
		free(id);
	}
}

static void
test_read(void **state)
{
	static const struct {
		const char *id, *conversation;
		int rc;
	} rows[] = {
		{ "c.1.2", "c", 0 },
		{ "c.1.2-2", "c", 0 },
		{ "c.1.2-17", "c", 0 },
		{ "c.1", "c", ARK_EFORMAT },
		{ "c.1.", "c", ARK_EFORMAT },
		{ "c.0.1", "c", ARK_EFORMAT },
		{ "c.1.0", "c", ARK_EFORMAT },
		{ "c.1.2-0", "c", ARK_EFORMAT },
		{ "c.1.2-", "c", ARK_EFORMAT },
		{ "c.1.2x", "c", ARK_EFORMAT },
		{ "c.1.2.3", "c", ARK_EFORMAT },
		{ "c.-1.2", "c", ARK_EFORMAT },
		{ "c.1.9223372036854775808", "c", ARK_EFORMAT },
		{ "c.1.111111111111111111111111111", "c", ARK_EFORMAT },
		{ "d.1.2", "c", ARK_EFORMAT },
		{ "c", "c.1.2", ARK_EFORMAT },
		{ "", "", ARK_EFORMAT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct attachment_place at;

		if (!attachment_place(rows[i].id, rows[i].conversation, &at) !=
		    !rows[i].rc)
			fail_msg("%s", rows[i].id);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_and_read),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
