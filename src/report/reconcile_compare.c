/*
 * The times of one call: whether its documents and its audio agree.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/reconcile_internal.h"

/* Seconds spoken by one document; -1: it does not say. */
static int64_t
talk_of(const struct reconcile_entry *e)
{
	if (e->answered_s < 0 || e->end_s < e->answered_s)
		return -1;
	return e->end_s - e->answered_s;
}

/* Seconds from the first word to the last by one report; -1: unknown. */
static int64_t
span_of(const struct reconcile *r, const struct reconcile_call *call, int route)
{
	size_t i = call->first[route];

	if (i == RECONCILE_NONE)
		return -1;
	for (; i != RECONCILE_NONE; i = r->entries[i].next) {
		if (talk_of(&r->entries[i]) < 0)
			return -1;
	}
	return call->to_s[route] - call->from_s[route];
}

/* What the recording of e should be long; -1: nobody says. */
static int64_t
expected_s(const struct reconcile *r, const struct reconcile_call *call,
	   const struct reconcile_entry *e)
{
	int64_t s = talk_of(e);

	if (s < 0 && call->n[ARK_AUDIO_LINKS] == 1)
		s = span_of(r, call, ARK_VOICE_LOG);
	if (s < 0 && call->n[ARK_AUDIO_LINKS] == 1)
		s = span_of(r, call, ARK_SERVICE_HISTORY);
	return s;
}

/* Each archived recording with what its document says of it. */
static int
compare_audio(const struct reconcile *r, const struct reconcile_call *call,
	      char *detail, size_t n, int64_t *unmeasured)
{
	int64_t most_ms = r->options.tolerance_s * 1000;
	size_t i = call->first[ARK_AUDIO_LINKS];
	int is_different = 0;

	for (; i != RECONCILE_NONE; i = r->entries[i].next) {
		const struct reconcile_entry *e = &r->entries[i];
		int64_t s = expected_s(r, call, e);

		if (e->state != ARK_ARCHIVED)
			continue;
		if (e->audio_ms < 0 || s < 0) {
			(*unmeasured)++;
			continue;
		}
		if (is_different || llabs(e->audio_ms - s * 1000) <= most_ms)
			continue;
		(void)snprintf(detail, n, "the recording is %" PRId64 ".%03d s "
			       "long, the call was %" PRId64 " s",
			       e->audio_ms / 1000, (int)(e->audio_ms % 1000),
			       s);
		is_different = 1;
	}
	return is_different;
}

int
reconcile_compare(const struct reconcile *r,
		  const struct reconcile_call *call, char *detail, size_t n,
		  int64_t *unmeasured)
{
	static const int others[] = { ARK_VOICE_LOG, ARK_SERVICE_HISTORY };
	int64_t own_s = span_of(r, call, ARK_AUDIO_LINKS);

	if (compare_audio(r, call, detail, n, unmeasured))
		return 1;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		int64_t s = span_of(r, call, others[i]);

		if (own_s < 0 || s < 0 ||
		    llabs(own_s - s) <= r->options.tolerance_s)
			continue;
		(void)snprintf(detail, n, "%s tells of %" PRId64 " s, %s of "
			       "%" PRId64 " s",
			       ark_route_name(ARK_AUDIO_LINKS), own_s,
			       ark_route_name((enum ark_route)others[i]), s);
		return 1;
	}
	return 0;
}

static bool
is_apart(const struct reconcile *r, const struct reconcile_call *call, int a,
	 int b)
{
	if (span_of(r, call, a) < 0 || span_of(r, call, b) < 0)
		return false;
	return (call->from_s[a] > call->to_s[b] ||
		call->from_s[b] > call->to_s[a]) &&
	       llabs(call->from_s[a] - call->from_s[b]) >
	       r->options.tolerance_s;
}

int
reconcile_are_apart(const struct reconcile *r,
		    const struct reconcile_call *call, char *detail, size_t n)
{
	for (int a = 0; a < ARK_CALL_ROUTES; a++) {
		for (int b = a + 1; b < ARK_CALL_ROUTES; b++) {
			char first[MOMENT_SIZE], second[MOMENT_SIZE];

			if (!is_apart(r, call, a, b))
				continue;
			moment_format(first, call->from_s[a]);
			moment_format(second, call->from_s[b]);
			(void)snprintf(detail, n, "answered %s by %s, %s by %s",
				       first, ark_route_name((enum ark_route)a),
				       second,
				       ark_route_name((enum ark_route)b));
			return 1;
		}
	}
	return 0;
}
