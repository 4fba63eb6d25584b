#include <stdio.h>
#include <string.h>

#include "flow/lister_internal.h"

static void
begin_part(struct window *w, const struct window_part *part)
{
	w->part = *part;
	w->is_astray = false;
	walk_init(&w->walk, w->dialect, part->from_s, part->to_s);
	w->walk.parent_n = part->parent_n;
}

void
window_open(struct window *w, struct omni_dialect *d,
	    const struct window_range *range)
{
	struct window_part whole = {
		.from_s = range->from_s, .to_s = range->to_s,
	};

	*w = (struct window){
		.is_open = true, .dialect = d, .range = *range,
		.day = day_of(range->from_s), .total = -1,
	};
	begin_part(w, &whole);
}

void
window_release(struct window *w)
{
	if (!w->is_open)
		return;
	walk_release(&w->walk);
	idset_release(&w->seen);
	w->is_open = false;
}

/*
 * Count what begins at the end of w; take it off the page when that is the end
 * of everything, too.
 */
static void
count_beyond(struct window *w, struct page_reader *r, struct lister_page *page)
{
	size_t kept = 0;

	for (size_t i = 0; i < page->n; i++) {
		const struct lister_document *d = &r->documents[i];
		bool is_beyond = d->recording->start_s == w->range.to_s;

		w->n_beyond += is_beyond && d->is_new;
		if (!is_beyond || !w->range.is_last)
			r->documents[kept++] = *d;
	}
	page->n = kept;
}

static void
note_astray(struct window *w, const struct lister_page *page)
{
	for (size_t i = 0; i < page->n; i++) {
		int64_t start = page->documents[i].recording->start_s;

		if (start < 0)
			continue;
		w->is_astray |= start < w->part.from_s || start > w->part.to_s;
		w->has_strayed |= start < w->range.from_s ||
				  start > w->range.to_s;
	}
}

int
window_see(struct window *w, struct page_reader *r, struct lister_page *page)
{
	for (size_t i = 0; i < r->n_ids; i++) {
		int rc = idset_add(&w->seen, r->ids[i]);

		if (rc < 0)
			return rc;
		if (i < r->n)
			r->documents[i].is_new = rc == 1;
		else
			r->wrecks[i - r->n].is_new = rc == 1;
	}
	note_astray(w, page);
	count_beyond(w, r, page);
	return 0;
}

static void
flawed(struct window *w, const char *flaw)
{
	if (!*w->flaw)
		(void)snprintf(w->flaw, sizeof(w->flaw), "%s", flaw);
}

/* Put both halves of a part that gave n ids on the pile; the earlier on top. */
static void
split(struct window *w, const struct window_part *part, int64_t n,
      uint64_t sum)
{
	int64_t from = part->from_s, to = part->to_s;
	int64_t middle = from + (to - from) / 2;

	w->was_split = true;
	if (w->n_parts + 2 > LISTER_MAX_DEPTH) {
		flawed(w, "the day was halved too often");
		return;
	}
	w->parts[w->n_parts++] = (struct window_part){
		middle, to, n, sum, false,
	};
	w->parts[w->n_parts++] = (struct window_part){
		from, middle, n, sum, true,
	};
}

/* Whether the present half gave the very documents of the whole. */
static bool
is_like_whole(const struct window *w)
{
	return w->part.parent_n &&
	       (int64_t)w->walk.ids.n == w->part.parent_n &&
	       idset_sum(&w->walk.ids) == w->part.parent_sum;
}

/* No part gives more than the whole gave: that is all that can be had. */
static void
end_halving(struct window *w)
{
	char flaw[200];

	if ((int64_t)w->walk.ids.n == w->walk.total)
		return;
	(void)snprintf(flaw, sizeof(flaw), "the platform says Total %lld and "
		       "gives %zu, the same for every part of the day",
		       (long long)w->walk.total, w->walk.ids.n);
	/* a page that was refused is told as such */
	flawed(w, *w->walk.flaw ? w->walk.flaw : flaw);
}

/*
 * The walk of the present part has ended, and perhaps its halves are wanted.
 *
 * A platform that looks at days only gives both halves of a day all that the
 * day has, and so on down to the second.  When both give the documents of the
 * whole, and not because all are of the second between them, the whole is
 * believed if they are as many as Total says.  So a first half that is like the
 * whole waits for the other.
 */
static void
follow_part(struct window *w, bool wants_halves)
{
	bool had_put_off = w->has_put_off;

	w->has_put_off = false;
	if (wants_halves && is_like_whole(w)) {
		if (w->part.is_first) {
			w->put_off = w->part;
			w->has_put_off = true;
			w->is_put_off_astray = w->is_astray;
			return;
		}
		if (had_put_off && (w->is_astray || w->is_put_off_astray)) {
			end_halving(w);
			return;
		}
	}
	if (wants_halves)
		split(w, &w->part, (int64_t)w->walk.ids.n,
		      idset_sum(&w->walk.ids));
	if (had_put_off)
		split(w, &w->put_off, w->put_off.parent_n,
		      w->put_off.parent_sum);
}

bool
window_advance(struct window *w)
{
	switch (walk_verdict(&w->walk)) {
	case WALK_GOING:
		return false;
	case WALK_COMPLETE:
		w->total = w->walk.total;
		break;
	case WALK_SPLIT:
		break;
	case WALK_INCOMPLETE:
		w->total = w->walk.total;
		flawed(w, w->walk.flaw);
		break;
	case WALK_FAILED:
		w->was_failed = true;
		flawed(w, w->walk.flaw);
		break;
	}
	follow_part(w, walk_verdict(&w->walk) == WALK_SPLIT);
	walk_release(&w->walk);
	if (!w->n_parts)
		return true;
	begin_part(w, &w->parts[--w->n_parts]);
	return false;
}

int64_t
window_total(const struct window *w)
{
	/* halves overlap by their common end: what was seen is the number */
	if (w->was_split)
		return window_distinct(w);
	return w->total < 0 ? -1 : w->total - w->n_beyond;
}

int64_t
window_distinct(const struct window *w)
{
	return (int64_t)w->seen.n - w->n_beyond;
}
