/*
 * The draw: from rules and a population to calls and who listens to them.  A
 * pure function; its text for others to follow is callark(1), SAMPLING.
 */
#ifndef SAMPLE_DRAW_H
#define SAMPLE_DRAW_H

#include <stdbool.h>

#include "sample/population.h"
#include "sample/rules.h"

#define SAMPLE_EVERYBODY SIZE_MAX	/* as an evaluator: a call for all */

struct sample_drawn {
	const struct sample_call *call;
	size_t evaluator;		/* of the rules; 0 when there is none */
};

struct sample_draw {
	struct sample_drawn *calls;	/* by start and id */
	size_t n;
	int64_t groups;			/* agents or services; else 1 */
	int64_t short_groups;		/* that had fewer than was asked for */
};

/*
 * sample_draw(out, r, p, err):
 * Draw from p, which was measured: its calls get their fate and are sorted in
 * another way, its days get their numbers; out points into it.  Release out in
 * any case.  Time is that of sorting.  Return 0, ARK_ENOMEM or the digest's
 * failure.
 */
int sample_draw(struct sample_draw *out, const struct sample_rules *r,
		struct sample_population *p, struct ark_error *err);
void sample_draw_release(struct sample_draw *d);

/*
 * sample_evaluators(r, evaluator, names):
 * Lend the names of who listens to a call that evaluator (of a struct
 * sample_drawn) stands for; return how many they are.
 */
size_t sample_evaluators(const struct sample_rules *r, size_t evaluator,
			 const char *const **names);

#endif
