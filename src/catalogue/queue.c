/*
 * Who fetches what, and what became of it.
 */
#include "base/error.h"
#include "catalogue/row.h"

/* Rows in the queue of run, in its order; at most max of them. */
static int
find_claims(struct catalogue *c, int64_t run, int64_t now_s,
	    struct catalogue_row *rows, size_t max, size_t *n,
	    struct ark_error *err)
{
	struct query q;
	int rc = 0;

	query_open(&q, c, STMT_CLAIM_FIND,
		   "SELECT " ROW_COLUMNS
		   " FROM recording r INDEXED BY recording_turn"
		   " WHERE r.seen_run = ?1 AND r.turn IS NOT NULL"
		   "  AND coalesce(r.lease_s, ?2) <= ?2"
		   " ORDER BY r.turn");
	query_int(&q, run);
	query_int(&q, now_s);
	while (*n < max) {
		rc = query_next(&q, err);
		if (rc <= 0)
			break;
		rows[*n] = (struct catalogue_row){ 0 };
		rc = row_read(&q, false, &rows[*n], err);
		if (rc)
			break;
		++*n;
	}
	query_close(&q);
	return rc;
}

static int
claim_one(struct catalogue *c, int64_t run, int64_t until_s, int64_t row,
	  struct ark_error *err)
{
	struct query q;

	query_open(&q, c, STMT_CLAIM,
		   SQL_UPDATE_RECORDING " SET turn = NULL, claimed_run = ?2,"
		   " lease_s = ?3 WHERE n = ?1");
	query_int(&q, row);
	query_int(&q, run);
	query_int(&q, until_s);
	return query_run(&q, err);
}

int
catalogue_claim(struct catalogue *c, int64_t run, int64_t now_s,
		int64_t lease_s, struct catalogue_row *rows, size_t max,
		size_t *n, struct ark_error *err)
{
	int rc;

	*n = 0;
	rc = work_begin(c, err);
	if (rc)
		return rc;
	rc = find_claims(c, run, now_s, rows, max, n, err);
	for (size_t i = 0; !rc && i < *n; i++)
		rc = claim_one(c, run, now_s + lease_s, rows[i].row, err);
	rc = work_end(c, rc, err);
	while (rc && *n)
		catalogue_row_release(&rows[--*n]);
	return rc;
}

int
catalogue_waiting(struct catalogue *c, int64_t run, int64_t *n,
		  struct ark_error *err)
{
	struct query q;
	int rc;

	query_open(&q, c, STMT_WAITING,
		   "SELECT count(*) FROM recording"
		   " WHERE seen_run = ? AND turn IS NOT NULL");
	query_int(&q, run);
	rc = query_next(&q, err);
	if (rc > 0)
		*n = query_get_int(&q, 0);
	query_close(&q);
	return rc < 0 ? rc : 0;
}

/* An update of one row that must be there and in a state that allows it. */
static int
change_one(struct query *q, int64_t row, const char *act, struct ark_error *err)
{
	int rc = query_run(q, err);

	if (rc || query_changed(q->c) == 1)
		return rc;
	return error_set(err, ARK_EBUG,
			 "catalogue: row %lld cannot be %s: no such row, or "
			 "not in a state for it",
			 (long long)row, act);
}

static int
archive_one(struct catalogue *c, const struct catalogue_archived *a,
	    struct ark_error *err)
{
	struct query q;

	query_open(&q, c, STMT_ARCHIVE,
		   SQL_UPDATE_RECORDING " SET state = " SQL_ARCHIVED ","
		   " reason = '', path = ?2, bytes = ?3, sha256 = ?4,"
		   " media_type = ?5, codec = ?6, link_host = ?7,"
		   " audio_ms = ?8, downloaded_s = ?9,"
		   " attempts = attempts + ?10, runs = runs + (?10 > 0),"
		   " first_tried_s ="
		   "  coalesce(first_tried_s, iif(?10 > 0, ?9, NULL)),"
		   " lease_s = NULL, turn = NULL"
		   " WHERE n = ?1"
		   " AND state NOT IN (" SQL_ARCHIVED ", " SQL_PURGED ")");
	query_int(&q, a->row);
	query_text(&q, a->path);
	query_int(&q, a->bytes);
	query_bytes(&q, a->sha256, sizeof(a->sha256));
	query_text(&q, a->media_type);
	query_text(&q, a->codec);
	query_text(&q, a->link_host);
	query_time(&q, a->audio_ms);
	query_int(&q, a->downloaded_s);
	query_int(&q, a->attempts);
	return change_one(&q, a->row, "archived", err);
}

int
catalogue_archive(struct catalogue *c, const struct catalogue_archived *items,
		  size_t n, struct ark_error *err)
{
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < n; i++)
		rc = archive_one(c, &items[i], err);
	return work_end(c, rc, err);
}

static int
set_back_one(struct catalogue *c, const struct catalogue_setback *s,
	     struct ark_error *err)
{
	struct query q;

	query_open(&q, c, STMT_SET_BACK,
		   SQL_UPDATE_RECORDING " SET state = ?2, reason = ?3,"
		   " attempts = attempts + ?4, runs = runs + 1,"
		   " first_tried_s = coalesce(first_tried_s, ?5),"
		   " lease_s = NULL, turn = NULL"
		   " WHERE n = ?1"
		   " AND state NOT IN (" SQL_ARCHIVED ", " SQL_PURGED ")");
	query_int(&q, s->row);
	query_int(&q, s->state);
	query_text(&q, s->reason);
	query_int(&q, s->attempts);
	query_int(&q, s->now_s);
	return change_one(&q, s->row, "set back", err);
}

int
catalogue_set_back(struct catalogue *c, const struct catalogue_setback *items,
		   size_t n, struct ark_error *err)
{
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < n; i++)
		rc = set_back_one(c, &items[i], err);
	return work_end(c, rc, err);
}

static int
retry_one(struct catalogue *c, int64_t row, struct ark_error *err)
{
	struct query q;

	query_open(&q, c, STMT_RETRY,
		   SQL_UPDATE_RECORDING " SET state = " SQL_QUEUED ","
		   " reason = '', attempts = 0, runs = 0, first_tried_s = NULL"
		   " WHERE n = ?");
	query_int(&q, row);
	return query_run(&q, err);
}

/* Row by row: one statement for all would keep what it may have to undo. */
static int
retry_all(struct catalogue *c, enum catalogue_kind kind, int64_t from_s,
	  int64_t to_s, int64_t *n, struct ark_error *err)
{
	struct query q;
	int rc;

	query_prepare(&q, c,
		      "SELECT n FROM recording INDEXED BY recording_start"
		      " WHERE start_s >= ? AND start_s < ? AND kind = ?"
		      " AND state IN (" SQL_FAILED ", " SQL_GONE ")");
	query_int(&q, from_s);
	query_int(&q, to_s);
	query_int(&q, kind);
	for (;;) {
		rc = query_next(&q, err);
		if (rc <= 0)
			break;
		rc = retry_one(c, query_get_int(&q, 0), err);
		if (rc)
			break;
		++*n;
	}
	query_close(&q);
	return rc;
}

int
catalogue_retry_failed(struct catalogue *c, enum catalogue_kind kind,
		       int64_t from_s, int64_t to_s, int64_t *n,
		       struct ark_error *err)
{
	int rc;

	*n = 0;
	rc = work_begin(c, err);
	if (rc)
		return rc;
	rc = retry_all(c, kind, from_s, to_s, n, err);
	return work_end(c, rc, err);
}

/*
 * The counts start anew: what once took ten runs to fetch may do so again,
 * a year after its first try too.
 */
int
catalogue_requeue(struct catalogue *c, int64_t row, const char *reason,
		  struct ark_error *err)
{
	struct query q;
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	query_prepare(&q, c,
		      SQL_UPDATE_RECORDING " SET state = " SQL_DEFERRED ","
		      " reason = ?2, attempts = 0, runs = 0,"
		      " first_tried_s = NULL, path = NULL, bytes = NULL,"
		      " sha256 = NULL, media_type = NULL, codec = NULL,"
		      " link_host = NULL, audio_ms = NULL, downloaded_s = NULL"
		      " WHERE n = ?1 AND state = " SQL_ARCHIVED);
	query_int(&q, row);
	query_text(&q, reason);
	return work_end(c, change_one(&q, row, "queued again", err), err);
}

int
catalogue_release_leases(struct catalogue *c, struct ark_error *err)
{
	struct query q;
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	query_prepare(&q, c,
		      SQL_UPDATE_RECORDING " INDEXED BY recording_lease"
		      " SET lease_s = NULL WHERE lease_s IS NOT NULL");
	return work_end(c, query_run(&q, err), err);
}
