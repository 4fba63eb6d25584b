#include "base/idset.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* The slot that holds id, or the free one where it belongs. */
static size_t
find(char *const *slots, size_t n_slots, const char *id)
{
	size_t i = (size_t)hash_text(id) & (n_slots - 1);

	while (slots[i] && strcmp(slots[i], id))
		i = (i + 1) & (n_slots - 1);
	return i;
}

static int
grow(struct idset *s)
{
	size_t n_slots = s->n_slots ? s->n_slots * 2 : 64;
	char **slots = calloc(n_slots, sizeof(*slots));

	if (!slots)
		return ARK_ENOMEM;
	for (size_t i = 0; i < s->n_slots; i++) {
		if (s->slots[i])
			slots[find(slots, n_slots, s->slots[i])] = s->slots[i];
	}
	free(s->slots);
	s->slots = slots;
	s->n_slots = n_slots;
	return 0;
}

int
idset_add(struct idset *s, const char *id)
{
	size_t i;

	if (s->n * 4 >= s->n_slots * 3 && grow(s))
		return ARK_ENOMEM;
	i = find(s->slots, s->n_slots, id);
	if (s->slots[i])
		return 0;
	s->slots[i] = strdup(id);
	if (!s->slots[i])
		return ARK_ENOMEM;
	s->n++;
	return 1;
}

bool
idset_has(const struct idset *s, const char *id)
{
	return s->n_slots && s->slots[find(s->slots, s->n_slots, id)];
}

uint64_t
idset_sum(const struct idset *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->n_slots; i++) {
		if (s->slots[i])
			sum += hash_text(s->slots[i]);
	}
	return sum;
}

void
idset_release(struct idset *s)
{
	for (size_t i = 0; i < s->n_slots; i++)
		free(s->slots[i]);
	free(s->slots);
	*s = (struct idset){ 0 };
}
