/*
 * Which documents may name somebody: an index over the documents of recordings
 * and reports, each version of them, by keys that others make of their bytes.
 *
 * It is written behind the documents, in blocks of some ten thousand, each once
 * and in order, so that it costs the runs that bring documents next to nothing:
 * one index over all keys would be changed all over by every page of a listing.
 * A look-up asks each block, and reads the documents that are in none yet.  A
 * document that gets a further version goes into a block once more.
 */
#ifndef CATALOGUE_SUBJECT_H
#define CATALOGUE_SUBJECT_H

#include "callark/route.h"
#include "catalogue/catalogue.h"

/* Where a document is; the numbers stand in the file. */
enum catalogue_source {
	CATALOGUE_RECORDINGS,
	CATALOGUE_REPORTS,
	CATALOGUE_N_SOURCES,	/* of the index */
	CATALOGUE_WRECKS	/* kept as files, and in no table */
};

struct catalogue_place {
	enum catalogue_source source;
	int64_t row;
};

/* Keys of a document; free keys. */
struct catalogue_keys {
	int64_t *keys;
	size_t n, cap;
};

/* catalogue_keys_add(k, key): 0 or ARK_ENOMEM. */
int catalogue_keys_add(struct catalogue_keys *k, int64_t key);

/* Add the keys of one version of a document to out: 0 or negative. */
typedef int catalogue_keys_fn(void *ctx, const char *body, size_t n,
			      struct catalogue_keys *out);

/*
 * catalogue_subject_index(c, keys_of, ctx, n, err):
 * Write the next block, in a transaction of its own; *n is the number of its
 * documents, 0 when too few are in none.  Memory is bounded whatever the
 * documents are.
 */
int catalogue_subject_index(struct catalogue *c, catalogue_keys_fn *keys_of,
			    void *ctx, int64_t *n, struct ark_error *err);

/*
 * catalogue_subject_behind(c, n, err):
 * How many documents catalogue_subject_index() would write blocks of now.
 */
int catalogue_subject_behind(struct catalogue *c, int64_t *n,
			     struct ark_error *err);

/*
 * One version of the document at a place, lent until fn returns.  fn may ask
 * nothing of the catalogue.  Not 0 ends the walk and is returned.
 */
typedef int catalogue_body_fn(void *ctx, const struct catalogue_place *place,
			      const char *body, size_t n);

/*
 * Every version of every document that may have key, by what the blocks know;
 * and of every document that is in no block, or is there without its latest
 * version.  One may be told several times.  Who asks looks at the bytes: keys
 * can be shared.  Ask for the rest first: beside a run that writes a block, a
 * document goes from the one to the other.
 */
int catalogue_subject_find(struct catalogue *c, int64_t key,
			   catalogue_body_fn *fn, void *ctx,
			   struct ark_error *err);
int catalogue_subject_rest(struct catalogue *c, catalogue_body_fn *fn,
			   void *ctx, struct ark_error *err);

/* ---- catalogue/held.c: what is at a place ------------------------------ */

#define CATALOGUE_MAX_ID 512	/* bytes */

struct catalogue_held {
	enum ark_route route;
	char id[CATALOGUE_MAX_ID + 1];
	int32_t day;			/* in whose bag it is */
	int64_t start_s;		/* civil */
	int64_t vanished_s;		/* -1: it is still listed */
	int version;
	/* of a recording */
	enum ark_state state;
	char path[1024];		/* "" unless archived */
	int64_t bytes;
	uint8_t sha256[32];
};

/* catalogue_held(c, place, out, err): 0, or ARK_ENOTFOUND: nothing is there. */
int catalogue_held(struct catalogue *c, const struct catalogue_place *place,
		   struct catalogue_held *out, struct ark_error *err);

/*
 * catalogue_wrecks(c, fn, ctx, err):
 * Tell fn of every document that could not be read when it was listed: its day
 * and the file it is kept as.  Not 0 ends the walk and is returned.
 */
typedef int catalogue_wreck_fn(void *ctx, int32_t day, const char *path);
int catalogue_wrecks(struct catalogue *c, catalogue_wreck_fn *fn, void *ctx,
		     struct ark_error *err);

/* Every version of the document there, the oldest first. */
int catalogue_held_versions(struct catalogue *c,
			    const struct catalogue_place *place,
			    catalogue_version_fn *fn, void *ctx,
			    struct ark_error *err);

#endif
