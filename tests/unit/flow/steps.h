/*
 * Steps that fail when a test wants it.  A test that includes this is linked so
 * that what flow asks of other rooms comes through here, as far as it may fail
 * and says so.
 */
#ifndef UNIT_FLOW_STEPS_H
#define UNIT_FLOW_STEPS_H

#include <stdbool.h>

/*
 * steps_each(attempt, ctx, rc):
 * Call attempt(ctx) once for each place in the code that takes a step, which
 * fails there with rc when it is taken for the first time.  attempt asserts
 * what has to come of that.  Return how many places there were.
 */
int steps_each(void (*attempt)(void *ctx), void *ctx, int rc);

/* steps_failed(): The name of the step that failed, or NULL. */
const char *steps_failed(void);

#endif
