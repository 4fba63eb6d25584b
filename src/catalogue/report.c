#include "catalogue/report.h"

#include "base/error.h"
#include "catalogue/query.h"
#include "catalogue/window.h"

/* A row as it was before the document came. */
struct before {
	int64_t row;
	bool has_vanished;
	bool is_body_same, is_rest_same;
};

static int
find(struct catalogue *c, enum ark_route route,
     const struct catalogue_report_document *d, struct before *b,
     struct ark_error *err)
{
	struct query q;
	int rc;

	query_open(&q, c, STMT_REPORT_FIND,
		   "SELECT n, vanished_s IS NOT NULL, fingerprint = ?4,"
		   " start_s = ?5 AND oddity = ?6"
		   " FROM report WHERE day = ?1 AND route = ?2 AND id = ?3");
	query_int(&q, d->day);
	query_int(&q, route);
	query_text(&q, d->id);
	query_bytes(&q, d->fingerprint, sizeof(d->fingerprint));
	query_int(&q, d->start_s);
	query_text(&q, d->oddity ? d->oddity : "");
	rc = query_next(&q, err);
	if (rc > 0)
		*b = (struct before){
			.row = query_get_int(&q, 0),
			.has_vanished = query_get_int(&q, 1),
			.is_body_same = query_get_int(&q, 2),
			.is_rest_same = query_get_int(&q, 3),
		};
	query_close(&q);
	return rc;
}

static int
put_new(struct catalogue *c, enum ark_route route, int64_t now_s,
	const struct catalogue_report_document *d, struct ark_error *err)
{
	struct query q;

	query_open(&q, c, STMT_REPORT_NEW,
		   "INSERT OR FAIL INTO report (day, route, id, start_s,"
		   " version, first_seen_s, version_seen_s, fingerprint,"
		   " oddity, body) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5, ?6, ?7,"
		   " ?8)");
	query_int(&q, d->day);
	query_int(&q, route);
	query_text(&q, d->id);
	query_int(&q, d->start_s);
	query_int(&q, now_s);
	query_bytes(&q, d->fingerprint, sizeof(d->fingerprint));
	query_text(&q, d->oddity ? d->oddity : "");
	query_bytes(&q, d->body, d->body_len);
	return query_run(&q, err);
}

/* The present document becomes an earlier one. */
static int
keep_version(struct catalogue *c, int64_t row, struct ark_error *err)
{
	struct query q;

	query_open(&q, c, STMT_REPORT_KEEP_VERSION,
		   "INSERT OR FAIL INTO report_earlier"
		   " (n, version, seen_s, fingerprint, body)"
		   " SELECT n, version, version_seen_s, fingerprint, body"
		   " FROM report WHERE n = ?");
	query_int(&q, row);
	return query_run(&q, err);
}

static int
put_change(struct catalogue *c, int64_t now_s,
	   const struct catalogue_report_document *d, const struct before *b,
	   struct ark_error *err)
{
	struct query q;
	int rc = 0;

	if (!b->is_body_same)
		rc = keep_version(c, b->row, err);
	if (rc)
		return rc;
	query_open(&q, c, STMT_REPORT_CHANGE,
		   "UPDATE OR FAIL report SET vanished_s = NULL, start_s = ?2,"
		   " oddity = ?3, version = version + (?4 IS NOT NULL),"
		   " version_seen_s = coalesce(?4, version_seen_s),"
		   " fingerprint = coalesce(?5, fingerprint),"
		   " body = coalesce(?6, body) WHERE n = ?1");
	query_int(&q, b->row);
	query_int(&q, d->start_s);
	query_text(&q, d->oddity ? d->oddity : "");
	query_time(&q, b->is_body_same ? -1 : now_s);
	query_bytes(&q, b->is_body_same ? NULL : d->fingerprint,
		    sizeof(d->fingerprint));
	query_bytes(&q, b->is_body_same ? NULL : d->body, d->body_len);
	return query_run(&q, err);
}

static int
put_one(struct catalogue *c, enum ark_route route, int64_t now_s,
	const struct catalogue_report_document *d,
	struct catalogue_report_change *change, struct ark_error *err)
{
	struct before b = { 0 };
	int rc;

	rc = find(c, route, d, &b, err);
	if (rc < 0)
		return rc;
	if (!rc) {
		change->fresh++;
		return put_new(c, route, now_s, d, err);
	}
	if (b.is_body_same && b.is_rest_same && !b.has_vanished)
		return 0;
	if (b.is_body_same)
		change->other++;
	else
		change->changed++;
	return put_change(c, now_s, d, &b, err);
}

int
catalogue_report_put(struct catalogue *c, enum ark_route route, int64_t now_s,
		     const struct catalogue_report_document *docs, size_t n,
		     struct catalogue_report_change *change,
		     struct ark_error *err)
{
	int rc;

	*change = (struct catalogue_report_change){ 0 };
	rc = work_join(c, err);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < n; i++)
		rc = put_one(c, route, now_s, &docs[i], change, err);
	return work_part(c, rc, err);
}

/* ---- a stretch that was listed ---------------------------------------- */

/* As for recordings: see note_day() in window.c. */
static int
note_listing(struct catalogue *c, enum ark_route route, int64_t now_s,
	     const struct catalogue_window *w, struct ark_error *err)
{
	const struct window_claim claim = window_claim(w);
	struct query q;

	query_prepare(
		&q, c,
		"INSERT INTO report_day (day, route, asked_s, is_complete,"
		" total, flaw, complete_s)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, iif(?4, ?3, NULL))"
		" ON CONFLICT (day, route) DO UPDATE SET asked_s = ?3,"
		" is_complete = iif(?7, ?4, is_complete),"
		" total = iif(?7, ?5, total),"
		" flaw = iif(?7 OR NOT is_complete, ?6, flaw),"
		" complete_s = iif(?4, ?3, complete_s)");
	query_int(&q, w->day);
	query_int(&q, route);
	query_int(&q, now_s);
	query_int(&q, claim.is_complete);
	query_time(&q, claim.total);
	query_text(&q, claim.flaw);
	query_int(&q, w->is_whole_day);
	return query_run(&q, err);
}

static int
ask_one(struct catalogue *c, int32_t day, enum ark_route route, int64_t now_s,
	struct ark_error *err)
{
	struct query q;

	query_prepare(
		&q, c,
		"INSERT INTO report_day (day, route, asked_s, flaw)"
		" VALUES (?1, ?2, ?3, 'no listing of it has ended yet')"
		" ON CONFLICT (day, route) DO UPDATE SET"
		" asked_s = excluded.asked_s, flaw = excluded.flaw"
		" WHERE asked_s IS NULL");
	query_int(&q, day);
	query_int(&q, route);
	query_int(&q, now_s);
	return query_run(&q, err);
}

int
catalogue_report_ask(struct catalogue *c, int32_t day, unsigned routes,
		     int64_t now_s, struct ark_error *err)
{
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	for (int i = 0; !rc && i < ARK_N_ROUTES; i++) {
		if (routes >> i & 1)
			rc = ask_one(c, day, (enum ark_route)i, now_s, err);
	}
	return work_end(c, rc, err);
}

static int
vanish(struct catalogue *c, int64_t row, int64_t now_s, struct ark_error *err)
{
	struct query q;

	query_open(&q, c, STMT_REPORT_VANISH,
		   "UPDATE OR FAIL report SET vanished_s = ?2 WHERE n = ?1");
	query_int(&q, row);
	query_int(&q, now_s);
	return query_run(&q, err);
}

/* Rows are marked while they are walked: the mark is no part of the index. */
static int
mark_vanished(struct catalogue *c, enum ark_route route, int64_t now_s,
	      const struct catalogue_window *w,
	      bool (*was_seen)(void *ctx, const char *id), void *ctx,
	      int64_t *vanished, struct ark_error *err)
{
	const char *id;
	struct query q;
	int rc;

	query_prepare(&q, c,
		      "SELECT n, id FROM report WHERE day = ?1 AND route = ?2"
		      " AND vanished_s IS NULL"
		      " AND start_s >= ?3 AND start_s < ?4");
	query_int(&q, w->day);
	query_int(&q, route);
	query_int(&q, w->from_s);
	query_int(&q, w->to_s);
	for (;;) {
		rc = query_next(&q, err);
		if (rc <= 0)
			break;
		id = query_get_text(&q, 1);
		rc = query_status(&q, err);
		if (!rc && !was_seen(ctx, id)) {
			rc = vanish(c, query_get_int(&q, 0), now_s, err);
			++*vanished;
		}
		if (rc)
			break;
	}
	query_close(&q);
	return rc;
}

int
catalogue_report_listed(struct catalogue *c, enum ark_route route,
			int64_t now_s, const struct catalogue_window *w,
			bool (*was_seen)(void *ctx, const char *id), void *ctx,
			int64_t *vanished, struct ark_error *err)
{
	int rc;

	*vanished = 0;
	rc = work_begin(c, err);
	if (rc)
		return rc;
	rc = note_listing(c, route, now_s, w, err);
	if (!rc && w->is_complete && !w->proves_no_absence)
		rc = mark_vanished(c, route, now_s, w, was_seen, ctx, vanished,
				   err);
	return work_end(c, rc, err);
}
