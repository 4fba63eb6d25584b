#include "base/timers.h"

#include <stdlib.h>

#include "base/array.h"

static void
swap(struct timers_entry *a, struct timers_entry *b)
{
	struct timers_entry held = *a;

	*a = *b;
	*b = held;
}

int
timers_add(struct timers *t, int64_t at_ms, void *item)
{
	struct timers_entry *heap;
	size_t i;

	heap = array_room(t->heap, t->n, &t->cap, sizeof(*heap));
	if (!heap)
		return ARK_ENOMEM;
	t->heap = heap;
	i = t->n++;
	t->heap[i] = (struct timers_entry){ at_ms, item };
	while (i && t->heap[(i - 1) / 2].at_ms > t->heap[i].at_ms) {
		swap(&t->heap[(i - 1) / 2], &t->heap[i]);
		i = (i - 1) / 2;
	}
	return 0;
}

static void
sift_down(struct timers *t, size_t i)
{
	for (;;) {
		size_t least = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2; child++) {
			if (child < t->n &&
			    t->heap[child].at_ms < t->heap[least].at_ms)
				least = child;
		}
		if (least == i)
			return;
		swap(&t->heap[i], &t->heap[least]);
		i = least;
	}
}

void *
timers_take_any(struct timers *t)
{
	void *item;

	if (!t->n)
		return NULL;
	item = t->heap[0].item;
	t->heap[0] = t->heap[--t->n];
	sift_down(t, 0);
	return item;
}

void *
timers_take_due(struct timers *t, int64_t now_ms)
{
	if (!t->n || t->heap[0].at_ms > now_ms)
		return NULL;
	return timers_take_any(t);
}

int64_t
timers_next_ms(const struct timers *t)
{
	return t->n ? t->heap[0].at_ms : -1;
}

void
timers_release(struct timers *t)
{
	free(t->heap);
	*t = (struct timers){ 0 };
}
