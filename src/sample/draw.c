#include "sample/draw.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/time.h"
#include "sample/draw_internal.h"

/* What r makes groups by; "" where all calls are one. */
static const char *
group_of(const struct sample_rules *r, const struct sample_call *c)
{
	switch (r->size) {
	case SAMPLE_PER_AGENT:
		return c->agent;
	case SAMPLE_PER_SERVICE:
		return c->service;
	default:
		return "";
	}
}

static int
compare_names(const char *a, const char *b)
{
	return a == b ? 0 : strcmp(a, b);
}

static int
by_day_and_rank(const struct sample_call *x, const struct sample_call *y)
{
	int32_t day = day_of(x->start_s), other = day_of(y->start_s);
	int order;

	if (day != other)
		return day < other ? -1 : 1;
	order = memcmp(x->rank, y->rank, sizeof(x->rank));
	return order ? order : strcmp(x->id, y->id);
}

/* Comparisons for qsort: as by_day_and_rank() inside of each group. */
static int
in_all(const void *a, const void *b)
{
	return by_day_and_rank(a, b);
}

static int
in_agents(const void *a, const void *b)
{
	const struct sample_call *x = a, *y = b;
	int order = compare_names(x->agent, y->agent);

	return order ? order : by_day_and_rank(x, y);
}

static int
in_services(const void *a, const void *b)
{
	const struct sample_call *x = a, *y = b;
	int order = compare_names(x->service, y->service);

	return order ? order : by_day_and_rank(x, y);
}

static int
rank_calls(struct sample_population *p, const struct sample_rules *r,
	   struct lots *l, struct ark_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < p->n; i++) {
		p->calls[i].fate = SAMPLE_LEFT;
		rc = lot(p->calls[i].rank, l, LOT_CALL, p->calls[i].id, err);
	}
	if (!rc && p->n)
		qsort(p->calls, p->n, sizeof(*p->calls),
		      r->size == SAMPLE_PER_AGENT ? in_agents :
		      r->size == SAMPLE_PER_SERVICE ? in_services : in_all);
	return rc;
}

/* ---- groups ----------------------------------------------------------- */

static int
draw_group(struct sample_group *g, const struct sample_rules *r,
	   struct lots *l, struct ark_error *err)
{
	int64_t n = sample_size_n(r, (int64_t)g->n), picked = 0;

	if (r->pick) {
		picked = pick_calls(g, r, n, err);
		if (picked < 0)
			return (int)picked;
	}
	if (r->size == SAMPLE_PICKS)
		return 0;
	if (r->size == SAMPLE_PERCENT)
		return spread_by_share(g, n - picked, l, err);
	return spread_evenly(g, n - picked, l, err);
}

static int
draw_groups(struct sample_draw *d, const struct sample_rules *r,
	    struct sample_population *p, struct lots *l, struct ark_error *err)
{
	bool is_number = r->size != SAMPLE_PERCENT;
	int rc = 0;

	for (size_t at = 0, end; !rc && at < p->n; at = end) {
		struct sample_group g = {
			.name = group_of(r, &p->calls[at]),
			.calls = &p->calls[at],
		};

		for (end = at; end < p->n; end++) {
			if (compare_names(group_of(r, &p->calls[end]), g.name))
				break;
		}
		g.n = end - at;
		d->groups++;
		d->short_groups += is_number && (int64_t)g.n < r->n;
		rc = draw_group(&g, r, l, err);
	}
	return rc;
}

/* ---- what was drawn --------------------------------------------------- */

static int
by_start_and_id(const void *a, const void *b)
{
	const struct sample_call *x = ((const struct sample_drawn *)a)->call;
	const struct sample_call *y = ((const struct sample_drawn *)b)->call;

	if (x->start_s != y->start_s)
		return x->start_s < y->start_s ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* Count what was drawn on each day; both are by day. */
static void
count_days(struct sample_population *p, const struct sample_draw *d)
{
	size_t at = 0;

	for (size_t i = 0; i < p->n_days; i++) {
		struct sample_day *day = &p->days[i];

		day->drawn = 0;
		for (; at < d->n; at++) {
			if (day_of(d->calls[at].call->start_s) != day->day)
				break;
			day->drawn++;
		}
	}
}

static int
gather(struct sample_draw *d, struct sample_population *p,
       struct ark_error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->calls[i].fate != SAMPLE_LEFT;
	if (!n)
		return 0;
	d->calls = calloc(n, sizeof(*d->calls));
	if (!d->calls)
		return error_nomem(err);
	for (size_t i = 0; i < p->n; i++) {
		if (p->calls[i].fate != SAMPLE_LEFT)
			d->calls[d->n++].call = &p->calls[i];
	}
	qsort(d->calls, d->n, sizeof(*d->calls), by_start_and_id);
	count_days(p, d);
	return 0;
}

int
sample_draw(struct sample_draw *out, const struct sample_rules *r,
	    struct sample_population *p, struct ark_error *err)
{
	struct lots l;
	int rc;

	*out = (struct sample_draw){ 0 };
	rc = lots_begin(&l, r->seed, err);
	if (!rc)
		rc = rank_calls(p, r, &l, err);
	if (!rc)
		rc = draw_groups(out, r, p, &l, err);
	if (!rc)
		rc = gather(out, p, err);
	if (!rc && r->n_evaluators)
		rc = deal(out, r, &l, err);
	lots_end(&l);
	return rc;
}

void
sample_draw_release(struct sample_draw *d)
{
	free(d->calls);
	*d = (struct sample_draw){ 0 };
}

size_t
sample_evaluators(const struct sample_rules *r, size_t evaluator,
		  const char *const **names)
{
	*names = r->evaluators;
	if (evaluator == SAMPLE_EVERYBODY || !r->n_evaluators)
		return r->n_evaluators;
	*names += evaluator;
	return 1;
}
