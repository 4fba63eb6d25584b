/*
 * Inside a draw: its steps, each in a file of its own.
 */
#ifndef SAMPLE_DRAW_INTERNAL_H
#define SAMPLE_DRAW_INTERNAL_H

#include "sample/draw.h"
#include "sample/lot.h"

/* The calls of one agent or service, or all; by day and rank. */
struct sample_group {
	const char *name;		/* "" for all */
	struct sample_call *calls;
	size_t n;
};

/*
 * pick_calls(g, r, n, err):
 * Pick those of g that are longest or shortest, at most n; calls whose length
 * is not known are never picked.  Return how many, or ARK_ENOMEM.
 */
int64_t pick_calls(struct sample_group *g, const struct sample_rules *r,
		   int64_t n, struct ark_error *err);

/*
 * spread_evenly(g, n, l, err) / spread_by_share(g, n, l, err):
 * Draw n calls of g, which has as many left, over its days: the same number of
 * each, as far as it has so many; or of each its share.  From a day come those
 * of lowest rank.  Return 0, ARK_ENOMEM or the digest's failure.
 */
int spread_evenly(struct sample_group *g, int64_t n, struct lots *l,
		  struct ark_error *err);
int spread_by_share(struct sample_group *g, int64_t n, struct lots *l,
		    struct ark_error *err);

/*
 * deal(d, r, l, err):
 * Give the calls of d to the evaluators of r.  Return as spread_evenly().
 */
int deal(struct sample_draw *d, const struct sample_rules *r, struct lots *l,
	 struct ark_error *err);

#endif
