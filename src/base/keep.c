#include "base/keep.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)65536)

struct keep_block {
	struct keep_block *older;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

/* A block with room for n bytes, in front of the others. */
static struct keep_block *
another_block(struct keep *k, size_t n)
{
	size_t size = n > BLOCK_BYTES ? n : BLOCK_BYTES;
	struct keep_block *b = calloc(1, sizeof(*b) + size);

	if (!b)
		return NULL;
	b->size = size;
	b->older = k->blocks;
	k->blocks = b;
	return b;
}

static void *
take(struct keep *k, size_t n, size_t aligned)
{
	struct keep_block *b = k->blocks;
	size_t at = b ? (b->used + aligned - 1) / aligned * aligned : 0;

	if (!b || at > b->size || b->size - at < n) {
		b = another_block(k, n);
		at = 0;
	}
	if (!b)
		return NULL;
	b->used = at + n;
	return b->bytes + at;
}

void *
keep_room(struct keep *k, size_t n)
{
	return take(k, n, alignof(max_align_t));
}

const char *
keep_text(struct keep *k, const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy;

	if (n == 1)
		return "";
	copy = take(k, n, 1);
	if (copy)
		memcpy(copy, text, n);
	return copy;
}

const char *
keep_once(struct keep *k, const char *text)
{
	char *copy = idmap_get(&k->once, text);

	if (copy || !*text)
		return copy ? copy : "";
	copy = take(k, strlen(text) + 1, 1);
	if (!copy)
		return NULL;
	memcpy(copy, text, strlen(text) + 1);
	return idmap_put(&k->once, copy, copy) ? NULL : copy;
}

void
keep_release(struct keep *k)
{
	while (k->blocks) {
		struct keep_block *b = k->blocks;

		k->blocks = b->older;
		free(b);
	}
	idmap_release(&k->once);
}
