/*
 * Batches on their way to the disk: file first, row second.
 *
 * The owner adds settled parts with their final paths; a batch closes at 64
 * files, 64 MB or 200 ms and is made durable by a thread.  Each finished batch
 * comes back as a letter, and committer_record() writes its rows.  All calls
 * from one thread.
 */
#ifndef ARCHIVE_COMMITTER_H
#define ARCHIVE_COMMITTER_H

#include "archive/archive.h"
#include "base/mailbox.h"
#include "store/commit.h"

#define COMMIT_MAX_FILES 128
#define COMMIT_MAX_BYTES (INT64_C(64) << 20)
#define COMMIT_MAX_AGE_MS 200
#define COMMIT_THREADS 8

struct committer;

/* One recording to commit; the texts are copied. */
struct commit_order {
	struct store_part *part;	/* settled; ownership goes with it */
	const char *path;
	struct catalogue_archived row;	/* path, bytes, sha256 are filled in */
	void *ctx;			/* the owner's */
};

/* A finished batch; free with commit_batch_free. */
struct commit_batch {
	struct letter letter;
	struct commit_item items[COMMIT_MAX_FILES];
	struct catalogue_archived rows[COMMIT_MAX_FILES];
	void *ctx[COMMIT_MAX_FILES];
	size_t n;
	int64_t bytes, opened_ms, spent_ms;
	int rc;				/* of the batch; items tell their own */
	struct ark_error err;
};

int committer_start(struct committer **out, struct archive *a,
		    struct mailbox *reply, int kind, struct ark_error *err);

/* committer_stop(c): The batches given must have come back. */
void committer_stop(struct committer *c);

int committer_add(struct committer *c, const struct commit_order *order,
		  int64_t now_ms, struct ark_error *err);

/* committer_tick(c, now_ms, flush): Close the open batch when old, or anyway. */
void committer_tick(struct committer *c, int64_t now_ms, bool flush);

/* Files added whose batch has not come back; batches waiting for the thread. */
size_t committer_pending(const struct committer *c);
size_t committer_backlog(const struct committer *c);

/* Milliseconds until the open batch is due; -1 when there is none. */
int64_t committer_due_ms(const struct committer *c, int64_t now_ms);

/*
 * committer_record(c, batch, err):
 * Write the rows of all items that are durable, in one transaction; the
 * batch's letter has arrived.  Return as catalogue_archive.
 */
int committer_record(struct committer *c, const struct commit_batch *batch,
		     struct ark_error *err);

void commit_batch_free(struct commit_batch *b);

#endif
