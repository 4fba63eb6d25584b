/*
 * The heap of unit/heap.h for OpenSSL too: openssl_takes_heap() before OpenSSL
 * is used for the first time.
 */
#ifndef UNIT_HEAP_OPENSSL_H
#define UNIT_HEAP_OPENSSL_H

#include <openssl/crypto.h>
#include <stdlib.h>

static inline void *
openssl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(size);
}

static inline void *
openssl_realloc(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return realloc(old, size);
}

static inline void
openssl_free(void *old, const char *file, int line)
{
	(void)file;
	(void)line;
	free(old);
}

/* Return whether OpenSSL agreed: false when it has allocated before. */
static inline bool
openssl_takes_heap(void)
{
	return CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc,
					openssl_free);
}

#endif
