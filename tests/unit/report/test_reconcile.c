#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "unit/report/calls.h"

#define MAX_DOCS 9

struct row {
	const char *name;
	struct doc docs[MAX_DOCS];
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
	{ "queued", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .is_queued = true } },
	  "not_archived 1\n" },
	{ "queued again, and the reason is known", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .is_queued = true,
		  .reason = "verify found it damaged or missing" } },
	  "not_archived 1\n" },
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
	{ "no end, but one of service-history", {
		{ V, "1", .start_s = NOON, .talk_s = -1 },
		{ H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON, .talk_s = -1, .audio_ms = 90000 } },
	  "duration_differs 1\n" },
	{ "no end anywhere", {
		{ V, "1", .start_s = NOON, .talk_s = -1 },
		{ H, "1", .start_s = NOON, .talk_s = -1 },
		{ A, "1", .start_s = NOON, .talk_s = -1, .audio_ms = 90000 } },
	  "" },
	{ "no end of two recordings: nobody knows which is how long", {
		{ V, "1", "v1", NOON, 600 }, { H, "1", "h1", NOON, 600 },
		{ A, "1", "a1", NOON, 240 },
		{ A, "1", "a2", NOON + 240, -1, .audio_ms = 9000 } }, "" },
	{ "two recordings of other lengths are one discrepancy", {
		{ V, "1", "v1", NOON }, { H, "1", "h1", NOON },
		{ A, "1", "a1", NOON, .audio_ms = 90000 },
		{ A, "1", "a2", NOON, .audio_ms = 120000 } },
	  "duration_differs 1\n" },
	{ "no status, but somebody answered", {
		{ V, "1", .start_s = NOON, .status = "" },
		{ H, "1", .start_s = NOON }, { A, "1", .start_s = NOON } },
	  "" },
	{ "short, and apart by no more than clocks are", {
		{ V, "1", .start_s = NOON, .talk_s = 1 },
		{ H, "1", .start_s = NOON, .talk_s = 1 },
		{ A, "1", .start_s = NOON + 3, .talk_s = 1 } }, "" },
	{ "one recording without link, another archived", {
		{ V, "1", "v1", NOON }, { H, "1", "h1", NOON },
		{ A, "1", "a1", NOON, .state = ARK_NO_LINK },
		{ A, "1", "a2", NOON } }, "" },
	{ "nobody asks", {
		{ V, "1", .start_s = NOON, .is_unwanted = true },
		{ H, "1", .start_s = NOON, .is_unwanted = true } }, "" },
	{ "asked for by one of its documents", {
		{ V, "1", .start_s = NOON, .is_unwanted = true },
		{ H, "1", .start_s = NOON } },
	  "attended_without_recording 1\n" },
	{ "three days apart", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON + 3 * DAY_SECONDS } },
	  "times_differ 1\n" },
	{ "three days apart, the other way round", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON - 3 * DAY_SECONDS } },
	  "times_differ 1\n" },
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
	{ "called back, as far apart as one call may be", {
		{ V, "1", "v1", NOON }, { V, "1", "v2", NOON + 20000 },
		{ H, "1", "h1", NOON }, { H, "1", "h2", NOON + 20000 },
		{ A, "1", "a1", NOON + RECONCILE_NEAR_S },
		{ A, "1", "a2", NOON + 20000 } }, "times_differ 1\n" },
	{ "called back, a second further apart", {
		{ V, "1", "v1", NOON }, { V, "1", "v2", NOON + 20000 },
		{ H, "1", "h1", NOON }, { H, "1", "h2", NOON + 20000 },
		{ A, "1", "a1", NOON + RECONCILE_NEAR_S + 1 },
		{ A, "1", "a2", NOON + 20000 } },
	  "attended_without_recording 1\nrecording_without_call 1\n" },
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
	{ "no protocolo, but one conversation", {
		{ V, "", "x", NOON, .interaction_id = "i" },
		{ H, "", "y", NOON, .interaction_id = "i" },
		{ A, "", "z", NOON, .interaction_id = "i" } }, "" },
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
	{ "vanished, and the same report lists it otherwise", {
		{ V, "1", "v1", NOON }, { H, "1", "h1", NOON },
		{ A, "1", "a1", NOON, .vanished_s = NOON },
		{ A, "1", "a2", NOON } }, "vanished 1 explained\n" },
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
	{ "nobody knows whether it was late", {
		{ V, "1", .start_s = NOON }, { H, "1", .start_s = NOON },
		{ A, "1", .start_s = NOON },
		{ V, "2", .start_s = NOON, .first_seen_s = -1 },
		{ H, "2", .start_s = NOON }, { A, "2", .start_s = NOON } },
	  "" },
	{ "not late: it was listed while it lasted, and never after", {
		{ V, "1", .start_s = NOON, .first_seen_s = NOON + 1 },
		{ H, "1", .start_s = NOON, .first_seen_s = NOON + 1 },
		{ A, "1", .start_s = NOON, .first_seen_s = NOON + 1 } }, "" },
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

/* n documents, or up to the first without protocol. */
static void
day_put_all(struct day *d, const struct doc *docs, size_t n)
{
	for (size_t i = 0; i < n && docs[i].protocol; i++)
		assert_int_equal(day_put(d, &docs[i], NULL), 0);
}

static void
run_row(struct day *d, const struct row *row)
{
	buf_clear(&d->told);
	day_open(d);
	day_put_all(d, row->docs, MAX_DOCS);
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

/* ---- whoever listens ---------------------------------------------------- */

#define STOP (-99)		/* of nobody else's codes */

struct ear {
	int n, stop_at;			/* 0: never */
	char last[256];			/* detail */
};

/* ark_discrepancy_fn */
static int
hear_until(void *ctx, const struct ark_discrepancy *found)
{
	struct ear *e = ctx;

	(void)snprintf(e->last, sizeof(e->last), "%s", found->detail);
	return ++e->n == e->stop_at ? STOP : 0;
}

static int
run_to(struct day *d, const struct row *row, struct ear *e)
{
	int rc;

	day_open(d);
	day_put_all(d, row->docs, MAX_DOCS);
	rc = reconcile_run(d->calls, hear_until, e, NULL);
	reconcile_free(d->calls);
	d->calls = NULL;
	return rc;
}

/* What the listener returned ends it, at whichever it is. */
static void
test_each_may_be_the_last(void **state)
{
	static const struct row many = { "much is wrong", {
		{ V, "1", "v1", NOON, .version = 2, .vanished_s = NOON,
		  .first_seen_s = MIDNIGHT + 3 * DAY_SECONDS },
		{ A, "1", "a1", NOON, .state = ARK_GONE, .version = 2 },
		{ A, "1", "a2", NOON, .state = ARK_FAILED },
		{ H, "2", "h2", NOON + 7200 },
		{ V, "3", "v3", NOON + 9000 }, { H, "3", "h3", NOON + 9000 },
		{ A, "3", "a3", NOON + 18000 },
	}, NULL };
	struct day d;

	(void)state;
	day_begin(&d);
	for (size_t i = 0; i <= sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = i ? &rows[i - 1] : &many;
		struct ear all = { 0 };

		assert_int_equal(run_to(&d, row, &all), 0);
		assert_true(i || all.n > 8);
		for (int n = 1; n <= all.n; n++) {
			struct ear e = { .stop_at = n };
			int rc = run_to(&d, row, &e);

			if (rc != STOP || e.n != n)
				fail_msg("%s: %d, %d of %d", row->name, rc,
					 e.n, n);
		}
	}
	day_end(&d);
}

/* Beside a day that was not listed, what is missing may be there. */
static void
test_doubt(void **state)
{
	static const struct {
		int side;
		int64_t start_s;
		const char *doubt;
	} sides[] = {
		{ RECONCILE_BEFORE, MIDNIGHT + 5,
		  "; the day before was not listed completely" },
		{ RECONCILE_AFTER, MIDNIGHT + DAY_SECONDS - 5,
		  "; the day after was not listed completely" },
	};
	struct day d;

	(void)state;
	day_begin(&d);
	for (size_t i = 0; i < 2; i++) {
		const struct row row = { "", {
			{ V, "1", .start_s = sides[i].start_s },
			{ H, "1", .start_s = sides[i].start_s },
		}, NULL };
		bool *is_listed = &d.options.is_listed[sides[i].side][A];
		struct ear e = { 0 };

		assert_int_equal(run_to(&d, &row, &e), 0);
		assert_int_equal(e.n, 1);
		assert_null(strstr(e.last, "the day "));
		*is_listed = false;
		assert_int_equal(run_to(&d, &row, &e), 0);
		assert_non_null(strstr(e.last, sides[i].doubt));
		*is_listed = true;
	}
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
	day_put_all(&d, docs, sizeof(docs) / sizeof(docs[0]));
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

/*
 * A call is hers whom the first report names that names anybody; and there is
 * a line for each who has calls, in order.
 */
static void
test_lines(void **state)
{
	static const struct doc docs[] = {
		{ V, "1", "v1", NOON, .agent = "", .email = "" },
		{ A, "1", "a1", NOON, .agent = "Bia", .email = "b@x.example" },
		{ V, "2", "v2", NOON, .agent = "", .email = "z@x.example" },
		{ A, "2", "a2", NOON, .agent = "Eva", .email = "e@x.example" },
		{ V, "3", "v3", NOON, .agent = "Bia", .email = "a@x.example" },
		{ A, "3", "a3", NOON, .agent = "Eva", .email = "e@x.example" },
	};
	static const char *const emails[] = {
		"z@x.example", "a@x.example", "b@x.example",
	};
	struct ark_reconcile_line *lines = NULL;
	struct day d;
	size_t n = 0;

	(void)state;
	day_begin(&d);
	day_open(&d);
	day_put_all(&d, docs, sizeof(docs) / sizeof(docs[0]));
	assert_int_equal(reconcile_run(d.calls, NULL, NULL, NULL), 0);
	assert_int_equal(reconcile_lines(d.calls, &lines, &n, NULL), 0);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(lines[i].agent_email, emails[i]);
		assert_int_equal(lines[i].sums.calls, 1);
	}
	free(lines);
	day_end(&d);
}

/* A day without calls has neither lines nor anything in other bags. */
static void
test_nothing(void **state)
{
	struct reconcile_beside *beside = NULL;
	struct ark_reconcile_line *lines = NULL;
	struct day d;
	size_t n = 7;

	(void)state;
	day_begin(&d);
	day_open(&d);
	assert_int_equal(reconcile_run(d.calls, day_hear, &d, NULL), 0);
	assert_int_equal(d.told.len, 0);
	assert_int_equal(reconcile_lines(d.calls, &lines, &n, NULL), 0);
	assert_int_equal(n, 0);
	free(lines);
	n = 7;
	assert_int_equal(reconcile_beside(d.calls, &beside, &n, NULL), 0);
	assert_int_equal(n, 0);
	free(beside);
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
		{ V, "5", "v5", MIDNIGHT + DAY_SECONDS - 3 },
		{ H, "5", "h0", MIDNIGHT + DAY_SECONDS + 1, .sha256 = "w" },
		{ V, "4", "v4", MIDNIGHT - 5, .sha256 = "of another day" },
		{ H, "4", "h4", MIDNIGHT - 5, .sha256 = "of another day" },
	};
	static const struct reconcile_beside expected[] = {
		{ DAY - 1, H, "h3", "z" }, { DAY + 1, H, "h0", "w" },
		{ DAY + 1, H, "h2", "x" }, { DAY + 1, A, "a2", "y" },
	};
	struct reconcile_beside *found = NULL;
	struct day d;
	size_t n = 0;

	(void)state;
	day_begin(&d);
	day_open(&d);
	day_put_all(&d, docs, sizeof(docs) / sizeof(docs[0]));
	assert_int_equal(reconcile_run(d.calls, NULL, NULL, NULL), 0);
	assert_int_equal(reconcile_beside(d.calls, &found, &n, NULL), 0);
	assert_int_equal(n, sizeof(expected) / sizeof(expected[0]));
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
		cmocka_unit_test(test_each_may_be_the_last),
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_medium),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
