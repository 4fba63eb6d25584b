/*
 * The longest and the shortest calls.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "sample/draw_internal.h"

/* The shortest first; equal lengths by rank. */
static int
by_length(const struct sample_call *x, const struct sample_call *y,
	  bool is_longest)
{
	int order;

	if (x->length_ms != y->length_ms)
		return (x->length_ms < y->length_ms) != is_longest ? -1 : 1;
	order = memcmp(x->rank, y->rank, sizeof(x->rank));
	return order ? order : strcmp(x->id, y->id);
}

static int
shortest_first(const void *a, const void *b)
{
	return by_length(*(struct sample_call *const *)a,
			 *(struct sample_call *const *)b, false);
}

static int
longest_first(const void *a, const void *b)
{
	return by_length(*(struct sample_call *const *)a,
			 *(struct sample_call *const *)b, true);
}

int64_t
pick_calls(struct sample_group *g, const struct sample_rules *r, int64_t n,
	   struct ark_error *err)
{
	struct sample_call **known = calloc(g->n, sizeof(struct sample_call *));
	size_t n_known = 0;

	if (!known)
		return error_nomem(err);
	for (size_t i = 0; i < g->n; i++) {
		if (g->calls[i].length_ms >= 0)
			known[n_known++] = &g->calls[i];
	}
	qsort(known, n_known, sizeof(struct sample_call *),
	      r->pick == SAMPLE_LONGEST ? longest_first : shortest_first);
	if (n > r->n_picks)
		n = r->n_picks;
	if (n > (int64_t)n_known)
		n = (int64_t)n_known;
	for (int64_t i = 0; i < n; i++)
		known[i]->fate = SAMPLE_PICKED;
	free(known);
	return n;
}
