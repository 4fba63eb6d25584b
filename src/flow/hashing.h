/*
 * Reading many files back on all cores.
 *
 *	hashing_new		a crew of threads, one core left for the caller
 *	hashing_add		files for it, as often as wanted
 *	hashing_help		until a job is done
 *	hashing_free		whatever is not done is given up
 *
 * The caller's thread is one of the crew while it helps, and the one that asks
 * the listener whether to stop.
 */
#ifndef FLOW_HASHING_H
#define FLOW_HASHING_H

#include <stdbool.h>

#include "callark/event.h"
#include "store/store.h"

struct hashing_item {
	const char *path;		/* relative to the archive */
	int64_t expected;		/* its size; -1: any */
	enum digest_kind kind;		/* zero is SHA-256 */
	int rc;				/* 0, ARK_ENOTFOUND, ARK_EDISK ... */
	int64_t size;			/* found; -1: not there */
	union {				/* if it was read */
		uint8_t sha256[DIGEST_SHA256_SIZE];
		uint8_t digest[DIGEST_MAX_SIZE];
	};
	char *why;			/* when rc is neither 0 nor one that
					   says it all; else NULL */
};

/* hashing_items_free(items, n): Free them, and what they say. */
void hashing_items_free(struct hashing_item *items, size_t n);

/* Files that are looked at together.  It is the crew's from add to done. */
struct hashing_job {
	struct hashing_item *items;	/* the caller's, as is job itself */
	size_t n;
	size_t n_taken, n_done;		/* the crew's, as is next */
	struct hashing_job *next;
};

struct hashing;

/*
 * hashing_new(out, s, is_quick, l, err):
 * Gather the crew.  is_quick looks at sizes only; else every item is filled,
 * but a file of another size than expected is not read.  Threads that cannot be
 * had are done without.  s and l outlive it.  Return 0 or ARK_ENOMEM.
 */
int hashing_new(struct hashing **out, struct store *s, bool is_quick,
		const struct ark_listener *l, struct ark_error *err);

/* hashing_free(h): Nobody looks at any item afterwards.  h may be NULL. */
void hashing_free(struct hashing *h);

/* hashing_add(h, job): Have the items looked at, behind all earlier ones. */
void hashing_add(struct hashing *h, struct hashing_job *job);

/* hashing_waiting(h): How many items nobody has begun. */
size_t hashing_waiting(struct hashing *h);

/*
 * hashing_help(h, job):
 * Look at some of what waits longest; when nothing waits, wait for job.  Return
 * whether job is done.  When the listener wants an end, items not looked at yet
 * have ARK_ESTOPPED, here and in all jobs that follow.
 */
bool hashing_help(struct hashing *h, const struct hashing_job *job);

/*
 * hashing_look(h, items, n):
 * The caller looks at all of them alone, now, whatever waits.
 */
void hashing_look(struct hashing *h, struct hashing_item *items, size_t n);

/*
 * hashing_run(s, items, n, is_quick, l, err):
 * All of that for one job.  Return 0 with every item filled, or ARK_ENOMEM.
 */
int hashing_run(struct store *s, struct hashing_item *items, size_t n,
		bool is_quick, const struct ark_listener *l,
		struct ark_error *err);

#endif
