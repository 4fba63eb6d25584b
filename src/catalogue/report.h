/*
 * The documents of the platform's reports, but those of
 * service-history-audio-links, which are the documents of recordings.
 *
 * A document belongs to the day it began on, and its id is unique within its
 * report and day.  One whose beginning moves to another day is new there, and
 * vanishes where it was.
 */
#ifndef CATALOGUE_REPORT_H
#define CATALOGUE_REPORT_H

#include "callark/route.h"
#include "catalogue/catalogue.h"

struct catalogue_report_document {
	const char *id;
	int32_t day;
	int64_t start_s;		/* civil */
	const char *body;		/* byte for byte */
	size_t body_len;
	uint8_t fingerprint[32];	/* of the body without its links */
	const char *oddity;		/* what is wrong with it, or NULL */
};

/* What came of the documents of a page. */
struct catalogue_report_change {
	int64_t fresh, changed;		/* new ones; further versions */
	int64_t other;			/* back again, or now odd */
};

/*
 * catalogue_report_put(c, route, now_s, docs, n, change, err):
 * Record the documents of one page, in one transaction or as part of one; a
 * failure undoes all of it.  One whose fingerprint differs is kept as a
 * further version.  The bags of days that something came to are behind.
 */
int catalogue_report_put(struct catalogue *c, enum ark_route route,
			 int64_t now_s,
			 const struct catalogue_report_document *docs,
			 size_t n, struct catalogue_report_change *change,
			 struct ark_error *err);

/*
 * catalogue_report_listed(c, route, now_s, w, was_seen, ctx, vanished, err):
 * As catalogue_listed(): when w is complete, documents of that stretch which
 * were not seen are marked as vanished.
 */
int catalogue_report_listed(struct catalogue *c, enum ark_route route,
			    int64_t now_s, const struct catalogue_window *w,
			    bool (*was_seen)(void *ctx, const char *id),
			    void *ctx, int64_t *vanished,
			    struct ark_error *err);

/*
 * catalogue_report_ask(c, day, routes, now_s, err):
 * These reports (bits 1 << enum ark_route) are wanted of day: from now on each
 * that no listing has told of is one that is not complete.
 */
int catalogue_report_ask(struct catalogue *c, int32_t day, unsigned routes,
			 int64_t now_s, struct ark_error *err);

/* ---- reading -------------------------------------------------------- */

/* One document, lent until the next step of its cursor. */
struct catalogue_report_row {
	int64_t row;
	const char *id;
	int64_t start_s;
	int64_t first_seen_s, version_seen_s;
	int64_t vanished_s;		/* -1: it is still listed */
	int version;			/* 1: it never changed */
	const char *oddity;		/* "" */
	const char *body;		/* of the latest version */
	size_t body_len;
};

struct catalogue_report_query {
	int32_t day;
	enum ark_route route;
	int64_t behind_s;		/* only what comes behind this start … */
	const char *behind_id;		/* … and id; NULL: all */
};

struct catalogue_report_cursor;

/*
 * The documents of a report and day by (start_s, id), the vanished ones with
 * them; behind_id is lent until the cursor is freed.  next: 1 and *row filled,
 * 0 at the end, or negative.
 */
int catalogue_report_select(struct catalogue_report_cursor **out,
			    struct catalogue *c,
			    const struct catalogue_report_query *q,
			    struct ark_error *err);
int catalogue_report_next(struct catalogue_report_cursor *cur,
			  struct catalogue_report_row *row,
			  struct ark_error *err);
void catalogue_report_cursor_free(struct catalogue_report_cursor *cur);

/* Earlier versions, oldest first, without the latest. */
int catalogue_report_versions(struct catalogue *c, int64_t row,
			      catalogue_version_fn *fn, void *ctx,
			      struct ark_error *err);

/* What is known of one report on one day. */
struct catalogue_report_day {
	int32_t day;
	enum ark_route route;
	bool was_asked, is_complete;
	int64_t total;			/* as the platform said last; -1 */
	int64_t asked_s, complete_s;	/* -1: never */
	char flaw[256];			/* why it is not complete */
	int64_t documents;		/* the vanished ones with them */
	int64_t vanished, oddities;
	int64_t changed;		/* with more than one version */
};

typedef int catalogue_report_day_fn(void *ctx,
				    const struct catalogue_report_day *d);

/*
 * catalogue_report_days(c, from_day, to_day, fn, ctx, err):
 * Every (day, route) of [from_day, to_day] that was asked or has documents, by
 * day and route.  A non-zero return of fn ends the walk and is returned.
 */
int catalogue_report_days(struct catalogue *c, int32_t from_day, int32_t to_day,
			  catalogue_report_day_fn *fn, void *ctx,
			  struct ark_error *err);

/* catalogue_report_day(c, day, route, out, err): One; zeros if never asked. */
int catalogue_report_day(struct catalogue *c, int32_t day, enum ark_route route,
			 struct catalogue_report_day *out,
			 struct ark_error *err);

/* ---- rebuilding ----------------------------------------------------- */

/*
 * catalogue_report_restore(c, day, route, row, fingerprint, before, n, err):
 * Insert a document (all of row but its number) and its n earlier versions as
 * a tree tells it.  ARK_EEXISTS when the id is there.
 */
int catalogue_report_restore(struct catalogue *c, int32_t day,
			     enum ark_route route,
			     const struct catalogue_report_row *row,
			     const uint8_t fingerprint[32],
			     const struct catalogue_version *before, size_t n,
			     struct ark_error *err);

/* catalogue_report_restore_day(c, d, err): The facts of its listing. */
int catalogue_report_restore_day(struct catalogue *c,
				 const struct catalogue_report_day *d,
				 struct ark_error *err);

#endif
