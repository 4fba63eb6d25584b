/*
 * Walking the pages of one window until nothing can be missing.
 *
 * A pure state machine: it is told what every page brought and says which page
 * to ask next, so it can be tested without a network.  It learns the dialect
 * on the way, notices pages that repeat or come back empty, walks again when
 * the ids do not add up to Total, and asks for the window to be split where a
 * result seems to be cut off.
 *
 * What no count shows: one document that goes and another that comes between
 * the same two pages.  That is left to the look-back, which lists a day again.
 *
 *	walk_init
 *	while (walk_verdict() == WALK_GOING)
 *		walk_next() -> 1: ask this page, any number at a time
 *		walk_feed() or walk_fail() for each page asked
 *	walk_release
 */
#ifndef OMNI_WALK_H
#define OMNI_WALK_H

#include "base/idset.h"
#include "omni/dialect.h"

#define WALK_MAX_PASSES 4	/* walks over one window before giving up */
#define WALK_MAX_PAGES 20000	/* of one pass */
#define WALK_MIN_SPAN_S 2	/* a window this short is not split */

enum walk_verdict {
	WALK_GOING,
	WALK_COMPLETE,		/* distinct ids equal Total */
	WALK_SPLIT,		/* the result is cut off: walk both halves */
	WALK_INCOMPLETE,	/* never added up; flaw says how */
	WALK_FAILED,		/* pages could not be had */
};

enum walk_stage {
	WALK_FIRST,		/* page 0 alone: Total and page size */
	WALK_SECOND,		/* page 1 alone: does paging work as we think? */
	WALK_REST,		/* all others, in parallel */
	WALK_HALVES,		/* the Totals of both halves */
	WALK_OVER,
};

/* One page to ask. */
struct walk_query {
	int64_t from_s, to_s;	/* civil; both ends are sent as they are */
	int64_t page;		/* 0, 1, ...; or -1, -2: Total of a half */
	enum omni_param param;	/* as the dialect says when it is asked */
	enum omni_unit unit;
};

struct walk {
	int64_t from_s, to_s;
	struct omni_dialect *dialect;
	enum walk_stage stage;
	enum walk_verdict verdict;
	int pass;			/* 1.. */
	int64_t next_page;		/* not asked yet */
	int in_flight;
	int64_t total, first_total;	/* as said last and first; -1: never */
	bool is_moving;			/* Total changed during this pass */
	int64_t parent_n;		/* documents the split window gave; 0 */
	int64_t size;			/* documents page 0 brought */
	int64_t pages_fed, last_full;	/* highest page with documents */
	int64_t highest_fed;
	int empty_run, repeat_run;	/* consecutive pages without news */
	bool is_stopped_early;		/* no point in asking further pages */
	int n_param_tries, n_unit_tries;
	int64_t halves_sum;
	int n_halves;
	int64_t failed_page;		/* lowest that could not be had; -1 */
	struct idset first_ids;		/* of page 0 */
	struct idset ids;		/* of this pass */
	char flaw[200];
};

void walk_init(struct walk *w, struct omni_dialect *d, int64_t from_s,
	       int64_t to_s);
void walk_release(struct walk *w);

enum walk_verdict walk_verdict(const struct walk *w);

/* walk_next(w, q): 1 and *q to ask now, or 0: feed what is in flight first. */
int walk_next(struct walk *w, struct walk_query *q);

/*
 * walk_feed(w, q, total, ids, n):
 * The page q brought n documents with these ids (repeated ones included) and
 * said total (-1: nothing).  Return 0 or ARK_ENOMEM.
 */
int walk_feed(struct walk *w, const struct walk_query *q, int64_t total,
	      const char *const *ids, size_t n);

/* walk_fail(w, q, why): The page could not be had, whatever was tried. */
void walk_fail(struct walk *w, const struct walk_query *q, const char *why);

#endif
