/*
 * Arrays that grow.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

/*
 * array_room(items, n, cap, size):
 * Make room for one more behind the n items of size bytes each, of which
 * *cap fit (NULL and 0 at first).  Return the items, perhaps moved, and set
 * *cap; NULL without memory, and nothing has changed.
 */
void *array_room(void *items, size_t n, size_t *cap, size_t size);

#endif
