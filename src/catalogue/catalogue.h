/*
 * The index and queue of an archive: one SQLite file.
 *
 * It is never the truth: the tree can rebuild it, and it never claims more
 * than the disk holds (a file is recorded after it is durable).  One
 * connection, one writing process (the archive's lock sees to that), used from
 * one thread.  Every function below that writes is one transaction of its own
 * unless catalogue_begin() opened one.
 *
 * All times named _s are instants (UTC) except start_s, which is civil.
 */
#ifndef CATALOGUE_CATALOGUE_H
#define CATALOGUE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "callark/recording.h"

struct catalogue;

enum catalogue_mode { CATALOGUE_READ, CATALOGUE_WRITE };

/*
 * catalogue_open(out, path, mode, err):
 * Open the file at path (absolute), made with its tables when missing and mode
 * is CATALOGUE_WRITE.  Return 0, ARK_ENOTFOUND (reading, no file),
 * ARK_EINTEGRITY (no SQLite file, damaged, or made by a newer callark; err
 * tells the mend: callark rebuild), ARK_EDISK, ARK_ENOMEM.  The last two, and
 * ARK_EINTEGRITY for damage met later, can come from every function below.
 */
int catalogue_open(struct catalogue **out, const char *path,
		   enum catalogue_mode mode, struct ark_error *err);
void catalogue_close(struct catalogue *c);

/*
 * catalogue_check(c, err):
 * PRAGMA quick_check.  Return 0, ARK_EINTEGRITY, or ARK_EDISK when it cannot be
 * read.  c keeps little in memory afterwards: it had better be of no further
 * use.
 */
int catalogue_check(struct catalogue *c, struct ark_error *err);

/* catalogue_library(): Lend the library's name and version, for doctor. */
const char *catalogue_library(void);

int catalogue_begin(struct catalogue *c, struct ark_error *err);
int catalogue_commit(struct catalogue *c, struct ark_error *err);
void catalogue_rollback(struct catalogue *c);

/* What was learned, by name.  get: 1 and out filled, or 0. */
int catalogue_meta_get(struct catalogue *c, const char *key, struct buf *out,
		       struct ark_error *err);
int catalogue_meta_set(struct catalogue *c, const char *key, const char *value,
		       struct ark_error *err);

/* A run of sync: its number marks what it saw and claimed. */
int catalogue_run_begin(struct catalogue *c, int64_t now_s, int64_t *run,
			struct ark_error *err);
int catalogue_run_end(struct catalogue *c, int64_t run, int exit_status,
		      int64_t now_s, struct ark_error *err);

/* catalogue_last_run(c, s, err): When the latest run began; -1: never. */
int catalogue_last_run(struct catalogue *c, int64_t *started_s,
		       struct ark_error *err);

/* catalogue_last_success(c, s, err): When a run last ended well; -1: never. */
int catalogue_last_success(struct catalogue *c, int64_t *ended_s,
			   struct ark_error *err);

/* ---- listing -------------------------------------------------------- */

/* What a row is of: something that is fetched and kept as a file. */
enum catalogue_kind {
	CATALOGUE_RECORDING,
	CATALOGUE_ATTACHMENT,		/* of a message in a conversation */
	CATALOGUE_N_KINDS
};

struct catalogue_document {
	enum catalogue_kind kind;
	const char *id;			/* unique within the kind */
	const char *interaction_id;	/* of an attachment: its conversation */
	int32_t day;
	int64_t start_s;		/* civil */
	int64_t duration_s;		/* -1: unknown */
	const char *body;		/* the document, byte for byte; NULL:
					   none is kept, as of attachments */
	size_t body_len;
	uint8_t fingerprint[32];	/* of the body without its link */
	const char *link;		/* absolute URL; "" if there is none */
	const char *excluded_by;	/* name of a filter, or NULL */
	const char *oddity;		/* what is wrong with it, or NULL */
};

enum catalogue_change { CATALOGUE_SAME, CATALOGUE_NEW, CATALOGUE_CHANGED };

struct catalogue_put {
	enum catalogue_change change;
	enum ark_state state;		/* after the put */
	int64_t row;			/* its number */
};

/*
 * catalogue_put(c, run, now_s, docs, n, puts, err):
 * Record the documents of one page in one transaction; puts[i] tells of
 * docs[i].  A document whose fingerprint differs is kept as a further version.
 * Inside catalogue_begin() a failure undoes that whole transaction.
 * The state follows from the old one:
 *   archived, purged			stay
 *   failed				stays (catalogue_retry_failed mends)
 *   excluded_by set			excluded
 *   link, old state no_link, excluded,
 *     gone with another link or after it
 *     had vanished, or new		queued
 *   link, queued, deferred, quarantined	stays, with the new link
 *   no link, queued, deferred, quarantined
 *     with an earlier link		gone ("the link was withdrawn")
 *   no link, otherwise			no_link (gone stays gone)
 * Rows that may be claimed are marked as seen in run and numbered in the order
 * given.  An archived (or purged) row never changes its day; any other moves
 * with its document.  A row seen again is no longer vanished.  A row that comes
 * out unchanged and not claimable is not written at all.
 *
 * An archived attachment keeps its row whatever comes to its place.  When the
 * fingerprint there is another, that is another attachment, with a row of its
 * own: its id has "-2" behind it, or the next number that is free.
 */
int catalogue_put(struct catalogue *c, int64_t run, int64_t now_s,
		  const struct catalogue_document *docs, size_t n,
		  struct catalogue_put *puts, struct ark_error *err);

/* A stretch of one day that was listed. */
struct catalogue_window {
	int32_t day;
	int64_t from_s, to_s;		/* civil; to_s is outside */
	bool is_whole_day;
	bool is_complete;		/* distinct ids equal Total */
	int64_t total;			/* the platform's; -1: none */
	int64_t distinct;
	const char *flaw;		/* why it is not complete, or NULL */
	bool proves_no_absence;		/* what did not come may be there */
};

/*
 * catalogue_listed(c, run, now_s, w, was_seen, ctx, err):
 * Record that w was listed.  When it is complete and proves absence, every row
 * of the stretch for which was_seen(ctx, id) is false is marked as vanished now
 * (once), and one that waits to be fetched becomes gone ("no longer listed").
 * *vanished is the number of rows newly marked.
 */
int catalogue_listed(struct catalogue *c, int64_t run, int64_t now_s,
		     const struct catalogue_window *w,
		     bool (*was_seen)(void *ctx, const char *id), void *ctx,
		     int64_t *vanished, struct ark_error *err);

/*
 * catalogue_attachments_listed(c, run, now_s, w, withdrawn, err):
 * The conversations of w were listed, and what run saw of their attachments is
 * put.  When w is complete, every attachment of the stretch that waits to be
 * fetched and was not seen in run becomes gone ("no longer listed"); *withdrawn
 * of them.
 */
int catalogue_attachments_listed(struct catalogue *c, int64_t run,
				 int64_t now_s,
				 const struct catalogue_window *w,
				 int64_t *withdrawn, struct ark_error *err);

/* A document that could not be read at all; its bytes lie at path. */
int catalogue_oddity(struct catalogue *c, int32_t day, const char *path,
		     const char *reason, int64_t now_s, struct ark_error *err);

/* ---- the queue ------------------------------------------------------ */

/* A row; texts are owned, "" rather than NULL.  Release when done. */
struct catalogue_row {
	int64_t row;
	enum catalogue_kind kind;
	char *id, *interaction_id;	/* as in catalogue_document */
	int32_t day;
	int64_t start_s, duration_s;
	enum ark_state state;
	char *reason;			/* of the state */
	char *link;
	int attempts, runs;		/* all told; runs that tried it */
	int64_t first_tried_s;		/* -1: never */
	int64_t first_seen_s, vanished_s;	/* vanished: -1 if not */
	char *oddity;
	/* when archived */
	char *path;			/* relative to the archive */
	int64_t bytes;
	uint8_t sha256[32];
	char *media_type, *codec, *link_host;
	int64_t audio_ms;		/* -1: unknown */
	int64_t downloaded_s;
	uint8_t fingerprint[32];
	/* when asked for */
	int version;			/* 1: the document never changed */
	int64_t version_seen_s;
	char *document;			/* the latest, or NULL */
	size_t document_len;
};

void catalogue_row_release(struct catalogue_row *r);

/*
 * catalogue_claim(c, run, now_s, lease_s, rows, max, n, err):
 * Take up to max rows that were seen in run, wait to be fetched (queued,
 * deferred, quarantined) and were not claimed by run before nor are leased to
 * another until now, in the order they were listed; they are leased to run for
 * lease_s seconds, and their days marked for publishing.  Cost is in
 * proportion to max, however many rows wait or were tried before.
 */
int catalogue_claim(struct catalogue *c, int64_t run, int64_t now_s,
		    int64_t lease_s, struct catalogue_row *rows, size_t max,
		    size_t *n, struct ark_error *err);

/*
 * catalogue_waiting(c, run, n, err):
 * How many rows run could still claim, those leased to another included.
 * Walks that part of an index: some 40 ms for a million.
 */
int catalogue_waiting(struct catalogue *c, int64_t run, int64_t *n,
		      struct ark_error *err);

/* One file that is durable under its final name. */
struct catalogue_archived {
	int64_t row;
	const char *path;
	int64_t bytes;
	uint8_t sha256[32];
	const char *media_type, *codec, *link_host;
	int64_t audio_ms;
	int64_t downloaded_s;
	int attempts;			/* of this run */
};

/*
 * catalogue_archive(c, items, n, err):
 * Archived, all in one transaction.  ARK_EBUG, and nothing done, when a row is
 * archived or purged already; the same for catalogue_set_back().
 */
int catalogue_archive(struct catalogue *c,
		      const struct catalogue_archived *items, size_t n,
		      struct ark_error *err);

/* One row that could not be archived. */
struct catalogue_setback {
	int64_t row;
	enum ark_state state;	/* deferred, failed, gone, quarantined */
	const char *reason;	/* one line, no personal data, no link */
	int attempts;			/* of this run */
	int64_t now_s;
};

int catalogue_set_back(struct catalogue *c,
		       const struct catalogue_setback *items, size_t n,
		       struct ark_error *err);

/*
 * catalogue_retry_failed(c, kind, from_s, to_s, n, err):
 * Failed and gone rows of the kind and stretch (civil) are queued again, their
 * counts forgotten.  *n is their number.
 */
int catalogue_retry_failed(struct catalogue *c, enum catalogue_kind kind,
			   int64_t from_s, int64_t to_s, int64_t *n,
			   struct ark_error *err);

/*
 * catalogue_requeue(c, row, reason, err):
 * Archived, but the file is bad: deferred, its counts forgotten.  ARK_EBUG
 * when it is not archived.
 */
int catalogue_requeue(struct catalogue *c, int64_t row, const char *reason,
		      struct ark_error *err);

/* catalogue_release_leases(c, err): Forget all leases; the lock is ours. */
int catalogue_release_leases(struct catalogue *c, struct ark_error *err);

/* ---- reading -------------------------------------------------------- */

enum catalogue_with {
	CATALOGUE_WITH_DOCUMENT = 1,
};

struct catalogue_query {
	int64_t from_s, to_s;		/* civil start; to_s is outside */
	unsigned states;		/* bits 1 << enum ark_state; 0: all */
	unsigned with;			/* bits of enum catalogue_with */
	const char *behind_id;		/* of what begins at from_s only what
					   comes behind this id; NULL: all */
	unsigned kinds;			/* bits 1 << enum catalogue_kind; 0:
					   recordings */
};

struct catalogue_cursor;

/*
 * Rows of a query by (start_s, id); behind_id is lent until the cursor is
 * freed.  next: 1 and *row filled (release it or pass it again: it is released
 * first), 0 at the end.
 */
int catalogue_select(struct catalogue_cursor **out, struct catalogue *c,
		     const struct catalogue_query *q, struct ark_error *err);
int catalogue_next(struct catalogue_cursor *cur, struct catalogue_row *row,
		   struct ark_error *err);
void catalogue_cursor_free(struct catalogue_cursor *cur);

/*
 * Rows of a kind whose bag is that of `day` (archived rows stay in the day they
 * were archived under), by (start_s, id), with documents.
 */
int catalogue_select_day(struct catalogue_cursor **out, struct catalogue *c,
			 enum catalogue_kind kind, int32_t day,
			 struct ark_error *err);

/* What the catalogue knows of an archived file; texts are lent. */
struct catalogue_file {
	enum catalogue_kind kind;
	int64_t row;
	const char *id, *path;
	int64_t bytes;
	uint8_t sha256[32];
};

/*
 * catalogue_files(c, day, fn, ctx, err):
 * Each archived recording and attachment whose bag is that of `day`, by
 * (start_s, id).  A return other than 0 ends the walk and is returned.
 */
typedef int catalogue_file_fn(void *ctx, const struct catalogue_file *f);
int catalogue_files(struct catalogue *c, int32_t day, catalogue_file_fn *fn,
		    void *ctx, struct ark_error *err);

/* Earlier versions of a row's document, oldest first, without the latest. */
typedef int catalogue_version_fn(void *ctx, int version, int64_t seen_s,
				 const char *body, size_t len);
int catalogue_versions(struct catalogue *c, int64_t row,
		       catalogue_version_fn *fn, void *ctx,
		       struct ark_error *err);

/*
 * catalogue_find(c, kind, id, row, err):
 * One row without document: 1, or 0 with *row empty.  What row held is
 * forgotten, not released.
 */
int catalogue_find(struct catalogue *c, enum catalogue_kind kind,
		   const char *id, struct catalogue_row *row,
		   struct ark_error *err);

/* catalogue_document(c, row, out, err): The latest document of a row. */
int catalogue_document(struct catalogue *c, int64_t row, struct buf *out,
		       struct ark_error *err);

/* The sums of a day's attachments. */
struct catalogue_media {
	int64_t counts[ARK_N_STATES];
	int64_t listed;			/* their sum */
	int64_t bytes;			/* of the archived ones */
};

/* What the archive knows of one day; of recordings where nothing is said. */
struct catalogue_day {
	int32_t day;
	bool was_asked, is_complete, is_dirty;
	int64_t total;			/* as the platform said last; -1 */
	int64_t asked_s, complete_s, published_s;	/* -1: never */
	char flaw[256];			/* why it is not complete */
	int64_t counts[ARK_N_STATES];
	int64_t listed;			/* their sum */
	int64_t vanished, oddities;
	int64_t bytes;			/* of archived recordings */
	int64_t first_s, last_s;	/* civil start of first and last; -1 */
	struct catalogue_media media;
	/*
	 * Bits 1 << enum ark_route: the reports that were asked of it, and those
	 * of them, but of recordings, that are not listed completely.
	 */
	unsigned reports_asked, reports_incomplete;
};

typedef int catalogue_day_fn(void *ctx, const struct catalogue_day *day);

/*
 * catalogue_days(c, from_day, to_day, fn, ctx, err):
 * Every day in [from_day, to_day] that was asked or has rows, in order.  A
 * non-zero return of fn ends the walk and is returned.  Costs a walk of an
 * index over the range, not of the rows.
 */
int catalogue_days(struct catalogue *c, int32_t from_day, int32_t to_day,
		   catalogue_day_fn *fn, void *ctx, struct ark_error *err);

/* catalogue_day(c, day, out, err): One of them; zeros when never asked. */
int catalogue_day(struct catalogue *c, int32_t day, struct catalogue_day *out,
		  struct ark_error *err);

/* Days whose bag is behind the catalogue, in order; free *days. */
int catalogue_dirty_days(struct catalogue *c, int32_t **days, size_t *n,
			 struct ark_error *err);

/* catalogue_unpublish(c, day, err): A day's bag is to be written anew. */
int catalogue_unpublish(struct catalogue *c, int32_t day,
			struct ark_error *err);

/*
 * catalogue_published(c, day, now_s, err):
 * The bag of day is as the catalogue says.  The mark stays while a row of the
 * day is leased: its file may get its name at any moment.
 */
int catalogue_published(struct catalogue *c, int32_t day, int64_t now_s,
			struct ark_error *err);

/*
 * catalogue_settled_day(c, kinds, reports, day, err):
 * The latest asked day D such that every asked day up to D is complete and has
 * nothing of kinds (bits 1 << enum catalogue_kind) queued, deferred or
 * quarantined, and those of reports (bits 1 << enum ark_route) that were asked
 * of it are complete.  1 and *day, or 0 when there is none.
 */
int catalogue_settled_day(struct catalogue *c, unsigned kinds,
			  unsigned reports, int32_t *day,
			  struct ark_error *err);

/* catalogue_first_asked(c, day, err): The earliest day asked.  1, or 0: none. */
int catalogue_first_asked(struct catalogue *c, int32_t *day,
			  struct ark_error *err);

/* ---- rebuilding ----------------------------------------------------- */

/*
 * catalogue_restore(c, row, versions_before, n, fingerprint, err):
 * Insert a row as a tree tells it: all fields but the counts of attempts, its
 * latest document (NULL: it has none), and n earlier versions.  ARK_EEXISTS
 * when a row of its kind has the id or any other the path; ARK_EFORMAT for an
 * archived row without a path.
 * Days are not marked for publishing: the bag said so.
 */
struct catalogue_version {
	int64_t seen_s;
	const char *body;
	size_t len;
	uint8_t fingerprint[32];
};
int catalogue_restore(struct catalogue *c, const struct catalogue_row *row,
		      const uint8_t fingerprint[32],
		      const struct catalogue_version *before, size_t n,
		      struct ark_error *err);

/* catalogue_restore_day(c, day, err): The facts of a day (not its counts). */
int catalogue_restore_day(struct catalogue *c, const struct catalogue_day *day,
			  struct ark_error *err);

#endif
