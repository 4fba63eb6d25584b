#include "omni/walk_internal.h"

#include <stdio.h>
#include <string.h>

#define RUN_LIMIT 3	/* empty or repeated pages in a row that end a pass */

void
walk_init(struct walk *w, struct omni_dialect *d, int64_t from_s, int64_t to_s)
{
	*w = (struct walk){
		.from_s = from_s, .to_s = to_s, .dialect = d, .pass = 1,
		.total = -1, .first_total = -1, .failed_page = -1,
		.last_full = -1, .highest_fed = -1,
	};
}

void
walk_release(struct walk *w)
{
	idset_release(&w->first_ids);
	idset_release(&w->ids);
}

enum walk_verdict
walk_verdict(const struct walk *w)
{
	return w->verdict;
}

/* What Total promises, and behind a last page that is full one more. */
static int64_t
pages_to_ask(const struct walk *w)
{
	if (w->total > 0 && w->size > 0 && w->total % w->size == 0)
		return walk_promised(w) + 1;
	return walk_promised(w);
}

/* Whether there are pages that are to be asked and were not. */
static bool
has_more(const struct walk *w)
{
	return w->stage == WALK_REST && !w->is_stopped_early &&
	       w->next_page < pages_to_ask(w) &&
	       w->next_page < WALK_MAX_PAGES;
}

int
walk_next(struct walk *w, struct walk_query *q)
{
	if (w->verdict != WALK_GOING)
		return 0;
	*q = (struct walk_query){ w->from_s, w->to_s, w->next_page,
				  w->dialect->param, w->dialect->unit };
	switch (w->stage) {
	case WALK_FIRST:
	case WALK_SECOND:
		if (w->in_flight)
			return 0;
		break;
	case WALK_REST:
		if (!has_more(w) || (w->total < 0 && w->in_flight))
			return 0;
		break;
	case WALK_HALVES:
		if (w->failed_page >= 0 || w->n_halves + w->in_flight >= 2)
			return 0;
		q->page = -1 - (w->n_halves + w->in_flight);
		if (q->page == -1)
			q->to_s = w->from_s + (w->to_s - w->from_s) / 2;
		else
			q->from_s = w->from_s + (w->to_s - w->from_s) / 2;
		w->in_flight++;
		return 1;
	case WALK_OVER:
		return 0;
	}
	w->next_page++;
	w->in_flight++;
	return 1;
}

/* After a page of the pass: is anything left to ask or to wait for? */
static void
advance(struct walk *w)
{
	if (w->stage == WALK_REST && !w->in_flight && !has_more(w))
		walk_judge(w);
}

/* A half that says as much as the whole may be cut off where the whole is. */
static void
feed_half(struct walk *w, int64_t total)
{
	w->n_halves++;
	if (total < 0 || total >= w->total)
		total = w->total + 1;
	w->halves_sum += total;
	walk_judge_halves(w);
}

/* Whether all that is on page 0 may be just the first of several pages. */
static bool
may_be_full(const struct walk *w)
{
	const struct omni_dialect *d = w->dialect;

	return w->size > 0 &&
	       w->size >= (d->page_size ? d->page_size : d->page_holds);
}

/* Page 0: how large is a page, and is there more? */
static void
feed_first(struct walk *w, size_t n)
{
	struct omni_dialect *d = w->dialect;
	bool is_more;

	w->size = (int64_t)n;
	is_more = n && (w->total < 0 || w->total > w->size);
	if (is_more && w->total >= 0 && d->page_size != w->size) {
		d->page_size = w->size;
		d->is_changed = true;
	} else if (!is_more && d->page_size && d->page_size < w->size) {
		d->page_size = 0;	/* it was remembered, and has grown */
		d->is_changed = true;
	}
	if (is_more || (w->total == w->size && may_be_full(w)))
		w->stage = WALK_SECOND;
	else
		walk_judge(w);
}

static void
learn(struct walk *w, enum omni_param param, enum omni_unit unit)
{
	struct omni_dialect *d = w->dialect;

	if (d->param == param && d->unit == unit)
		return;
	d->param = param;
	d->unit = unit;
	d->is_changed = true;
}

/* Ask page 1 in another way; what it brought in this one proves nothing. */
static void
second_again(struct walk *w)
{
	w->next_page = 1;
	w->last_full = w->highest_fed = 0;
	w->empty_run = w->repeat_run = 0;
}

/* Whether page 1 must exist; if not, it was asked because page 0 is full. */
static bool
is_promised(const struct walk *w)
{
	return w->total < 0 || w->total > w->size;
}

/*
 * Page 1 is page 0 again: the parameter has another name, if that was not
 * tried.  Behind the last page this may be the platform's way to say so: that
 * is no reason to doubt a name that is known.
 */
static void
feed_repeated(struct walk *w)
{
	struct omni_dialect *d = w->dialect;

	if (!d->is_param_pinned && !w->n_param_tries &&
	    (is_promised(w) || !d->param)) {
		w->n_param_tries++;
		learn(w, d->param == OMNI_PARAM_UNDERSCORE ?
		      OMNI_PARAM_DASH : OMNI_PARAM_UNDERSCORE, d->unit);
		second_again(w);
		return;
	}
	if (w->n_param_tries)
		learn(w, OMNI_PARAM_UNKNOWN, d->unit);
	w->repeat_run = RUN_LIMIT;
	w->is_stopped_early = true;
	w->stage = WALK_REST;
}

/* What is unknown is asked as the vendor's text says. */
static bool
is_like(const struct omni_dialect *d, const struct walk_query *q)
{
	bool is_underscore = d->param == OMNI_PARAM_UNDERSCORE;
	bool is_documents = d->unit == OMNI_UNIT_DOCUMENTS;

	return is_underscore == (q->param == OMNI_PARAM_UNDERSCORE) &&
	       is_documents == (q->unit == OMNI_UNIT_DOCUMENTS);
}

/*
 * Page 1 shows whether the page parameter has the right name and what it
 * counts.  `overlap` of its n distinct ids stood on page 0 already.  It shows
 * nothing when another walk of this dialect has learned better meanwhile.
 */
static void
feed_second(struct walk *w, const struct walk_query *q, size_t n,
	    size_t overlap)
{
	struct omni_dialect *d = w->dialect;
	enum omni_param param = d->param ? d->param : OMNI_PARAM_DASH;
	size_t first = w->first_ids.n;

	if (!is_like(d, q)) {
		second_again(w);
		return;
	}
	if (n && overlap == n && n == first && n > 1) {
		feed_repeated(w);
		return;
	}
	if (first > 2 && overlap && overlap + 1 >= first &&
	    d->unit != OMNI_UNIT_DOCUMENTS && !d->is_unit_pinned) {
		learn(w, param, OMNI_UNIT_DOCUMENTS);
		w->n_unit_tries++;	/* it is so now */
		if (n > overlap)	/* page 0 was full */
			d->page_size = w->size;
		second_again(w);
		return;
	}
	if (!n && is_promised(w) && d->unit == OMNI_UNIT_DOCUMENTS &&
	    !d->is_unit_pinned && !w->n_unit_tries++) {
		learn(w, d->param, OMNI_UNIT_UNKNOWN);	/* was it ever so? */
		second_again(w);
		return;
	}
	if (n && !overlap)
		learn(w, param, d->unit ? d->unit : OMNI_UNIT_PAGES);
	w->stage = WALK_REST;
}

/* Notice pages that bring nothing, so that a lying Total ends. */
static void
count_news(struct walk *w, const struct walk_query *q, size_t n, size_t news)
{
	if (q->page > w->highest_fed)
		w->highest_fed = q->page;
	if (n && q->page > w->last_full)
		w->last_full = q->page;
	w->empty_run = n ? 0 : w->empty_run + 1;
	if (news)
		w->repeat_run = 0;
	else if (n)
		w->repeat_run++;
	if (w->stage != WALK_REST)
		return;
	if (w->empty_run >= RUN_LIMIT || w->repeat_run >= RUN_LIMIT ||
	    (w->total < 0 && !n))
		w->is_stopped_early = true;
}

/*
 * A Total that changes in mid-walk means documents came or went and pages
 * shifted: even if the count agrees in the end, one may have slipped through.
 */
static void
note_total(struct walk *w, int64_t total)
{
	if (total < 0)
		return;
	if (w->first_total < 0)
		w->first_total = total;
	else if (total != w->first_total)
		w->is_moving = true;
	w->total = total;
}

int
walk_feed(struct walk *w, const struct walk_query *q, int64_t total,
	  const char *const *ids, size_t n)
{
	size_t distinct = 0, overlap = 0;
	struct idset here = { 0 };
	int rc = 0;

	w->in_flight--;
	if (q->page < 0) {
		feed_half(w, total);
		return 0;
	}
	note_total(w, total);
	w->pages_fed++;
	for (size_t i = 0; i < n && rc >= 0; i++) {
		if (w->stage == WALK_FIRST)
			rc = idset_add(&w->first_ids, ids[i]);
		else if (w->stage == WALK_SECOND) {
			rc = idset_add(&here, ids[i]);
			if (rc == 1 && idset_has(&w->first_ids, ids[i]))
				overlap++;
		}
		if (rc < 0)
			break;
		rc = idset_add(&w->ids, ids[i]);
		distinct += rc == 1;
	}
	if (rc >= 0) {
		count_news(w, q, n, distinct);
		if (w->stage == WALK_FIRST)
			feed_first(w, n);
		else if (w->stage == WALK_SECOND)
			feed_second(w, q, here.n, overlap);
		advance(w);
	}
	idset_release(&here);
	return rc < 0 ? rc : 0;
}

void
walk_fail(struct walk *w, const struct walk_query *q, const char *why)
{
	w->in_flight--;
	if (q->page > 0 && w->total >= 0 && q->page >= walk_promised(w)) {
		w->stage = WALK_REST;	/* nothing has to be behind the last */
		advance(w);
		return;
	}
	(void)snprintf(w->flaw, sizeof(w->flaw), "page %lld could not be had: "
		       "%.150s", (long long)q->page, why);
	if (w->stage == WALK_HALVES) {
		w->failed_page = 0;
		walk_judge_halves(w);
		return;
	}
	if (w->failed_page < 0 || q->page < w->failed_page)
		w->failed_page = q->page;
	w->is_stopped_early = true;
	if (w->stage != WALK_REST)
		w->stage = WALK_REST;
	advance(w);
}
