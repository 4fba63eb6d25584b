/*
 * 20,000 calls drawn from a seed, some of them wrong in a way that is known:
 * each of these is found, and no other is accused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>

#include "unit/heap.h"
#include "unit/report/calls.h"

#define CALLS 20000
#define SEED UINT64_C(1)

enum wrong {
	NO_DOCUMENT, NO_LINK, NO_CALL, NO_VOICE_LOG, NO_HISTORY, LONGER,
	DEFERRED, N_WRONG,
};

static const char *const names[N_WRONG] = {
	[NO_DOCUMENT] = "attended_without_recording",
	[NO_LINK] = "attended_without_recording",
	[NO_CALL] = "recording_without_call",
	[NO_VOICE_LOG] = "missing_in_voice_log",
	[NO_HISTORY] = "missing_in_service_history",
	[LONGER] = "duration_differs",
	[DEFERRED] = "not_archived",
};

static uint64_t
draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static bool
is_hidden(int wrong, enum ark_route route)
{
	switch (wrong) {
	case NO_DOCUMENT: return route == A;
	case NO_CALL: return route != A;
	case NO_VOICE_LOG: return route == V;
	case NO_HISTORY: return route == H;
	default: return false;
	}
}

/* One call on all reports that are to know it; wrong < 0: as it should be. */
static void
put_call(struct day *d, const char *protocol, int64_t start_s, int64_t talk_s,
	 int wrong, bool is_attended)
{
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		struct doc doc = {
			.route = (enum ark_route)i, .protocol = protocol,
			.start_s = start_s, .talk_s = talk_s,
			.status = is_attended ? "Contact" : "Abandoned",
		};

		if (is_hidden(wrong, (enum ark_route)i))
			continue;
		if (wrong == NO_LINK || !is_attended)
			doc.state = ARK_NO_LINK;
		if (wrong == DEFERRED)
			doc.state = ARK_DEFERRED;
		if (wrong == LONGER)
			doc.audio_ms = (talk_s + 30) * 1000;
		assert_int_equal(day_put(d, &doc, NULL), 0);
	}
}

static void
test_many(void **state)
{
	struct buf expected = BUF_INIT((size_t)16 << 20);
	uint64_t seed = SEED;
	int planted[N_WRONG] = { 0 };
	struct day d;

	(void)state;
	day_begin(&d);
	day_open(&d);
	for (int i = 0; i < CALLS; i++) {
		int64_t start_s = MIDNIGHT + (int64_t)i * DAY_SECONDS / CALLS;
		int64_t talk_s = 15 + (int64_t)(draw(&seed) % 1200);
		bool is_attended = draw(&seed) % 10 < 7;
		bool is_wrong = is_attended && draw(&seed) % 50 == 0;
		int wrong = is_wrong ? (int)(draw(&seed) % N_WRONG) : -1;
		char protocol[24];

		(void)snprintf(protocol, sizeof(protocol), "2024%06d", i);
		put_call(&d, protocol, start_s, talk_s, wrong, is_attended);
		if (!is_wrong)
			continue;
		planted[wrong]++;
		(void)buf_addf(&expected, "%s %s\n", names[wrong], protocol);
	}
	for (int i = 0; i < N_WRONG; i++)
		assert_true(planted[i] > 10);
	assert_int_equal(reconcile_run(d.calls, day_hear, &d, NULL), 0);
	assert_string_equal(buf_text(&d.told), buf_text(&expected));
	buf_release(&expected);
	day_end(&d);
}

/* All under one protocolo and at one time: slow lists must not be possible. */
static void
test_hostile(void **state)
{
	struct ark_reconciled_day told = { 0 };
	struct day d;
	char id[24];

	(void)state;
	day_begin(&d);
	day_open(&d);
	for (int i = 0; i < CALLS; i++) {
		(void)snprintf(id, sizeof(id), "%d", i);
		for (int route = 0; route < ARK_CALL_ROUTES; route++) {
			const struct doc doc = {
				.route = (enum ark_route)route,
				.protocol = "0", .id = id, .start_s = NOON,
			};

			assert_int_equal(day_put(&d, &doc, NULL), 0);
		}
	}
	assert_int_equal(reconcile_run(d.calls, NULL, NULL, NULL), 0);
	reconcile_sums(d.calls, &told);
	assert_int_equal(told.sums.attended[V], CALLS);
	assert_int_equal(told.sums.archived, CALLS);
	day_end(&d);
}

#define LONG 70000	/* no two such texts are kept in one piece of memory */

static char long_id[LONG], long_protocol[LONG], long_agent[LONG];
static char long_email[LONG], long_service[LONG], long_sha256[LONG];
static char long_reason[LONG];

/* Whatever allocation fails, nothing is told wrongly and nothing leaks. */
static void
attempt(void *ctx)
{
	struct reconcile_options *o = ctx;
	struct ark_error err = { 0 };
	struct day d = { .options = *o, .told = BUF_INIT(4096) };
	static const struct doc docs[] = {
		{ V, "1", "v1", NOON }, { V, "1", "v2", NOON + 900 },
		{ A, "1", "a1", NOON },
		{ V, "2", "v3", MIDNIGHT + 5 },
		{ H, "2", "h3", MIDNIGHT - 5, .sha256 = "x" },
		{ V, long_protocol, long_id, NOON, .sha256 = long_sha256,
		  .reason = long_reason, .agent = long_agent,
		  .email = long_email, .service = long_service },
		{ V, "0", "v0", NOON },
	};
	struct reconcile_beside *beside = NULL;
	struct ark_reconcile_line *lines = NULL;
	size_t n = 0, n_lines = 0;
	int rc;

	rc = reconcile_new(&d.calls, &d.options, &err);
	for (size_t i = 0; !rc && i < sizeof(docs) / sizeof(docs[0]); i++)
		rc = day_put(&d, &docs[i], &err);
	if (!rc)
		rc = reconcile_run(d.calls, NULL, NULL, &err);
	if (!rc)
		rc = reconcile_beside(d.calls, &beside, &n, &err);
	if (!rc)
		rc = reconcile_lines(d.calls, &lines, &n_lines, &err);
	if (heap_has_failed()) {
		assert_int_equal(rc, ARK_ENOMEM);
	} else {
		assert_int_equal(rc, 0);
		assert_int_equal(n, 1);
		assert_int_equal(n_lines, 2);
	}
	free(beside);
	free(lines);
	assert_int_equal(err.code, rc);
	reconcile_free(d.calls);
}

static void
test_memory(void **state)
{
	char *const texts[] = { long_id, long_protocol, long_agent,
				long_email, long_service, long_sha256,
				long_reason };
	struct day d;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		memset(texts[i], 'a' + (int)i, LONG - 1);
	day_begin(&d);
	assert_true(heap_each(attempt, &d.options) > 5);
	day_end(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
