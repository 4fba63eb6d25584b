/*
 * Reading many files back on all cores.
 */
#ifndef FLOW_HASHING_H
#define FLOW_HASHING_H

#include <stdbool.h>

#include "store/store.h"

struct hashing_item {
	const char *path;		/* relative to the archive */
	int64_t expected;		/* its size; -1: any */
	enum digest_kind kind;		/* zero is SHA-256 */
	int64_t size;			/* found; -1: not there */
	union {				/* if it was read */
		uint8_t sha256[DIGEST_SHA256_SIZE];
		uint8_t digest[DIGEST_MAX_SIZE];
	};
	int rc;				/* 0, ARK_ENOTFOUND, ARK_EDISK ... */
	struct ark_error err;
};

/*
 * hashing_run(s, items, n, is_quick, should_stop, ctx):
 * Fill every item, on as many threads as there are processors.  is_quick looks
 * at sizes only; a file of another size than expected is not read.  Stops early
 * when should_stop(ctx) says so: items left have ARK_ESTOPPED.
 */
void hashing_run(struct store *s, struct hashing_item *items, size_t n,
		 bool is_quick, bool (*should_stop)(const void *ctx),
		 const void *ctx);

#endif
