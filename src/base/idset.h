/*
 * A set of ids (short texts), for telling distinct documents from repeated
 * ones.  Keeps a copy of every member.
 */
#ifndef BASE_IDSET_H
#define BASE_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct idset {
	char **slots;
	size_t n_slots;		/* a power of two, or 0 */
	size_t n;		/* members */
};

/*
 * idset_add(s, id):
 * Return 1 when id was new, 0 when it was there, ARK_ENOMEM.
 */
int idset_add(struct idset *s, const char *id);

bool idset_has(const struct idset *s, const char *id);

/* idset_sum(s): The same for two sets of the same ids, in whatever order. */
uint64_t idset_sum(const struct idset *s);

/* idset_release(s): Free all; s is empty and usable again. */
void idset_release(struct idset *s);

#endif
