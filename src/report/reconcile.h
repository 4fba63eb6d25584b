/*
 * One day's calls, as three reports and the archive tell of them, against each
 * other.
 *
 * Order of calls: reconcile_new(), reconcile_add() for every document of the
 * day, in any order, and for those of the days before and after that begin
 * within RECONCILE_MARGIN_S of midnight; reconcile_run(); then the lines and
 * sums; reconcile_free().
 *
 * What is one call
 *   Documents are joined by protocolo; those without one by _id (else id).
 *   One document of each report is one call, whatever its times.  Where a
 *   report has several under one protocolo (callbacks, transfers), documents
 *   of two reports are the same call when they were answered, or began,
 *   nearest to each other and within RECONCILE_NEAR_S.  What is then left
 *   alone belongs to a call that overlaps it in time and covers it in every
 *   report that it is missing in: two recordings of one transferred call, or
 *   one recording of both its legs.  All else is a call of its own.
 *
 * Which day a call belongs to
 *   That of its beginning by voice-log, else by service-history, else by
 *   service-history-audio-links.  Calls of another day are passed over: so a
 *   call that two reports put on two sides of midnight is found whole on one
 *   day, and told once.
 *
 * What is late
 *   When a document was first seen although a listing of its report and day,
 *   made RECONCILE_GRACE_S after the call's end or later, had not brought it.
 *   The moments at which any of the documents were first seen are those at
 *   which the report was listed; a listing lasts at most RECONCILE_LISTING_S.
 *
 * What is explained
 *   late and changed, for nothing is lost by them; vanished, when no report
 *   lists the call any more or the same one lists it otherwise; not_archived,
 *   when a filter or a retention rule says so.  All else is not.
 */
#ifndef REPORT_RECONCILE_H
#define REPORT_RECONCILE_H

#include <stddef.h>

#include "callark/reconcile.h"
#include "model/time.h"

#define RECONCILE_MARGIN_S INT64_C(3600)
#define RECONCILE_NEAR_S INT64_C(300)
#define RECONCILE_GRACE_S INT64_C(3600)
#define RECONCILE_LISTING_S INT64_C(900)

/* Of one day and its margins; some 180 bytes each. */
#define RECONCILE_MAX_DOCUMENTS ((size_t)3000000)

struct reconcile;

/* The day before, the day itself and the day after: where a listing is. */
enum { RECONCILE_BEFORE, RECONCILE_TODAY, RECONCILE_AFTER, RECONCILE_DAYS };

struct reconcile_options {
	int32_t day;
	int64_t tolerance_s;
	const struct zone *zone;	/* lent; of all civil times */
	/* which listings are complete: from no other is absence concluded */
	bool is_listed[RECONCILE_DAYS][ARK_CALL_ROUTES];
};

/*
 * reconcile_new(out, o, err):
 * A day without documents.  Return 0 or ARK_ENOMEM.
 */
int reconcile_new(struct reconcile **out, const struct reconcile_options *o,
		  struct ark_error *err);
void reconcile_free(struct reconcile *r);

/* Whether a document of service-history is about a call. */
enum reconcile_medium {
	RECONCILE_CALL,
	RECONCILE_CHAT,			/* any other medium: passed over */
	RECONCILE_PERHAPS,		/* it does not say: a call if another
					   report tells of the same */
};

/* reconcile_medium(document, len): By its midia; document was json_check()ed. */
enum reconcile_medium reconcile_medium(const char *document, size_t len);

struct reconcile_document {
	enum ark_route route;		/* one of the first three */
	const struct ark_recording *fields;	/* lent for the call */
	enum reconcile_medium medium;
	bool is_wanted;			/* passes the filters; a call is told
					   of when one of its documents is */
	int32_t bag_day;		/* of the bag that has it */
	const char *sha256;		/* in hex, of its bytes; lent; NULL:
					   nobody asks for it */
	int version;			/* 1: never changed */
	int64_t first_seen_s;		/* instants; -1: not */
	int64_t vanished_s;
	/* of service-history-audio-links: what became of the recording */
	enum ark_state state;
	const char *reason;		/* lent; "" */
	int64_t audio_ms;		/* -1: unknown */
};

/*
 * reconcile_add(r, d, err):
 * Return 0, ARK_ENOMEM, or ARK_ELIMIT beyond RECONCILE_MAX_DOCUMENTS.
 */
int reconcile_add(struct reconcile *r, const struct reconcile_document *d,
		  struct ark_error *err);

/*
 * reconcile_run(r, fn, ctx, err):
 * Tell every discrepancy of the day's calls to fn (NULL: only count), by the
 * beginning and the protocolo of the call; what fn gets is lent until it
 * returns.  Once only.  Return 0, ARK_ENOMEM or what fn returned.
 */
int reconcile_run(struct reconcile *r, ark_discrepancy_fn *fn, void *ctx,
		  struct ark_error *err);

/*
 * reconcile_note(r, d, fn, ctx):
 * Count a discrepancy that the caller knows of, as of a document that cannot
 * be read, and tell it to fn.  Return 0 or what fn returned.
 */
int reconcile_note(struct reconcile *r, const struct ark_discrepancy *d,
		   ark_discrepancy_fn *fn, void *ctx);

/*
 * reconcile_lines(r, lines, n, err):
 * The sums of each agent and service, by service, agent and e-mail.  What the
 * lines point to lives as long as r; free *lines.  Return 0 or ARK_ENOMEM.
 */
int reconcile_lines(const struct reconcile *r,
		    struct ark_reconcile_line **lines, size_t *n,
		    struct ark_error *err);

/* A document that a call of the day has in the bag of another. */
struct reconcile_beside {
	int32_t day;			/* of that bag */
	enum ark_route route;
	const char *id, *sha256;
};

/*
 * reconcile_beside(r, list, n, err):
 * Every such document that has a sha256, by day, report and id: of the calls
 * that two reports put on two sides of midnight.  What they point to lives as
 * long as r; free *list.  Return 0 or ARK_ENOMEM.
 */
int reconcile_beside(const struct reconcile *r, struct reconcile_beside **list,
		     size_t *n, struct ark_error *err);

/* reconcile_sums(r, day): Fill sums, explained and unexplained of day. */
void reconcile_sums(const struct reconcile *r, struct ark_reconciled_day *day);

/* reconcile_sums_add(sum, more): Add each of them. */
void reconcile_sums_add(struct ark_reconcile_sums *sum,
			const struct ark_reconcile_sums *more);

#endif
