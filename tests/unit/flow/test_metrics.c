/* A run as samples of Prometheus, and the one that is read back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "flow/metrics.h"

static char *
format(const struct metrics *m)
{
	struct buf text = BUF_INIT(65536);
	struct ark_error err = { 0 };
	char *out;

	assert_int_equal(metrics_format(&text, m, &err), 0);
	out = buf_take(&text);
	assert_non_null(out);
	buf_release(&text);
	return out;
}

static struct ark_summary *
new_run(void)
{
	struct ark_summary *run = calloc(1, sizeof(*run));

	assert_non_null(run);
	run->started_s = 1700000000;
	run->elapsed_ms = 61005;
	run->new_recordings = 7;
	run->bytes_new = INT64_C(5000000000);
	run->limit = ARK_LIMIT_NETWORK;
	run->limit_percent = 87;
	return run;
}

static void
test_values(void **state)
{
	static const char labels[] = "{archive=\"/a\",organization=\"Clinic\"";
	static const struct {
		const char *name, *rest;
	} rows[] = {
		{ "callark_run_start_timestamp_seconds", "} 1700000000\n" },
		{ "callark_run_end_timestamp_seconds", "} 1700000061\n" },
		{ "callark_run_duration_seconds", "} 61.005\n" },
		{ "callark_run_exit_status", "} 1\n" },
		{ "callark_last_success_timestamp_seconds", "} 0\n" },
		{ "callark_run_new_recordings", "} 7\n" },
		{ "callark_run_new_bytes", "} 5000000000\n" },
		{ "callark_run_limit_ratio", ",limit=\"network\"} 0.87\n" },
		{ "callark_run_limit_ratio", ",limit=\"disk\"} 0.00\n" },
		{ "callark_recordings", ",state=\"deferred\"} 5\n" },
		{ "callark_recordings", ",state=\"archived\"} 9\n" },
		{ "callark_attachments", ",state=\"deferred\"} 1\n" },
		{ "callark_attachments", ",state=\"quarantined\"} 4\n" },
		{ "callark_attachment_bytes", "} 77\n" },
		{ "callark_oldest_waiting_timestamp_seconds",
		  "} 1690000000\n" },
	};
	struct ark_summary *run = new_run();
	const struct metrics m = {
		.archive = "/a", .organization = "Clinic", .run = run,
		.ended_s = 1700000061, .exit_status = 1, .last_success_s = -1,
		.has_archive = true, .oldest_waiting_s = 1690000000,
		.counts = { [ARK_QUEUED] = 2, [ARK_DEFERRED] = 3,
			    [ARK_ARCHIVED] = 9 },
		.media = { .listed = 5, .bytes = 77, .counts = {
			[ARK_QUEUED] = 1, [ARK_QUARANTINED] = 4 } },
	};
	char *text = format(&m);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf line = BUF_INIT(1000);

		buf_addf(&line, "\n%s%s%s", rows[i].name, labels, rows[i].rest);
		if (!strstr(text, buf_text(&line)))
			print_error("%s in %s\n", buf_text(&line), text);
		assert_non_null(strstr(text, buf_text(&line)));
		buf_release(&line);
	}
	assert_null(strstr(text, "queued"));
	free(text);
	free(run);
}

static void
test_what_is_unknown_is_left_out(void **state)
{
	struct ark_summary *run = new_run();
	struct metrics m = {
		.archive = "", .organization = "", .run = run,
		.last_success_s = -1, .oldest_waiting_s = -1,
	};
	char *text = format(&m);

	(void)state;
	assert_null(strstr(text, "callark_recordings"));
	assert_null(strstr(text, "callark_oldest"));
	free(text);
	m.has_archive = true;
	text = format(&m);
	assert_non_null(strstr(text, "callark_recordings"));
	assert_null(strstr(text, "callark_oldest"));
	assert_null(strstr(text, "callark_attachment"));
	free(text);
	free(run);
}

static void
test_labels_are_escaped(void **state)
{
	static const struct {
		const char *name, *label;
	} rows[] = {
		{ "a\"b", "a\\\"b" },
		{ "a\\", "a\\\\" },
		{ "a\nb", "a\\nb" },
		{ "\xC3\xA9", "\xC3\xA9" },
		{ "a\xFF" "b", "a\xEF\xBF\xBD" "b" },
		{ "a\xC3", "a\xEF\xBF\xBD" },
	};
	struct ark_summary *run = new_run();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct metrics m = {
			.archive = "", .organization = rows[i].name,
			.run = run, .last_success_s = 5,
		};
		struct buf label = BUF_INIT(1000);
		char *text = format(&m);

		buf_addf(&label, ",organization=\"%s\"} ", rows[i].label);
		assert_non_null(strstr(text, buf_text(&label)));
		assert_int_equal(metrics_last_success(text), 5);
		buf_release(&label);
		free(text);
	}
	free(run);
}

static void
test_last_success(void **state)
{
#define NAME "callark_last_success_timestamp_seconds"
	static const struct {
		const char *text;
		int64_t success_s;
	} rows[] = {
		{ "", -1 },
		{ "\n" NAME "{} 17\n", 17 },
		{ "\n" NAME "{a=\"} 3\"} 17\n", 17 },
		{ "\n" NAME "{} 17", 17 },
		{ "\n" NAME "{} 0\n", -1 },
		{ "\n" NAME "{} -4\n", -1 },
		{ "\n" NAME "{} 1e9\n", -1 },
		{ "\n" NAME "{} \n", -1 },
		{ "\n" NAME "{", -1 },
		{ "\n" NAME "{}17\n", -1 },
		{ "\n" NAME "{} 99999999999999999999999\n", -1 },
		{ "\n" NAME "{} 9999999999999999999999999999999\n", -1 },
		{ "# " NAME "{} 17\n", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(metrics_last_success(rows[i].text),
				 rows[i].success_s);
}

static void
test_without_room(void **state)
{
	struct ark_summary *run = new_run();
	const struct metrics m = {
		.archive = "/a", .organization = "b", .run = run,
	};

	(void)state;
	for (size_t max = 0; max < 1000; max += 50) {
		struct buf text = BUF_INIT(max);
		struct ark_error err = { 0 };

		assert_int_equal(metrics_format(&text, &m, &err), ARK_ELIMIT);
		assert_int_equal(err.code, ARK_ELIMIT);
		buf_release(&text);
	}
	free(run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_what_is_unknown_is_left_out),
		cmocka_unit_test(test_labels_are_escaped),
		cmocka_unit_test(test_last_success),
		cmocka_unit_test(test_without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
