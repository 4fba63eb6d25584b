/*
 * Inside the walk.
 */
#ifndef OMNI_WALK_INTERNAL_H
#define OMNI_WALK_INTERNAL_H

#include "omni/walk.h"

/* walk_promised(w): Pages there are by Total; one more than came without it. */
int64_t walk_promised(const struct walk *w);

/*
 * walk_judge(w):
 * All pages of this pass are in: end the walk, begin a further pass, or ask for
 * the halves.
 */
void walk_judge(struct walk *w);

/* walk_judge_halves(w): End when both halves are in, or one cannot be had. */
void walk_judge_halves(struct walk *w);

#endif
