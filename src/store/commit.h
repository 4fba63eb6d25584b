/*
 * Giving bodies their final names, durably, never overwriting.
 *
 * For a batch: make the folders; fsync every file on the descriptor that wrote
 * it (a few threads); renameat2 with RENAME_NOREPLACE; fsync each distinct
 * folder once.  A crash leaves every file under its temporary or its final
 * name.  A failed fsync is final for that file: it is removed and must be
 * fetched again; it is never synced a second time.
 */
#ifndef STORE_COMMIT_H
#define STORE_COMMIT_H

#include "store/part.h"

enum commit_end {
	COMMIT_LOST,		/* disk error; the part is dropped.  The first,
				   so that what was never looked at is lost */
	COMMIT_DONE,		/* durable under its name */
	COMMIT_SAME,		/* a file with the same bytes was there already */
	COMMIT_CONFLICT,	/* a different file is there; untouched.  The
				   part is consumed and dropped */
};

struct commit_item {
	struct store_part *part;	/* settled; consumed: NULL afterwards */
	char path[STORE_PATH_MAX];
	enum commit_end end;
	struct ark_error err;		/* for CONFLICT and LOST */
};

/*
 * store_commit(s, items, n, n_threads, err):
 * Commit n items (at most 1024).  Blocks.  Each item tells its own end; the
 * return value is 0 unless the whole batch failed before it began (ARK_ENOMEM;
 * then the parts are untouched) or a folder could not be synced (ARK_EDISK:
 * the items of that folder are COMMIT_LOST, and the names that they had got
 * are taken back, as far as that disk lets us).
 */
int store_commit(struct store *s, struct commit_item *items, size_t n,
		 unsigned n_threads, struct ark_error *err);

/*
 * store_quarantine(s, part, path, why, n, err):
 * Put a settled part (consumed) at PATH.body and the n bytes of why at
 * PATH.json, durably, the latter first.  A body that is there already is kept
 * and success.
 */
int store_quarantine(struct store *s, struct store_part *part, const char *path,
		     const char *why, size_t n, struct ark_error *err);

#endif
