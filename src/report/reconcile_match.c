/*
 * Which documents of one protocolo are about the same call.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "report/reconcile_internal.h"

/*
 * Of how many calls of one protocolo a document's own is looked for among.
 * Real ones have a handful; this bounds what a hostile list of documents with
 * one protocolo can cost.
 */
#define MAX_LOOKED_AT 64

/* First what agrees to the second or nearly, then what is merely near. */
#define EXACT_S INT64_C(2)

int64_t
reconcile_from(const struct reconcile_entry *e)
{
	return e->answered_s >= 0 ? e->answered_s : e->start_s;
}

int64_t
reconcile_to(const struct reconcile_entry *e)
{
	return e->end_s > reconcile_from(e) ? e->end_s : reconcile_from(e);
}

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Put the chain of entries that begins at `first` to a call. */
static void
attach(struct reconcile *r, struct reconcile_call *call, size_t first)
{
	struct reconcile_entry *e = &r->entries[first];
	unsigned route = e->route;
	bool is_first = !call->n[route];
	size_t i = first, last = first;

	for (; i != RECONCILE_NONE; i = r->entries[i].next) {
		e = &r->entries[i];
		call->from_s[route] = is_first ? reconcile_from(e) :
			least(call->from_s[route], reconcile_from(e));
		call->to_s[route] = is_first ? reconcile_to(e) :
			most(call->to_s[route], reconcile_to(e));
		call->begin_s = least(call->begin_s, e->start_s);
		call->end_s = most(call->end_s, reconcile_to(e));
		call->n[route]++;
		is_first = false;
		last = i;
	}
	r->entries[last].next = call->first[route];
	call->first[route] = first;
}

static struct reconcile_call *
another_call(struct reconcile *r, const char *key, struct ark_error *err)
{
	struct reconcile_call *grown, *call;

	grown = array_room(r->calls, r->n_calls, &r->cap_calls,
			   sizeof(*grown));
	if (!grown) {
		error_nomem(err);
		return NULL;
	}
	r->calls = grown;
	call = &grown[r->n_calls++];
	*call = (struct reconcile_call){
		.key = key, .begin_s = INT64_MAX, .end_s = INT64_MIN,
	};
	for (int i = 0; i < ARK_CALL_ROUTES; i++)
		call->first[i] = RECONCILE_NONE;
	return call;
}

/*
 * How far apart a document and a call, of which each report has at most one,
 * are.  What rang and what was answered are not near, however close: the one
 * came before the other, or they overlap and merge_parts() sees to them.
 */
static int64_t
distance(const struct reconcile *r, const struct reconcile_call *call,
	 const struct reconcile_entry *e)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		const struct reconcile_entry *other;
		int64_t s;

		if (!call->n[i])
			continue;
		other = &r->entries[call->first[i]];
		if ((other->answered_s < 0) != (e->answered_s < 0))
			continue;
		s = llabs(reconcile_from(other) - reconcile_from(e));
		best = least(best, s);
	}
	return best;
}

/* How many of the n calls, which are sorted, begin no later than `s`. */
static size_t
begun_by(const struct reconcile_call *calls, size_t n, int64_t s)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (calls[middle].begin_s <= s)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

/*
 * The call nearest to e, within `most_s`, that has no document of its report
 * yet; or NULL.  It is among those that began last before e was over.
 */
static struct reconcile_call *
nearest(struct reconcile *r, size_t first_call, const struct reconcile_entry *e,
	int64_t most_s)
{
	struct reconcile_call *calls = r->calls + first_call, *best = NULL;
	size_t i = begun_by(calls, r->n_calls - first_call,
			    reconcile_to(e) + most_s);
	size_t end = i > MAX_LOOKED_AT ? i - MAX_LOOKED_AT : 0;
	int64_t best_s = most_s;

	while (i-- > end) {
		int64_t s;

		if (calls[i].n[e->route])
			continue;
		s = distance(r, &calls[i], e);
		if (s > best_s || (s == best_s && best))
			continue;
		best = &calls[i];
		best_s = s;
	}
	return best;
}

static int
by_begin(const void *a, const void *b)
{
	const struct reconcile_call *x = a, *y = b;

	if (x->begin_s != y->begin_s)
		return x->begin_s < y->begin_s ? -1 : 1;
	/* No two calls have the same documents. */
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		if (x->first[i] != y->first[i])
			return x->first[i] < y->first[i] ? -1 : 1;
	}
	return 0;
}

/* One round over the entries [low, high) of one report. */
static void
match_near(struct reconcile *r, size_t first_call, size_t low, size_t high,
	   int64_t most_s, bool *is_matched)
{
	for (size_t i = low; i < high; i++) {
		struct reconcile_call *call;

		if (is_matched[i - low])
			continue;
		call = nearest(r, first_call, &r->entries[i], most_s);
		if (call)
			attach(r, call, i);
		is_matched[i - low] = call;
	}
}

/* The entries [low, high) of one report: to calls that are there, or new. */
static int
match_report(struct reconcile *r, size_t first_call, size_t low, size_t high,
	     struct ark_error *err)
{
	bool *is_matched = calloc(high - low, sizeof(*is_matched));
	int rc = 0;

	if (!is_matched)
		return error_nomem(err);
	match_near(r, first_call, low, high, EXACT_S, is_matched);
	match_near(r, first_call, low, high, RECONCILE_NEAR_S, is_matched);
	for (size_t i = low; !rc && i < high; i++) {
		struct reconcile_call *call;

		if (is_matched[i - low])
			continue;
		call = another_call(r, r->entries[i].key, err);
		if (call)
			attach(r, call, i);
		else
			rc = ARK_ENOMEM;
	}
	free(is_matched);
	if (!rc)
		qsort(r->calls + first_call, r->n_calls - first_call,
		      sizeof(*r->calls), by_begin);
	return rc;
}

static int64_t
spoken_from(const struct reconcile_call *call)
{
	int64_t s = INT64_MAX;

	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		if (call->n[i])
			s = least(s, call->from_s[i]);
	}
	return s;
}

/*
 * Whether `whole` has, in every report that `part` is missing in, documents
 * that cover the part; and there is such a report.
 */
static bool
covers(const struct reconcile_call *whole, const struct reconcile_call *part,
       int64_t slack_s)
{
	int64_t from_s = spoken_from(part), to_s = part->end_s;
	bool is_any = false;

	if (from_s >= whole->end_s || spoken_from(whole) >= to_s)
		return false;	/* one after the other */
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		if (part->n[i] || !whole->n[i])
			continue;
		if (from_s < whole->from_s[i] - slack_s ||
		    to_s > whole->to_s[i] + slack_s)
			return false;
		is_any = true;
	}
	return is_any;
}

static void
merge(struct reconcile *r, struct reconcile_call *whole,
      struct reconcile_call *part)
{
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		if (part->first[i] != RECONCILE_NONE)
			attach(r, whole, part->first[i]);
	}
	part->is_gone = true;
}

/* Put what is only a part of a call, by its times, to that call. */
static void
merge_parts(struct reconcile *r, size_t first_call)
{
	size_t n = r->n_calls - first_call;

	for (size_t i = 0; i < n; i++) {
		struct reconcile_call *part = &r->calls[first_call + i];
		size_t j = i > MAX_LOOKED_AT ? i - MAX_LOOKED_AT : 0;

		for (; j < n && j <= i + MAX_LOOKED_AT; j++) {
			struct reconcile_call *whole = r->calls + first_call + j;

			if (j == i || whole->is_gone ||
			    !covers(whole, part, r->options.tolerance_s))
				continue;
			merge(r, whole, part);
			break;
		}
	}
}

/* The end of the entries from `low` on that are of the same report. */
static size_t
end_of_report(const struct reconcile *r, size_t low, size_t high)
{
	size_t i = low;

	while (i < high && r->entries[i].route == r->entries[low].route)
		i++;
	return i;
}

int
reconcile_match(struct reconcile *r, size_t low, size_t high,
		struct ark_error *err)
{
	size_t first_call = r->n_calls, n_reports = 0;
	int rc = 0;

	for (size_t i = low; i < high; i = end_of_report(r, i, high))
		n_reports++;
	if (n_reports == high - low) {	/* at most one of each */
		if (!another_call(r, r->entries[low].key, err))
			return ARK_ENOMEM;
		for (size_t i = low; i < high; i++)
			attach(r, &r->calls[first_call], i);
		return 0;
	}
	while (!rc && low < high) {
		size_t end = end_of_report(r, low, high);

		rc = match_report(r, first_call, low, end, err);
		low = end;
	}
	if (!rc)
		merge_parts(r, first_call);
	return rc;
}
