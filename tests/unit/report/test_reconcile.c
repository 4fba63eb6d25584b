#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "unit/report/calls.h"

#define MAX_DOCS 9

struct row {
	const char *name;
	struct doc docs[MAX_DOCS];	/* up to the first without protocol */
	const char *told;
};

static const struct row rows[] = {
	{ "all agree", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON } }, "" },
	{ "no document", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON } },
	  "attended_without_recording 1\n" },
	{ "no link", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .state = ARK_NO_LINK } },
	  "attended_without_recording 1\n" },
	{ "nobody attended", {
		{ V, "1", .start_s = NOON, .status = "Abandoned" },
		{ A, "1", .start_s = NOON, .status = "Abandoned",
		  .state = ARK_NO_LINK } }, "" },
	{ "nobody attended, left out by a filter", {
		{ V, "1", .start_s = NOON, .status = "Abandoned" },
		{ A, "1", .start_s = NOON, .status = "Abandoned",
		  .state = ARK_EXCLUDED, .reason = "agent" } }, "" },
	{ "nobody attended, and a recording", {
		{ V, "1", .start_s = NOON, .status = "Abandoned" },
		{ A, "1", .start_s = NOON, .status = "Abandoned" } },
	  "attendance_differs 1\n" },
	{ "attended for one only", {
		{ V, "1", .start_s = NOON, .status = "Abandoned" },
		{ H, "1", .start_s = NOON }, { A, "1", .start_s = NOON } },
	  "attendance_differs 1\n" },
	{ "a recording alone", { { A, "1", .start_s = NOON } },
	  "recording_without_call 1\n" },
	{ "not in voice-log", {
		{ H, "1", .start_s = NOON }, { A, "1", .start_s = NOON } },
	  "missing_in_voice_log 1\n" },
	{ "not in service-history", {
		{ V, "1", .start_s = NOON }, { A, "1", .start_s = NOON } },
	  "missing_in_service_history 1\n" },
	{ "a chat", {
		{ H, "1", .start_s = NOON, .medium = RECONCILE_CHAT } }, "" },
	{ "of no medium, and unknown otherwise", {
		{ H, "1", .start_s = NOON, .medium = RECONCILE_PERHAPS } },
	  "" },
	{ "of no medium, and a call for another", {
		{ H, "1", .start_s = NOON, .medium = RECONCILE_PERHAPS },
		{ V, "1", .start_s = NOON } },
	  "attended_without_recording 1\n" },
	/* what became of the recording */
	{ "deferred", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .state = ARK_DEFERRED } },
	  "not_archived 1\n" },
	{ "excluded", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .state = ARK_EXCLUDED,
		  .reason = "agent" } }, "not_archived 1 explained\n" },
	{ "purged", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .state = ARK_PURGED } },
	  "not_archived 1 explained\n" },
	{ "gone", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .state = ARK_GONE } },
	  "not_archived 1\n" },
	/* lengths */
	{ "five seconds longer", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .audio_ms = 65000 } }, "" },
	{ "a millisecond more", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .audio_ms = 65001 } },
	  "duration_differs 1\n" },
	{ "too short", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .audio_ms = 54999 } },
	  "duration_differs 1\n" },
	{ "unknown length", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .audio_ms = -1 } }, "" },
	{ "no end of its own, but one of voice-log", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .talk_s = -1, .audio_ms = 90000 } },
	  "duration_differs 1\n" },
	{ "voice-log tells of more than was recorded", {
		{ V, "1", .start_s = NOON, .talk_s = 300 },
		{ H, "1", .start_s = NOON }, { A, "1", .start_s = NOON } },
	  "duration_differs 1\n" },
	{ "an hour apart", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON + 3600 } }, "times_differ 1\n" },
	/* several under one protocolo */
	{ "called back twice", {
		{ V, "1", "v1", NOON }, { V, "1", "v2", NOON + 900 },
		{ H, "1", "h2", NOON + 900 }, { H, "1", "h1", NOON },
		{ A, "1", "a2", NOON + 901 }, { A, "1", "a1", NOON + 1 } },
	  "" },
	{ "called back, one without recording", {
		{ V, "1", "v1", NOON }, { V, "1", "v2", NOON + 900 },
		{ H, "1", "h1", NOON }, { H, "1", "h2", NOON + 900 },
		{ A, "1", "a2", NOON + 900 } },
	  "attended_without_recording 1\n" },
	{ "transferred, two recordings of one call", {
		{ V, "1", "v1", NOON, 600 }, { H, "1", "h1", NOON, 600 },
		{ A, "1", "a1", NOON, 240 },
		{ A, "1", "a2", NOON + 240, 360 } }, "" },
	{ "transferred, one recording of two legs", {
		{ V, "1", "v1", NOON, 240 },
		{ V, "1", "v2", NOON + 240, 360 },
		{ H, "1", "h1", NOON, 600 }, { A, "1", "a1", NOON, 600 } },
	  "" },
	{ "transferred, the second leg not recorded", {
		{ V, "1", "v1", NOON, 600 }, { H, "1", "h1", NOON, 600 },
		{ A, "1", "a1", NOON, 240 } }, "duration_differs 1\n" },
	{ "rang elsewhere before it was attended", {
		{ V, "1", "v1", NOON, .status = "NoAnswer" },
		{ V, "1", "v2", NOON + 30 }, { H, "1", "h1", NOON + 30 },
		{ A, "1", "a1", NOON + 30 } }, "" },
	{ "the attended one is nearer than one that only rang", {
		{ V, "1", "v1", NOON, .status = "NoAnswer" },
		{ V, "1", "v2", NOON + 20 }, { H, "1", "h1", NOON },
		{ A, "1", "a1", NOON + 20 } }, "" },
	{ "answered in one report alone, but near", {
		{ V, "1", "v1", NOON, .status = "NoAnswer" },
		{ H, "1", "h1", NOON }, { A, "1", "a1", NOON },
		{ V, "1", "v2", NOON + 5000 }, { H, "1", "h2", NOON + 5000 },
		{ A, "1", "a2", NOON + 5000 } }, "attendance_differs 1\n" },
	{ "a leg that went on beyond what was recorded", {
		{ V, "1", "v1", NOON, 600 }, { H, "1", "h1", NOON, 600 },
		{ A, "1", "a1", NOON, 600 },
		{ V, "1", "v2", NOON + 310, 900 } },
	  "attended_without_recording 1\nmissing_in_service_history 1\n" },
	{ "the same recording twice", {
		{ V, "1", "v1", NOON }, { H, "1", "h1", NOON },
		{ A, "1", "a1", NOON }, { A, "1", "a2", NOON } }, "" },
	/* without protocolo the shared id joins */
	{ "no protocolo", {
		{ H, "", "x", NOON }, { A, "", "x", NOON } },
	  "missing_in_voice_log \n" },
	{ "a protocolo is no id", {
		{ H, "", "x", NOON }, { A, "x", "y", NOON },
		{ V, "x", "z", NOON } },
	  "attended_without_recording \nmissing_in_voice_log \n"
	  "missing_in_service_history x\n" },
	{ "a protocolo is no id, whatever the order", {
		{ H, "x", "y", NOON }, { A, "x", "z", NOON },
		{ V, "", "x", NOON } },
	  "missing_in_voice_log x\nattended_without_recording \n"
	  "missing_in_service_history \n" },
	/* midnight */
	{ "voice-log sees it before midnight", {
		{ V, "1", .start_s = MIDNIGHT - 3 },
		{ H, "1", .start_s = MIDNIGHT + 2 },
		{ A, "1", .start_s = MIDNIGHT + 2 } }, "" },
	{ "the others see it after midnight", {
		{ V, "1", .start_s = MIDNIGHT + DAY_SECONDS - 3 },
		{ H, "1", .start_s = MIDNIGHT + DAY_SECONDS + 2 },
		{ A, "1", .start_s = MIDNIGHT + DAY_SECONDS + 2 } }, "" },
	{ "of another day, and wrong", {
		{ V, "1", .start_s = MIDNIGHT - 3 } }, "" },
	{ "in the last second, without recording", {
		{ V, "1", .start_s = MIDNIGHT + DAY_SECONDS - 1 },
		{ H, "1", .start_s = MIDNIGHT + DAY_SECONDS } },
	  "attended_without_recording 1\n" },
	/* documents */
	{ "changed", {
		{ V, "1", .start_s = NOON, .version = 2 },
		{ H, "1", .start_s = NOON }, { A, "1", .start_s = NOON } },
	  "changed 1 explained\n" },
	{ "vanished from one report", {
		{ V, "1", .start_s = NOON, .vanished_s = NOON },
		{ H, "1", .start_s = NOON }, { A, "1", .start_s = NOON } },
	  "vanished 1\n" },
	{ "vanished from all", {
		{ V, "1", .start_s = NOON, .vanished_s = NOON },
		{ H, "1", .start_s = NOON, .vanished_s = NOON },
		{ A, "1", .start_s = NOON, .vanished_s = NOON } },
	  "vanished 1 explained\nvanished 1 explained\n"
	  "vanished 1 explained\n" },
	{ "late", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON },
		{ V, "2", .start_s = NOON,
		  .first_seen_s = MIDNIGHT + 3 * DAY_SECONDS },
		{ H, "2", .start_s = NOON }, { A, "2", .start_s = NOON } },
	  "late 2 explained\n" },
	{ "not late: the listing lasted", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON },
		{ V, "2", .start_s = NOON,
		  .first_seen_s = MIDNIGHT + 2 * DAY_SECONDS + 900 },
		{ H, "2", .start_s = NOON }, { A, "2", .start_s = NOON } },
	  "" },
	{ "not late: listed before it was over", {
		{ V, "1", .start_s = MIDNIGHT, .first_seen_s = NOON },
		{ H, "1", .start_s = MIDNIGHT }, { A, "1",
		  .start_s = MIDNIGHT }, { V, "2", .start_s = NOON },
		{ H, "2", .start_s = NOON }, { A, "2", .start_s = NOON } },
	  "" },
};

static void
run_row(struct day *d, const struct row *row)
{
	buf_clear(&d->told);
	day_open(d);
	for (size_t i = 0; i < MAX_DOCS && row->docs[i].protocol; i++)
		assert_int_equal(day_put(d, &row->docs[i], NULL), 0);
	assert_int_equal(reconcile_run(d->calls, day_hear, d, NULL), 0);
	if (strcmp(buf_text(&d->told), row->told))
		fail_msg("%s:\ngot  %s\nwant %s", row->name,
			 buf_text(&d->told), row->told);
	reconcile_free(d->calls);
	d->calls = NULL;
}

static void
test_rows(void **state)
{
	struct day d;

	(void)state;
	day_begin(&d);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_row(&d, &rows[i]);
	day_end(&d);
}

/* From a listing that is not complete nothing is concluded. */
static void
test_incomplete(void **state)
{
	static const struct doc docs[] = {
		{ V, "1", .start_s = NOON }, { A, "2", .start_s = NOON },
	};
	static const char *const told[ARK_CALL_ROUTES] = {
		[H] = "attended_without_recording 1\n"
		      "missing_in_voice_log 2\n",
		[V] = "attended_without_recording 1\n"
		      "missing_in_service_history 1\n"
		      "missing_in_service_history 2\n",
		[A] = "missing_in_service_history 1\n"
		      "recording_without_call 2\n",
	};
	struct day d;

	(void)state;
	day_begin(&d);
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		struct row row = { "", { docs[0], docs[1] }, told[i] };

		d.options.is_listed[RECONCILE_TODAY][i] = false;
		run_row(&d, &row);
		d.options.is_listed[RECONCILE_TODAY][i] = true;
	}
	day_end(&d);
}

static void
test_medium(void **state)
{
	static const struct {
		const char *document;
		enum reconcile_medium medium;
	} media[] = {
		{ "{\"midia\":1}", RECONCILE_CALL },
		{ "{\"midia\":\"1\"}", RECONCILE_CALL },
		{ "{\"midia\":4}", RECONCILE_CHAT },
		{ "{\"midia\":17}", RECONCILE_CHAT },
		{ "{\"midia\":null}", RECONCILE_PERHAPS },
		{ "{}", RECONCILE_PERHAPS },
		{ "{\"midia\":[1]}", RECONCILE_PERHAPS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(media) / sizeof(media[0]); i++)
		assert_int_equal(reconcile_medium(media[i].document,
						  strlen(media[i].document)),
				 media[i].medium);
}

static void
test_sums(void **state)
{
	static const struct doc docs[] = {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .audio_ms = 61000 },
		{ V, "2", .start_s = NOON }, { H, "2", .start_s = NOON },
		{ A, "2", .start_s = NOON, .audio_ms = -1 },
		{ V, "3", .start_s = NOON, .status = "Abandoned" },
		{ V, "4", .start_s = NOON },
	};
	struct ark_reconcile_line *lines = NULL;
	struct ark_reconciled_day told = { 0 };
	struct day d;
	size_t n = 0;

	(void)state;
	day_begin(&d);
	day_open(&d);
	for (size_t i = 0; i < sizeof(docs) / sizeof(docs[0]); i++)
		assert_int_equal(day_put(&d, &docs[i], NULL), 0);
	assert_int_equal(reconcile_run(d.calls, NULL, NULL, NULL), 0);
	reconcile_sums(d.calls, &told);
	assert_int_equal(told.sums.calls, 3);
	assert_int_equal(told.sums.attended[V], 3);
	assert_int_equal(told.sums.attended[H], 2);
	assert_int_equal(told.sums.recordings, 2);
	assert_int_equal(told.sums.archived, 2);
	assert_int_equal(told.sums.unmeasured, 1);
	assert_int_equal(told.sums.talk_s, 120);
	assert_int_equal(told.sums.audio_ms, 61000);
	assert_int_equal(told.sums.unexplained, 2);
	assert_int_equal(told.unexplained[ARK_ATTENDED_WITHOUT_RECORDING], 1);
	assert_int_equal(told.unexplained[ARK_MISSING_IN_HISTORY], 1);
	assert_int_equal(reconcile_lines(d.calls, &lines, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_string_equal(lines[0].agent, "Ana");
	assert_string_equal(lines[0].service, "Vendas");
	assert_memory_equal(&lines[0].sums, &told.sums, sizeof(told.sums));
	free(lines);
	day_end(&d);
}

/* Those of the day's calls, and none of calls of the days beside it. */
static void
test_beside(void **state)
{
	static const struct doc docs[] = {
		{ V, "1", "v1", NOON, .sha256 = "of the day itself" },
		{ H, "1", "h1", NOON }, { A, "1", "a1", NOON },
		{ V, "2", "v2", MIDNIGHT + DAY_SECONDS - 3 },
		{ H, "2", "h2", MIDNIGHT + DAY_SECONDS + 1, .sha256 = "x" },
		{ A, "2", "a2", MIDNIGHT + DAY_SECONDS + 1, .sha256 = "y" },
		{ V, "3", "v3", MIDNIGHT + 5 },
		{ H, "3", "h3", MIDNIGHT - 5, .sha256 = "z" },
		{ A, "3", "a3", MIDNIGHT - 5 },	/* nobody asks */
		{ V, "4", "v4", MIDNIGHT - 5, .sha256 = "of another day" },
		{ H, "4", "h4", MIDNIGHT - 5, .sha256 = "of another day" },
	};
	static const struct reconcile_beside expected[] = {
		{ DAY - 1, H, "h3", "z" }, { DAY + 1, H, "h2", "x" },
		{ DAY + 1, A, "a2", "y" },
	};
	struct reconcile_beside *found = NULL;
	struct day d;
	size_t n = 0;

	(void)state;
	day_begin(&d);
	day_open(&d);
	for (size_t i = 0; i < sizeof(docs) / sizeof(docs[0]); i++)
		assert_int_equal(day_put(&d, &docs[i], NULL), 0);
	assert_int_equal(reconcile_run(d.calls, NULL, NULL, NULL), 0);
	assert_int_equal(reconcile_beside(d.calls, &found, &n, NULL), 0);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(found[i].day, expected[i].day);
		assert_int_equal(found[i].route, expected[i].route);
		assert_string_equal(found[i].id, expected[i].id);
		assert_string_equal(found[i].sha256, expected[i].sha256);
	}
	free(found);
	day_end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_medium),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
