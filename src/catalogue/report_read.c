/*
 * Report documents read back, and what is known of their listings.
 */
#include <stdlib.h>

#include "base/error.h"
#include "catalogue/row.h"
#include "catalogue/report.h"

struct catalogue_report_cursor {
	struct query q;
};

/* In the order of an index, so nothing is sorted and it may begin anywhere. */
#define SELECT(place)                                                          \
	"SELECT n, id, start_s, first_seen_s, version_seen_s, vanished_s,"     \
	" version, oddity, body FROM report INDEXED BY report_start"           \
	" WHERE day = ? AND route = ?" place " ORDER BY start_s, id"

int
catalogue_report_select(struct catalogue_report_cursor **out,
			struct catalogue *c,
			const struct catalogue_report_query *q,
			struct ark_error *err)
{
	struct catalogue_report_cursor *cur = calloc(1, sizeof(*cur));

	if (!cur)
		return error_nomem(err);
	query_prepare(&cur->q, c, q->behind_id ?
		      SELECT(" AND (start_s, id) > (?, ?)") : SELECT(""));
	query_int(&cur->q, q->day);
	query_int(&cur->q, q->route);
	if (q->behind_id) {
		query_int(&cur->q, q->behind_s);
		query_text(&cur->q, q->behind_id);
	}
	*out = cur;
	return 0;
}

int
catalogue_report_next(struct catalogue_report_cursor *cur,
		      struct catalogue_report_row *row, struct ark_error *err)
{
	struct query *q = &cur->q;
	int rc;

	rc = query_next(q, err);
	if (rc <= 0)
		return rc;
	*row = (struct catalogue_report_row){
		.row = query_get_int(q, 0),
		.id = query_get_text(q, 1),
		.start_s = query_get_int(q, 2),
		.first_seen_s = query_get_int(q, 3),
		.version_seen_s = query_get_int(q, 4),
		.vanished_s = query_get_time(q, 5),
		.version = (int)query_get_int(q, 6),
		.oddity = query_get_text(q, 7),
	};
	row->body = query_get_bytes(q, 8, &row->body_len);
	rc = query_status(q, err);
	return rc ? rc : 1;
}

void
catalogue_report_cursor_free(struct catalogue_report_cursor *cur)
{
	if (!cur)
		return;
	query_close(&cur->q);
	free(cur);
}

int
catalogue_report_versions(struct catalogue *c, int64_t row,
			  catalogue_version_fn *fn, void *ctx,
			  struct ark_error *err)
{
	struct query q;

	query_prepare(&q, c,
		      "SELECT version, seen_s, body FROM report_earlier"
		      " WHERE n = ? ORDER BY version");
	query_int(&q, row);
	return row_versions(&q, fn, ctx, err);
}

#define DAY_COLUMNS                                                            \
	"day, route, is_complete, total, asked_s, complete_s, flaw,"           \
	" documents, vanished, oddities, changed"

/* The row of q: 1, or 0 when there is none. */
static int
next_day(struct query *q, struct catalogue_report_day *d, struct ark_error *err)
{
	int rc = query_next(q, err);

	if (rc <= 0)
		return rc;
	*d = (struct catalogue_report_day){
		.day = (int32_t)query_get_int(q, 0),
		.route = (enum ark_route)query_get_int(q, 1),
		.is_complete = query_get_int(q, 2),
		.total = query_get_time(q, 3),
		.asked_s = query_get_time(q, 4),
		.complete_s = query_get_time(q, 5),
		.documents = query_get_int(q, 7),
		.vanished = query_get_int(q, 8),
		.oddities = query_get_int(q, 9),
		.changed = query_get_int(q, 10),
	};
	d->was_asked = d->asked_s >= 0;
	(void)sqlite3_snprintf(sizeof(d->flaw), d->flaw, "%s",
			       query_get_text(q, 6));
	rc = query_status(q, err);
	if (!rc && (unsigned)d->route >= ARK_N_ROUTES)
		rc = query_damaged(q->c, "a report out of range", err);
	return rc ? rc : 1;
}

int
catalogue_report_days(struct catalogue *c, int32_t from_day, int32_t to_day,
		      catalogue_report_day_fn *fn, void *ctx,
		      struct ark_error *err)
{
	struct catalogue_report_day d;
	struct query q;
	int rc;

	query_prepare(&q, c,
		      "SELECT " DAY_COLUMNS " FROM report_day"
		      " WHERE day BETWEEN ? AND ?"
		      " AND (asked_s IS NOT NULL OR documents)"
		      " ORDER BY day, route");
	query_int(&q, from_day);
	query_int(&q, to_day);
	for (;;) {
		rc = next_day(&q, &d, err);
		if (rc > 0)
			rc = fn(ctx, &d);
		else
			break;
		if (rc)
			break;
	}
	query_close(&q);
	return rc;
}

int
catalogue_report_day(struct catalogue *c, int32_t day, enum ark_route route,
		     struct catalogue_report_day *out, struct ark_error *err)
{
	struct query q;
	int rc;

	*out = (struct catalogue_report_day){
		.day = day, .route = route, .total = -1, .asked_s = -1,
		.complete_s = -1,
	};
	query_prepare(&q, c,
		      "SELECT " DAY_COLUMNS " FROM report_day"
		      " WHERE day = ? AND route = ?");
	query_int(&q, day);
	query_int(&q, route);
	rc = next_day(&q, out, err);
	query_close(&q);
	return rc < 0 ? rc : 0;
}

/* ---- as a tree tells it -------------------------------------------------- */

static int
restore_document(struct catalogue *c, int32_t day, enum ark_route route,
		 const struct catalogue_report_row *row,
		 const uint8_t fingerprint[32], size_t n_before,
		 struct ark_error *err)
{
	struct query q;

	query_open(&q, c, STMT_REPORT_RESTORE,
		   "INSERT OR FAIL INTO report (day, route, id, start_s,"
		   " version, first_seen_s, version_seen_s, vanished_s,"
		   " fingerprint, oddity, body)"
		   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	query_int(&q, day);
	query_int(&q, route);
	query_text(&q, row->id);
	query_int(&q, row->start_s);
	query_int(&q, (int64_t)n_before + 1);
	query_int(&q, row->first_seen_s);
	query_int(&q, row->version_seen_s);
	query_time(&q, row->vanished_s);
	query_bytes(&q, fingerprint, 32);
	query_text(&q, row->oddity ? row->oddity : "");
	query_bytes(&q, row->body, row->body_len);
	return query_run(&q, err);
}

static int
is_there(struct catalogue *c, int32_t day, enum ark_route route, const char *id,
	 struct ark_error *err)
{
	struct query q;
	int rc;

	query_open(&q, c, STMT_REPORT_HAS,
		   "SELECT 1 FROM report WHERE day = ? AND route = ?"
		   " AND id = ?");
	query_int(&q, day);
	query_int(&q, route);
	query_text(&q, id);
	rc = query_next(&q, err);
	query_close(&q);
	return rc <= 0 ? rc :
			 error_set(err, ARK_EEXISTS, "document %s of %s is in "
				   "the catalogue already", id,
				   ark_route_name(route));
}

int
catalogue_report_restore(struct catalogue *c, int32_t day, enum ark_route route,
			 const struct catalogue_report_row *row,
			 const uint8_t fingerprint[32],
			 const struct catalogue_version *before, size_t n,
			 struct ark_error *err)
{
	struct query q;
	int64_t number;
	int rc;

	rc = is_there(c, day, route, row->id, err);
	if (!rc)
		rc = work_join(c, err);
	if (rc)
		return rc;
	rc = restore_document(c, day, route, row, fingerprint, n, err);
	number = sqlite3_last_insert_rowid(c->db);
	for (size_t i = 0; !rc && i < n; i++) {
		query_open(&q, c, STMT_REPORT_RESTORE_VERSION,
			   "INSERT OR FAIL INTO report_earlier (n, version,"
			   " seen_s, fingerprint, body)"
			   " VALUES (?, ?, ?, ?, ?)");
		query_int(&q, number);
		query_int(&q, (int64_t)i + 1);
		query_int(&q, before[i].seen_s);
		query_bytes(&q, before[i].fingerprint,
			    sizeof(before[i].fingerprint));
		query_bytes(&q, before[i].body, before[i].len);
		rc = query_run(&q, err);
	}
	return work_part(c, rc, err);
}

int
catalogue_report_restore_day(struct catalogue *c,
			     const struct catalogue_report_day *d,
			     struct ark_error *err)
{
	struct query q;
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	query_prepare(&q, c,
		      "INSERT INTO report_day (day, route, asked_s,"
		      " is_complete, total, flaw, complete_s)"
		      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
		      " ON CONFLICT (day, route) DO UPDATE SET asked_s = ?3,"
		      " is_complete = ?4, total = ?5, flaw = ?6,"
		      " complete_s = ?7");
	query_int(&q, d->day);
	query_int(&q, d->route);
	query_time(&q, d->asked_s);
	query_int(&q, d->is_complete);
	query_time(&q, d->total);
	query_text(&q, d->flaw);
	query_time(&q, d->complete_s);
	return work_end(c, query_run(&q, err), err);
}
