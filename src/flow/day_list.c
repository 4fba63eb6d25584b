#include "flow/day_list.h"

#include <stdlib.h>

#include "base/array.h"
#include "callark/error.h"

int
day_list_add(struct day_list *l, int32_t day)
{
	int32_t *grown;

	grown = array_room(l->days, l->n, &l->cap, sizeof(*grown));
	if (!grown)
		return ARK_ENOMEM;
	l->days = grown;
	l->days[l->n++] = day;
	return 0;
}

static int
by_day(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return x < y ? -1 : x > y;
}

void
day_list_tidy(struct day_list *l)
{
	size_t kept = 0;

	if (l->n)
		qsort(l->days, l->n, sizeof(*l->days), by_day);
	for (size_t i = 0; i < l->n; i++) {
		if (!kept || l->days[kept - 1] != l->days[i])
			l->days[kept++] = l->days[i];
	}
	l->n = kept;
}
