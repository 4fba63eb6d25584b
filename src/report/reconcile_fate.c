/*
 * What became of the documents of one call, and of its recordings.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "report/reconcile_judge.h"

int
judge_recording(struct judge *j, const struct reconcile_entry *e)
{
	bool is_by_rule = e->state == ARK_EXCLUDED || e->state == ARK_PURGED;

	if (e->state == ARK_NO_LINK || e->state == ARK_ARCHIVED)
		return 0;
	if (e->state == ARK_EXCLUDED)
		judge_say(j, "excluded by the filter %s", e->reason);
	else if (e->state == ARK_QUEUED)
		judge_say(j, "deferred: %s", *e->reason ? e->reason :
			  "not tried yet");
	else
		judge_say(j, "%s: %s", ark_state_name(e->state), *e->reason ?
			  e->reason : "no reason is known");
	return judge_tell(j, ARK_NOT_ARCHIVED, is_by_rule, e);
}

/* ---- what came late --------------------------------------------------- */

static int
by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void
reconcile_sort_moments(struct reconcile *r)
{
	for (int d = 0; d < RECONCILE_DAYS; d++) {
		for (int i = 0; i < ARK_CALL_ROUTES; i++) {
			struct reconcile_moments *m = &r->moments[d][i];

			if (m->n)
				qsort(m->at, m->n, sizeof(*m->at), by_value);
		}
	}
}

/* The first moment that is not before s; INT64_MAX: none. */
static int64_t
first_moment(const struct reconcile_moments *m, int64_t s)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->at[middle] < s)
			low = middle + 1;
		else
			high = middle;
	}
	return low < m->n ? m->at[low] : INT64_MAX;
}

/* See "What is late" in reconcile.h. */
static bool
is_late(const struct reconcile *r, const struct reconcile_entry *e)
{
	int32_t day = day_of(e->start_s) - r->options.day;
	int64_t over_s, listed_s;

	if (day < -1 || day > 1 || e->first_seen_s < 0)
		return false;
	over_s = zone_instant(r->options.zone, reconcile_to(e));
	listed_s = first_moment(&r->moments[day + 1][e->route],
				over_s + RECONCILE_GRACE_S);
	return listed_s < e->first_seen_s - RECONCILE_LISTING_S;
}

/* ---- what became of the documents ------------------------------------- */

/* Whether the report of e, or all the others, list the call no more either. */
static bool
is_vanishing_explained(const struct judge *j, const struct reconcile_entry *e)
{
	bool is_elsewhere = false;

	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		for (const struct reconcile_entry *other = judge_first(j, i);
		     other; other = judge_next(j, other)) {
			if (other->vanished_s >= 0)
				continue;
			if (other->route == e->route)
				return true;
			is_elsewhere = true;
		}
	}
	return !is_elsewhere;
}

static int
judge_document(struct judge *j, const struct reconcile_entry *e)
{
	const char *report = ark_route_name((enum ark_route)e->route);
	char text[CLOCK_UTC_SIZE];
	int rc = 0;

	if (is_late(j->r, e)) {
		clock_utc(text, e->first_seen_s);
		judge_say(j, "%s: listed only since %s", report, text);
		rc = judge_tell(j, ARK_LATE, true, e);
	}
	if (!rc && e->version > 1) {
		judge_say(j, "%s: version %d; the earlier ones are kept",
			  report, e->version);
		rc = judge_tell(j, ARK_CHANGED, true, e);
	}
	if (!rc && e->vanished_s >= 0) {
		bool is_explained = is_vanishing_explained(j, e);

		clock_utc(text, e->vanished_s);
		judge_say(j, "%s: no longer listed since %s%s", report, text,
			  is_explained ? "; nor by any other report, or the "
			  "same one lists the call otherwise" :
			  "; others list the call");
		rc = judge_tell(j, ARK_VANISHED, is_explained, e);
	}
	return rc;
}

int
judge_documents(struct judge *j)
{
	int rc = 0;

	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		const struct reconcile_entry *e;

		for (e = judge_first(j, judge_order[i]); !rc && e;
		     e = judge_next(j, e))
			rc = judge_document(j, e);
	}
	return rc;
}
