/*
 * What a whole stretch of a listing proves: that it is complete, and what is
 * no longer in it.
 */
#include "catalogue/window.h"

#include "base/error.h"
#include "catalogue/query.h"

/* Mark one row; 1 when it was not marked before. */
static int
vanish(struct catalogue *c, int64_t row, int64_t now_s, bool is_marked,
       struct ark_error *err)
{
	struct query q;
	int rc;

	query_open(&q, c, STMT_VANISH,
		   SQL_UPDATE_RECORDING " SET"
		   " vanished_s = coalesce(vanished_s, ?2), turn = NULL,"
		   " state = iif(state IN " SQL_WAITING ", " SQL_GONE ","
		   "  state),"
		   " reason = iif(state IN " SQL_WAITING ","
		   "  'no longer listed', reason)"
		   " WHERE n = ?1");
	query_int(&q, row);
	query_int(&q, now_s);
	rc = query_run(&q, err);
	return rc ? rc : !is_marked;
}

/*
 * Rows are marked while they are walked: the walk follows start_s, which the
 * mark leaves alone.  A row that is marked and still waits was set back after
 * it vanished, and must not wait for ever.
 */
static int
mark_vanished(struct catalogue *c, int64_t now_s,
	      const struct catalogue_window *w,
	      bool (*was_seen)(void *ctx, const char *id), void *ctx,
	      int64_t *vanished, struct ark_error *err)
{
	const char *id;
	struct query q;
	int rc;

	query_prepare(&q, c,
		      "SELECT n, id, vanished_s IS NOT NULL"
		      " FROM recording INDEXED BY recording_start"
		      " WHERE start_s >= ? AND start_s < ?"
		      " AND kind = " SQL_RECORDING
		      " AND (vanished_s IS NULL OR state IN " SQL_WAITING ")");
	query_int(&q, w->from_s);
	query_int(&q, w->to_s);
	for (;;) {
		rc = query_next(&q, err);
		if (rc <= 0)
			break;
		id = query_get_text(&q, 1);
		rc = query_status(&q, err);
		if (rc)
			break;
		if (was_seen(ctx, id))
			continue;
		rc = vanish(c, query_get_int(&q, 0), now_s,
			    query_get_int(&q, 2), err);
		if (rc < 0)
			break;
		*vanished += rc;
	}
	query_close(&q);
	return rc;
}

struct window_claim
window_claim(const struct catalogue_window *w)
{
	struct window_claim claim = {
		.is_complete = w->is_complete && w->is_whole_day,
		.total = w->is_whole_day ? w->total : -1, .flaw = "",
	};

	if (claim.is_complete)
		return claim;
	if (w->flaw)
		claim.flaw = w->flaw;
	if (!w->is_whole_day && !*claim.flaw)
		claim.flaw = "only a part of the day was listed";
	return claim;
}

/*
 * A part listed later does not take from a day that is complete.  The bag is
 * behind when what it says of the day changed; not when the same was asked
 * again.
 */
static int
note_day(struct catalogue *c, int64_t run, int64_t now_s,
	 const struct catalogue_window *w, struct ark_error *err)
{
	const struct window_claim claim = window_claim(w);
	struct query q;

	query_prepare(
		&q, c,
		"INSERT INTO day (day, is_dirty, was_asked, asked_s,"
		" asked_run, is_complete, total, flaw, complete_s)"
		" VALUES (?1, 1, 1, ?2, ?3, ?4, ?5, ?6, iif(?4, ?2, NULL))"
		" ON CONFLICT (day) DO UPDATE SET was_asked = 1,"
		" asked_s = ?2, asked_run = ?3,"
		" is_complete = iif(?7, ?4, is_complete),"
		" total = iif(?7, ?5, total),"
		" flaw = iif(?7 OR NOT is_complete, ?6, flaw),"
		" complete_s = iif(?4, ?2, complete_s),"
		" is_dirty = is_dirty OR NOT was_asked"
		"  OR (is_complete, total, flaw) IS NOT"
		"   (iif(?7, ?4, is_complete), iif(?7, ?5, total),"
		"    iif(?7 OR NOT is_complete, ?6, flaw))");
	query_int(&q, w->day);
	query_int(&q, now_s);
	query_int(&q, run);
	query_int(&q, claim.is_complete);
	query_time(&q, claim.total);
	query_text(&q, claim.flaw);
	query_int(&q, w->is_whole_day);
	return query_run(&q, err);
}

int
catalogue_listed(struct catalogue *c, int64_t run, int64_t now_s,
		 const struct catalogue_window *w,
		 bool (*was_seen)(void *ctx, const char *id), void *ctx,
		 int64_t *vanished, struct ark_error *err)
{
	int rc;

	*vanished = 0;
	rc = work_begin(c, err);
	if (rc)
		return rc;
	rc = note_day(c, run, now_s, w, err);
	if (!rc && w->is_complete && !w->proves_no_absence)
		rc = mark_vanished(c, now_s, w, was_seen, ctx, vanished, err);
	return work_end(c, rc, err);
}

/*
 * Rows that wait are marked with the run that saw them whenever they are put,
 * so nobody needs to remember which.
 */
static int
withdraw_unseen(struct catalogue *c, int64_t run, int64_t now_s,
		const struct catalogue_window *w, int64_t *withdrawn,
		struct ark_error *err)
{
	struct query q;
	int rc;

	query_prepare(&q, c,
		      "SELECT n, vanished_s IS NOT NULL"
		      " FROM recording INDEXED BY recording_start"
		      " WHERE start_s >= ? AND start_s < ?"
		      " AND kind = " SQL_ATTACHMENT
		      " AND state IN " SQL_WAITING " AND seen_run IS NOT ?");
	query_int(&q, w->from_s);
	query_int(&q, w->to_s);
	query_int(&q, run);
	for (;;) {
		rc = query_next(&q, err);
		if (rc <= 0)
			break;
		rc = vanish(c, query_get_int(&q, 0), now_s,
			    query_get_int(&q, 1), err);
		if (rc < 0)
			break;
		++*withdrawn;
	}
	query_close(&q);
	return rc;
}

int
catalogue_attachments_listed(struct catalogue *c, int64_t run, int64_t now_s,
			     const struct catalogue_window *w,
			     int64_t *withdrawn, struct ark_error *err)
{
	int rc;

	*withdrawn = 0;
	if (!w->is_complete || w->proves_no_absence)
		return 0;
	rc = work_begin(c, err);
	if (rc)
		return rc;
	rc = withdraw_unseen(c, run, now_s, w, withdrawn, err);
	return work_end(c, rc, err);
}

int
catalogue_oddity(struct catalogue *c, int32_t day, const char *path,
		 const char *reason, int64_t now_s, struct ark_error *err)
{
	struct query q;
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	query_prepare(&q, c,
		      "INSERT INTO day (day, is_dirty) VALUES (?, 1)"
		      " ON CONFLICT (day) DO UPDATE SET is_dirty = 1"
		      " WHERE NOT is_dirty");
	query_int(&q, day);
	rc = query_run(&q, err);
	if (rc)
		goto out;
	query_prepare(&q, c,
		      "INSERT INTO oddity (day, path, reason, seen_s)"
		      " VALUES (?, ?, ?, ?)"
		      " ON CONFLICT DO UPDATE SET reason = excluded.reason,"
		      "  seen_s = excluded.seen_s");
	query_int(&q, day);
	query_text(&q, path);
	query_text(&q, reason);
	query_int(&q, now_s);
	rc = query_run(&q, err);
out:
	return work_end(c, rc, err);
}
