#include "base/idmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static size_t
home(const struct idmap *m, const char *id)
{
	return (size_t)hash_text(id) & (m->n_slots - 1);
}

/* The slot that holds id, or the free one where it belongs. */
static size_t
find(const struct idmap *m, const char *id)
{
	size_t i = home(m, id);

	while (m->slots[i].id && strcmp(m->slots[i].id, id))
		i = (i + 1) & (m->n_slots - 1);
	return i;
}

static int
grow(struct idmap *m)
{
	struct idmap wider = { .n_slots = m->n_slots ? m->n_slots * 2 : 64 };

	wider.slots = calloc(wider.n_slots, sizeof(*wider.slots));
	if (!wider.slots)
		return ARK_ENOMEM;
	for (size_t i = 0; i < m->n_slots; i++) {
		if (m->slots[i].id)
			wider.slots[find(&wider, m->slots[i].id)] = m->slots[i];
	}
	wider.n = m->n;
	free(m->slots);
	*m = wider;
	return 0;
}

int
idmap_put(struct idmap *m, const char *id, void *item)
{
	size_t i;

	if (m->n * 4 >= m->n_slots * 3 && grow(m))
		return ARK_ENOMEM;
	i = find(m, id);
	if (!m->slots[i].id)
		m->n++;
	m->slots[i] = (struct idmap_slot){ id, item };
	return 0;
}

void *
idmap_get(const struct idmap *m, const char *id)
{
	return m->n_slots ? m->slots[find(m, id)].item : NULL;
}

/* Close the gap: every follower that may move nearer to its home does. */
void
idmap_drop(struct idmap *m, const char *id)
{
	size_t mask = m->n_slots - 1;
	size_t gap, i;

	if (!m->n_slots)
		return;
	gap = find(m, id);
	if (!m->slots[gap].id)
		return;
	m->n--;
	for (i = (gap + 1) & mask; m->slots[i].id; i = (i + 1) & mask) {
		size_t from_home = (i - home(m, m->slots[i].id)) & mask;
		size_t from_gap = (i - gap) & mask;

		if (from_home < from_gap)
			continue;
		m->slots[gap] = m->slots[i];
		gap = i;
	}
	m->slots[gap] = (struct idmap_slot){ 0 };
}

void
idmap_release(struct idmap *m)
{
	free(m->slots);
	*m = (struct idmap){ 0 };
}
