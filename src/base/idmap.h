/*
 * A map from ids (short texts) to things.  The key is borrowed: it must live
 * as long as its entry, best inside the thing itself.
 */
#ifndef BASE_IDMAP_H
#define BASE_IDMAP_H

#include <stddef.h>

#include "base/error.h"

struct idmap_slot {
	const char *id;
	void *item;
};

struct idmap {
	struct idmap_slot *slots;
	size_t n_slots;		/* a power of two, or 0 */
	size_t n;
};

/* idmap_put(m, id, item): Add or replace.  0 or ARK_ENOMEM. */
int idmap_put(struct idmap *m, const char *id, void *item);

/* idmap_get(m, id): The item, or NULL. */
void *idmap_get(const struct idmap *m, const char *id);

/* idmap_drop(m, id): Forget the entry, if there is one. */
void idmap_drop(struct idmap *m, const char *id);

/* idmap_release(m): Free the table, not the items. */
void idmap_release(struct idmap *m);

#endif
