/*
 * FNV-1a, 64 bits, folded: for tables in memory and for the keys that a
 * catalogue keeps of ids.  Not seeded: whoever chooses
 * the ids can slow a table down, not break it.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

static inline uint64_t
hash_text(const char *text)
{
	uint64_t h = 14695981039346656037u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 1099511628211u;
	return h ^ h >> 32;
}

#endif
