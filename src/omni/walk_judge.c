/*
 * What the pages of a walk amount to.
 */
#include "omni/walk_internal.h"

#include <stdio.h>

int64_t
walk_promised(const struct walk *w)
{
	int64_t size = w->size > 0 ? w->size : 1;

	if (w->total < 0)	/* never said: go on until a page is empty */
		return w->highest_fed + 2;
	return w->total / size + (w->total % size != 0);
}

static void
end(struct walk *w, enum walk_verdict verdict)
{
	w->stage = WALK_OVER;
	w->verdict = verdict;
}

static bool
can_split(const struct walk *w)
{
	return w->to_s - w->from_s > WALK_MIN_SPAN_S;
}

/* Begin the window anew, or give up. */
static void
walk_again(struct walk *w)
{
	if (w->pass >= WALK_MAX_PASSES) {
		end(w, WALK_INCOMPLETE);
		return;
	}
	w->pass++;
	w->stage = WALK_FIRST;
	w->next_page = 0;
	w->total = w->first_total = -1;
	w->is_moving = false;
	w->last_full = w->highest_fed = -1;
	w->pages_fed = 0;
	w->empty_run = w->repeat_run = 0;
	w->is_stopped_early = false;
	w->n_param_tries = w->n_unit_tries = 0;
	idset_release(&w->ids);
	idset_release(&w->first_ids);
}

/* Whether the documents of the last pages are withheld, as by a ceiling. */
static bool
is_withheld(const struct walk *w)
{
	return w->total > 0 && w->pages_fed > 1 && w->last_full >= 0 &&
	       (int64_t)w->ids.n < w->total &&
	       w->last_full + 1 < walk_promised(w) && !w->repeat_run;
}

/*
 * A ceiling cuts a half of the window at the same number as the whole; a half
 * that is cut at fewer shows that Total is simply wrong.
 */
static bool
is_refuted(const struct walk *w)
{
	return w->parent_n && (int64_t)w->ids.n * 10 < w->parent_n * 9;
}

static void
cut_off(struct walk *w)
{
	w->dialect->ceiling = (int64_t)w->ids.n;
	w->dialect->is_changed = true;
	if (can_split(w)) {
		end(w, WALK_SPLIT);
		return;
	}
	(void)snprintf(w->flaw, sizeof(w->flaw), "the platform says Total "
		       "%lld and gives %zu within %lld s, as if cut off",
		       (long long)w->total, w->ids.n,
		       (long long)(w->to_s - w->from_s));
	end(w, WALK_INCOMPLETE);
}

/*
 * Documents may also be missing because pages were skipped: of a platform that
 * counts in pages and was known to count in documents.  That is doubted once,
 * and not where a ceiling was met before.
 */
static bool
may_be_miscounted(const struct walk *w)
{
	const struct omni_dialect *d = w->dialect;

	return d->unit == OMNI_UNIT_DOCUMENTS && !d->is_unit_pinned &&
	       !d->ceiling && !w->n_unit_tries && w->pass < WALK_MAX_PASSES;
}

static void
judge_withheld(struct walk *w)
{
	if (may_be_miscounted(w)) {
		w->dialect->unit = OMNI_UNIT_UNKNOWN;
		w->dialect->is_changed = true;
		walk_again(w);
		return;
	}
	if (!is_refuted(w)) {
		cut_off(w);
		return;
	}
	(void)snprintf(w->flaw, sizeof(w->flaw), "the platform says Total "
		       "%lld and gave %zu different documents",
		       (long long)w->total, w->ids.n);
	end(w, WALK_INCOMPLETE);
}

/*
 * The ids equal Total.  When the pages are all full, Total itself may be cut
 * off: the halves must agree.  A window too short for halves is believed,
 * unless the longer one gave the same number.
 */
static void
judge_equal(struct walk *w)
{
	struct omni_dialect *d = w->dialect;
	int64_t n = (int64_t)w->ids.n;
	int64_t size = n > w->size ? w->size : dialect_page_size(d);

	if (n == w->size && w->next_page > 1 && n > d->page_holds)
		d->page_holds = n;
	if (!n || n % size)
		end(w, WALK_COMPLETE);
	else if (can_split(w))
		w->stage = WALK_HALVES;
	else if (n == w->parent_n)
		cut_off(w);
	else
		end(w, WALK_COMPLETE);
}

void
walk_judge(struct walk *w)
{
	int64_t n = (int64_t)w->ids.n;

	if (w->failed_page > 0 && w->last_full >= 0 && can_split(w) &&
	    w->failed_page > w->last_full && !is_refuted(w)) {
		end(w, WALK_SPLIT);	/* deep pages are refused */
		return;
	}
	if (w->failed_page >= 0) {
		end(w, WALK_FAILED);
		return;
	}
	if (w->total < 0) {
		(void)snprintf(w->flaw, sizeof(w->flaw),
			       "the platform never said a Total; %lld "
			       "documents came", (long long)n);
		end(w, WALK_INCOMPLETE);
		return;
	}
	if (is_withheld(w) && !w->is_moving) {
		judge_withheld(w);
		return;
	}
	if (n == w->total && !w->is_moving) {
		judge_equal(w);
		return;
	}
	(void)snprintf(w->flaw, sizeof(w->flaw), "the platform says Total "
		       "%lld and gave %lld different documents in walk %d%s",
		       (long long)w->total, (long long)n, w->pass,
		       w->is_moving ? "; Total changed meanwhile" : "");
	walk_again(w);
}

void
walk_judge_halves(struct walk *w)
{
	if (w->in_flight)
		return;
	if (w->failed_page >= 0)
		end(w, WALK_FAILED);
	else if (w->n_halves == 2 && w->halves_sum > w->total)
		cut_off(w);
	else if (w->n_halves == 2)
		end(w, WALK_COMPLETE);
}
