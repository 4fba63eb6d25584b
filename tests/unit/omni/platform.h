/*
 * A platform without a network: the documents of one day, given out in pages
 * with the manners and the faults that a scenario asks for, and a line of
 * requests in flight whose answers come back in any order.
 */
#ifndef UNIT_OMNI_PLATFORM_H
#define UNIT_OMNI_PLATFORM_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/idset.h"
#include "omni/walk.h"

#define DAY_FROM (20000 * INT64_C(86400))
#define DAY_TO (DAY_FROM + 86400)

enum {
	MAX_DOCUMENTS = 512,
	MAX_IN_FLIGHT = 4,	/* as the lister has it */
	MAX_STEPS = 100000,
};

enum total_kind { TOTAL_TRUE, TOTAL_CONSTANT, TOTAL_DELTA, TOTAL_OF_PAGE,
		  TOTAL_NONE };
enum feed_order { IN_ORDER, LAST_FIRST, SHUFFLED, N_ORDERS };

/* What happens just before one request, or at all requests from there on. */
enum drift {
	NO_DRIFT, INSERT_BEFORE, INSERT_AFTER, DELETE_BEFORE, DELETE_AFTER,
	REORDER, SAME_PAGE, ENDLESS, EMPTY_PAGE, REFUSE,
};

struct scenario {
	int n, size;			/* documents, and of a page */
	enum omni_unit unit;
	enum omni_param param;		/* the name it knows */
	enum total_kind total;
	int64_t lie;			/* the constant, or the delta */
	int ceiling;			/* of a result; 0: none */
	bool is_capped;			/* Total tells the ceiling */
	bool ends_before_end;		/* date_end is exclusive */
	bool ignores_times;		/* any part of a day gives all of it */
	bool clamps;			/* behind the last page: that again */
	int refuses_from;		/* pages from this one fail; 0: none */
	int64_t at_s, within_s;		/* when the documents are; 0: all day */
	enum drift drift;
	int drift_at, drift_times;	/* request; 0 times: ever after */
	int repeated;			/* documents listed twice */
};

struct document {
	char id[16];
	int64_t at_s;
	bool is_gone, is_late;
};

/* What one request brought, fed when its turn comes. */
struct answer {
	struct walk_query query;
	int64_t total;
	const char *ids[MAX_DOCUMENTS];
	size_t n;
	bool is_failed;
};

struct platform {
	const struct scenario *s;
	struct document documents[MAX_DOCUMENTS];
	int order[MAX_DOCUMENTS];	/* as it lists them */
	int n, n_made_up, requests;
	char made_up[MAX_DOCUMENTS][16];
	struct answer in_flight[MAX_IN_FLIGHT];
	int n_in_flight;
	enum feed_order feeding;
	uint32_t luck;
};

static inline uint32_t
platform_luck(struct platform *p, uint32_t below)
{
	p->luck = p->luck * 1664525u + 1013904223u;
	return (p->luck >> 8) % below;
}

static inline void
platform_init(struct platform *p, const struct scenario *s,
	      enum feed_order feeding, uint32_t seed)
{
	int64_t within = s->within_s ? s->within_s : 86400;

	memset(p, 0, sizeof(*p));
	p->s = s;
	p->feeding = feeding;
	p->luck = seed;
	p->n = s->n;
	assert_true(s->n + 40 < MAX_DOCUMENTS);
	for (int i = 0; i < s->n; i++) {
		struct document *d = &p->documents[i];

		(void)snprintf(d->id, sizeof(d->id), "d%d", i);
		d->at_s = DAY_FROM + s->at_s + within * (2 * i + 1) /
			(2 * s->n);
		p->order[i] = i;
	}
}

/* A document that was not there before, at the front or the end of the day. */
static inline void
platform_insert(struct platform *p, bool is_first)
{
	struct document *d = &p->documents[p->n];

	if (p->n + 1 >= MAX_DOCUMENTS)
		return;
	(void)snprintf(d->id, sizeof(d->id), "late%d", p->n);
	d->is_late = true;
	d->at_s = is_first ? DAY_FROM : DAY_TO - 1;
	if (is_first) {
		memmove(p->order + 1, p->order, (size_t)p->n * sizeof(int));
		p->order[0] = p->n;
	} else {
		p->order[p->n] = p->n;
	}
	p->n++;
}

static inline void
platform_delete(struct platform *p, bool is_first)
{
	for (int i = 0; i < p->n; i++) {
		int at = p->order[is_first ? i : p->n - 1 - i];

		if (p->documents[at].is_gone)
			continue;
		p->documents[at].is_gone = true;
		return;
	}
}

static inline void
platform_shuffle(struct platform *p)
{
	for (int i = p->n - 1; i > 0; i--) {
		int k = (int)platform_luck(p, (uint32_t)i + 1);
		int kept = p->order[i];

		p->order[i] = p->order[k];
		p->order[k] = kept;
	}
}

static inline bool
platform_is_drifting(const struct platform *p, enum drift what)
{
	const struct scenario *s = p->s;

	return s->drift == what && p->requests >= s->drift_at &&
	       (!s->drift_times || p->requests < s->drift_at + s->drift_times);
}

static inline void
platform_move(struct platform *p)
{
	if (platform_is_drifting(p, INSERT_BEFORE))
		platform_insert(p, true);
	if (platform_is_drifting(p, INSERT_AFTER))
		platform_insert(p, false);
	if (platform_is_drifting(p, DELETE_BEFORE))
		platform_delete(p, true);
	if (platform_is_drifting(p, DELETE_AFTER))
		platform_delete(p, false);
	if (platform_is_drifting(p, REORDER))
		platform_shuffle(p);
}

/* Everything in the window, in the platform's order. */
static inline int
platform_select(const struct platform *p, const struct walk_query *q,
		const char *found[MAX_DOCUMENTS])
{
	int n = 0;

	for (int i = 0; i < p->n; i++) {
		const struct document *d = &p->documents[p->order[i]];

		if (d->is_gone)
			continue;
		if (!p->s->ignores_times &&
		    (d->at_s < q->from_s || d->at_s > q->to_s ||
		     (p->s->ends_before_end && d->at_s == q->to_s)))
			continue;
		found[n++] = d->id;
		if (n <= p->s->repeated && n < MAX_DOCUMENTS) {
			found[n] = d->id;
			n++;
		}
	}
	return n;
}

static inline int64_t
platform_total(const struct scenario *s, int found, size_t on_page)
{
	switch (s->total) {
	case TOTAL_TRUE:
		return s->ceiling && s->is_capped && found > s->ceiling ?
			s->ceiling : found;
	case TOTAL_CONSTANT:
		return s->lie;
	case TOTAL_DELTA:
		return found + s->lie > 0 ? found + s->lie : 0;
	case TOTAL_OF_PAGE:
		return (int64_t)on_page;
	case TOTAL_NONE:
		break;
	}
	return -1;
}

/* Where the page begins, as the platform understands the request. */
static inline int64_t
platform_skip(const struct platform *p, const struct omni_dialect *d,
	      const struct walk_query *q)
{
	bool is_dash = !strcmp(dialect_param(d), "report-skip");
	int64_t skip = q->page < 0 ? 0 : dialect_skip(d, q->page);

	if (is_dash != (p->s->param == OMNI_PARAM_DASH))
		return 0;
	return p->s->unit == OMNI_UNIT_DOCUMENTS ? skip : skip * p->s->size;
}

static inline void
platform_make_up(struct platform *p, struct answer *a)
{
	for (int i = 0; i < p->s->size && p->n_made_up < MAX_DOCUMENTS; i++) {
		char *id = p->made_up[p->n_made_up++];

		(void)snprintf(id, 16, "m%d", p->n_made_up);
		a->ids[a->n++] = id;
	}
}

/* Answer q as the platform is now. */
static inline void
platform_answer(struct platform *p, const struct omni_dialect *d,
		const struct walk_query *q, struct answer *a)
{
	const struct scenario *s = p->s;
	const char *found[MAX_DOCUMENTS];
	int64_t at = platform_skip(p, d, q);
	int n, reach;

	platform_move(p);
	*a = (struct answer){ .query = *q };
	n = platform_select(p, q, found);
	reach = s->ceiling && n > s->ceiling ? s->ceiling : n;
	if (platform_is_drifting(p, SAME_PAGE))
		at = 0;
	if (s->clamps && at >= reach && reach)
		at = (reach - 1) / s->size * s->size;
	for (int64_t i = at; i < reach && i < at + s->size; i++)
		a->ids[a->n++] = found[i];
	if (!a->n && platform_is_drifting(p, ENDLESS))
		platform_make_up(p, a);
	if (platform_is_drifting(p, EMPTY_PAGE))
		a->n = 0;
	a->total = platform_total(s, n, a->n);
	a->is_failed = (s->refuses_from && at >= s->refuses_from * s->size) ||
		       platform_is_drifting(p, REFUSE);
	p->requests++;
}

/* Ask whatever w wants, as many at once as the lister would. */
static inline void
platform_ask(struct platform *p, struct walk *w)
{
	struct walk_query q;

	while (p->n_in_flight < MAX_IN_FLIGHT && walk_next(w, &q)) {
		assert_true(q.from_s >= w->from_s && q.to_s <= w->to_s);
		assert_true(q.from_s < q.to_s);
		platform_answer(p, w->dialect, &q,
				&p->in_flight[p->n_in_flight++]);
	}
}

/* Take one answer out of the line. */
static inline struct answer
platform_take(struct platform *p)
{
	struct answer a;
	int i = 0;

	assert_true(p->n_in_flight > 0);
	if (p->feeding == LAST_FIRST)
		i = p->n_in_flight - 1;
	else if (p->feeding == SHUFFLED)
		i = (int)platform_luck(p, (uint32_t)p->n_in_flight);
	a = p->in_flight[i];
	p->n_in_flight--;
	memmove(&p->in_flight[i], &p->in_flight[i + 1],
		(size_t)(p->n_in_flight - i) * sizeof(a));
	return a;
}

static inline void
platform_feed(struct walk *w, const struct answer *a)
{
	if (a->is_failed)
		walk_fail(w, &a->query, "refused");
	else
		assert_int_equal(walk_feed(w, &a->query, a->total, a->ids,
					   a->n), 0);
}

/* How many documents that were there all the time are not in ids. */
static inline int
platform_missing(const struct platform *p, const struct idset *ids)
{
	int n = 0;

	for (int i = 0; i < p->n; i++) {
		const struct document *d = &p->documents[i];

		n += !d->is_gone && !d->is_late && !idset_has(ids, d->id);
	}
	return n;
}

#endif
