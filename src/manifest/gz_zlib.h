/*
 * What zlib is told whichever way the bytes go.  Private to the room.
 */
#ifndef MANIFEST_GZ_ZLIB_H
#define MANIFEST_GZ_ZLIB_H

#include <stdlib.h>
#include <zlib.h>

/* windowBits for gzip and nothing else, with the whole window of 32 KiB. */
#define GZ_WINDOW (MAX_WBITS + 16)

/* Zeroed: no byte that zlib makes can hang on what lay in the memory before. */
static inline void *
gz_calloc(void *unused, unsigned n, unsigned size)
{
	(void)unused;
	return calloc(n, size);
}

static inline void
gz_free(void *unused, void *p)
{
	(void)unused;
	free(p);
}

#endif
