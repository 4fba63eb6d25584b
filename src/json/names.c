#include "json/names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "json/chars.h"

void
names_init(struct names *s)
{
	s->list = s->few;
	s->cap = NAMES_FEW;
	s->n = 0;
	s->depth = 0;
}

void
names_release(struct names *s)
{
	if (s->list != s->few)
		free(s->list);
	names_init(s);
}

static int
compare(const struct name *a, const struct name *b)
{
	size_t len_a = (size_t)(a->end - a->p), len_b = (size_t)(b->end - b->p);
	int order;

	if (a->has_escape || b->has_escape)
		return json_chars_compare(
			(struct json_chars){ .p = a->p, .end = a->end },
			(struct json_chars){ .p = b->p, .end = b->end });
	order = memcmp(a->p, b->p, len_a < len_b ? len_a : len_b);
	return order ? order : (len_a > len_b) - (len_a < len_b);
}

static int
compare_for_qsort(const void *a, const void *b)
{
	return compare(a, b);
}

/* Whether two names are the same byte for byte. */
static bool
is_same(const struct name *a, const struct name *b)
{
	return a->end - a->p == b->end - b->p &&
	       !memcmp(a->p, b->p, (size_t)(a->end - a->p));
}

static int
grow(struct names *s)
{
	struct name *list;

	if (s->list == s->few) {
		list = malloc(2 * sizeof(s->few));
		if (list)
			memcpy(list, s->few, sizeof(s->few));
	} else {
		list = realloc(s->list, 2 * s->cap * sizeof(*list));
	}
	if (!list)
		return ARK_ENOMEM;
	s->list = list;
	s->cap *= 2;
	return 0;
}

void
names_open(struct names *s)
{
	assert(s->depth < NAMES_DEPTH);
	s->first[s->depth++] = s->n;
}

int
names_add(struct names *s, struct name name)
{
	size_t first = s->first[s->depth - 1];

	if (s->n - first < NAMES_FEW) {
		for (size_t i = first; i < s->n; i++) {
			if (is_same(&s->list[i], &name))
				return 0;
		}
	}
	if (s->n == s->cap && grow(s))
		return ARK_ENOMEM;
	s->list[s->n++] = name;
	return 1;
}

static bool
has_escapes(const struct name *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (names[i].has_escape)
			return true;
	}
	return false;
}

int
names_close(struct names *s, struct name *twice)
{
	size_t first = s->first[--s->depth];
	struct name *own = s->list + first;
	size_t n = s->n - first;

	s->n = first;
	if (n <= NAMES_FEW && !has_escapes(own, n))
		return 1;
	qsort(own, n, sizeof(*own), compare_for_qsort);
	for (size_t i = 1; i < n; i++) {
		if (!compare(&own[i - 1], &own[i])) {
			*twice = own[i].p > own[i - 1].p ? own[i] : own[i - 1];
			return 0;
		}
	}
	return 1;
}
