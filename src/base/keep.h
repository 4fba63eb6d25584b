/*
 * Memory that is had in small pieces and given back all at once: what is
 * remembered of many calls.
 */
#ifndef BASE_KEEP_H
#define BASE_KEEP_H

#include <stddef.h>

#include "base/idmap.h"

/* Begin with { 0 }. */
struct keep {
	struct keep_block *blocks;	/* the newest first */
	struct idmap once;		/* texts that are kept once */
};

/* keep_room(k, n): n bytes, aligned for anything, zeros; NULL without memory. */
void *keep_room(struct keep *k, size_t n);

/* keep_text(k, text): A copy, or NULL. */
const char *keep_text(struct keep *k, const char *text);

/* keep_once(k, text): The copy of a text that comes again and again, or NULL. */
const char *keep_once(struct keep *k, const char *text);

/* keep_release(k): Give all of it back; k is empty and usable again. */
void keep_release(struct keep *k);

#endif
