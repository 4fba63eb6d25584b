#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>

#define FIRST_CAP 64

void *
array_room(void *items, size_t n, size_t *cap, size_t size)
{
	size_t wider = *cap ? *cap * 2 : FIRST_CAP;
	void *grown;

	if (n < *cap)
		return items;
	if (wider < *cap || wider > SIZE_MAX / size)
		return NULL;
	grown = realloc(items, wider * size);
	if (grown)
		*cap = wider;
	return grown;
}
