/*
 * A draw and the same draw made again.
 */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/idmap.h"
#include "model/time.h"
#include "sample/record.h"

struct comparison {
	const struct sample_record *was, *now;
	ark_redraw_fn *fn;
	void *ctx;
	int64_t n;			/* differences told */
	int rc;				/* of fn; then nothing more is told */
};

static void
tell(struct comparison *c, enum ark_redraw_kind kind, int32_t day,
     const char *id, const char *detail)
{
	const struct ark_redraw_difference d = { kind, day, id, detail };

	if (c->rc)
		return;
	c->n++;
	c->rc = c->fn(c->ctx, &d);
}

/* Two populations, of all or of one day; 0 calls where there is none. */
static void
compare_calls(struct comparison *c, enum ark_redraw_kind kind, int32_t day,
	      const struct sample_day *was, const struct sample_day *now)
{
	char detail[96] = "as many calls, but not the same, or their "
			  "documents say something else";

	if (was->population == now->population &&
	    !memcmp(was->sha256, now->sha256, sizeof(was->sha256)))
		return;
	if (was->population != now->population)
		(void)snprintf(detail, sizeof(detail),
			       "%lld calls to draw from, now %lld",
			       (long long)was->population,
			       (long long)now->population);
	tell(c, kind, day, "", detail);
}

static void
compare_populations(struct comparison *c)
{
	struct sample_day was = { .population = c->was->population };
	struct sample_day now = { .population = c->now->population };

	memcpy(was.sha256, c->was->population_sha256, sizeof(was.sha256));
	memcpy(now.sha256, c->now->population_sha256, sizeof(now.sha256));
	compare_calls(c, ARK_REDRAW_POPULATION, ARK_NO_DAY, &was, &now);
}

static void
compare_days(struct comparison *c)
{
	static const struct sample_day none = { 0 };
	size_t i = 0, k = 0;

	while (i < c->was->n_days || k < c->now->n_days) {
		const struct sample_day *was = &none, *now = &none;
		int32_t day = INT32_MAX;

		if (i < c->was->n_days)
			day = c->was->days[i].day;
		if (k < c->now->n_days && c->now->days[k].day < day)
			day = c->now->days[k].day;
		if (i < c->was->n_days && c->was->days[i].day == day)
			was = &c->was->days[i++];
		if (k < c->now->n_days && c->now->days[k].day == day)
			now = &c->now->days[k++];
		compare_calls(c, ARK_REDRAW_DAY, day, was, now);
	}
}

static void
compare_call(struct comparison *c, const struct record_call *was,
	     const struct record_call *now)
{
	int32_t day = day_of(was->start_s);

	if (!now) {
		tell(c, ARK_REDRAW_MISSING, day, was->id, "it is not drawn");
		return;
	}
	if (memcmp(was->sha256, now->sha256, sizeof(was->sha256)))
		tell(c, ARK_REDRAW_BYTES, day, was->id, "the recording has "
		     "another SHA-256");
	if (was->is_picked != now->is_picked ||
	    was->evaluator != now->evaluator)
		tell(c, ARK_REDRAW_EVALUATORS, day, was->id, "it goes to "
		     "others, or was not picked for its length");
}

/* Calls by their ids; a call of now that is met leaves the map. */
static int
compare_drawn(struct comparison *c)
{
	const struct sample_record *was = c->was, *now = c->now;
	struct idmap by_id = { 0 };
	int rc = 0;

	for (size_t i = 0; !rc && i < now->n_calls; i++)
		rc = idmap_put(&by_id, now->calls[i].id,
			       (void *)(uintptr_t)&now->calls[i]);
	for (size_t i = 0; !rc && i < was->n_calls; i++) {
		compare_call(c, &was->calls[i],
			     idmap_get(&by_id, was->calls[i].id));
		idmap_drop(&by_id, was->calls[i].id);
	}
	for (size_t i = 0; !rc && i < now->n_calls; i++) {
		const struct record_call *call = &now->calls[i];

		if (idmap_get(&by_id, call->id))
			tell(c, ARK_REDRAW_NEW, day_of(call->start_s), call->id,
			     "it is drawn, and not in the record");
	}
	idmap_release(&by_id);
	return rc;
}

int64_t
record_compare(const struct sample_record *was, const struct sample_record *now,
	       ark_redraw_fn *fn, void *ctx, struct ark_error *err)
{
	struct comparison c = { .was = was, .now = now, .fn = fn, .ctx = ctx };

	compare_populations(&c);
	compare_days(&c);
	if (compare_drawn(&c))
		return error_nomem(err);
	return c.rc ? c.rc : c.n;
}
