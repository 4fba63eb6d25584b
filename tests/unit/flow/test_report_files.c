/*
 * What bag-info.txt says of the listing of a report: as it was put, and nothing
 * that was not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "flow/report_files.h"

static void
what_was_put_is_got(void **state)
{
	static const struct report_listing rows[] = {
		{ true, -1, 0, 1728000000 }, { false, -1, 7, -1 },
		{ true, 12, 12, 1728000000 }, { false, INT64_MAX, 1, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf text = BUF_INIT(1000);
		struct report_listing l;

		report_put_baginfo(&text, ARK_VOICE_LOG, &rows[i]);
		assert_int_equal(report_get_baginfo(buf_text(&text), text.len,
						    ARK_SURVEYS, &l), 0);
		assert_int_equal(report_get_baginfo(buf_text(&text), text.len,
						    ARK_VOICE_LOG, &l), 1);
		assert_int_equal(l.is_complete, rows[i].is_complete);
		assert_int_equal(l.total, rows[i].total);
		assert_int_equal(l.documents, rows[i].documents);
		assert_int_equal(l.complete_s, rows[i].complete_s);
		buf_release(&text);
	}
}

static void
nothing_else_is(void **state)
{
	static const char *const values[] = {
		"", "complete", "incomplete", "completely, 1 documents",
		"perhaps, 1 documents", "complete,1 documents", "complete, ",
		"complete, documents", "complete, -1 documents",
		"complete, 1 document", "complete, 1 documents.",
		"complete, 99999999999999999999 documents",
		"complete, 9999999999999999999999999 documents",
		"complete, 1 documents, platform total",
		"complete, 1 documents, platform total x",
		"complete, 1 documents, platform total 1 ",
		"incomplete, 1 documents, platform total 99999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct report_listing l;
		char text[128];

		(void)snprintf(text, sizeof(text),
			       "Callark-Report-voice-log: %s\n", values[i]);
		if (report_get_baginfo(text, strlen(text), ARK_VOICE_LOG,
				       &l) != ARK_EFORMAT)
			fail_msg("taken: %s", text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_got),
		cmocka_unit_test(nothing_else_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
