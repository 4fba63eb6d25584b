/*
 * A heap that fails when a test wants it to.  A test that includes this is
 * linked so that what callark allocates by malloc(), calloc(), realloc(),
 * strdup() and strndup() comes through here; what libraries allocate does not,
 * unless a test tells them to take these.
 */
#ifndef UNIT_HEAP_H
#define UNIT_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* heap_fail(n): The n-th allocation from now on fails, once; 0: none does. */
void heap_fail(long n);

/* heap_has_failed(): Whether it did; then none fails any more. */
bool heap_has_failed(void);

/*
 * heap_refuses():
 * What else needs memory asks this: whether an allocation would fail here.  It
 * counts as one.
 */
bool heap_refuses(void);

/*
 * heap_each(attempt, ctx):
 * Call attempt(ctx) with its first allocation failing, then with its second,
 * and so on until all succeed.  attempt frees what it made, and asserts what has
 * to come of a failure, if heap_has_failed(), and what of none.  Return how many
 * allocations there were.
 */
long heap_each(void (*attempt)(void *ctx), void *ctx);

#endif
