/*
 * Rows, one after the other.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "catalogue/ids.h"
#include "catalogue/row.h"

struct catalogue_cursor {
	struct query q;
	bool has_document;
};

static int
cursor_new(struct catalogue_cursor **out, struct catalogue *c, const char *sql,
	   bool has_document, struct ark_error *err)
{
	struct catalogue_cursor *cur = calloc(1, sizeof(*cur));

	if (!cur)
		return error_nomem(err);
	query_prepare(&cur->q, c, sql);
	cur->has_document = has_document;
	*out = cur;
	return 0;
}

#define SQL_SIZE 1024

/* The bits of SQL_OPEN. */
#define OPEN_STATES (1u << ARK_QUEUED | 1u << ARK_DEFERRED |                   \
		     1u << ARK_FAILED | 1u << ARK_GONE | 1u << ARK_QUARANTINED)

/* Few rows are open, and they have an index of their own. */
static const char *
index_for(unsigned states)
{
	if (states && !(states & ~OPEN_STATES))
		return "recording_open WHERE r.state IN " SQL_OPEN " AND";
	return "recording_start WHERE";
}

int
catalogue_select(struct catalogue_cursor **out, struct catalogue *c,
		 const struct catalogue_query *q, struct ark_error *err)
{
	bool has_document = q->with & CATALOGUE_WITH_DOCUMENT;
	char sql[SQL_SIZE];
	int rc;

	(void)sqlite3_snprintf(sizeof(sql), sql,
			       "SELECT " ROW_COLUMNS ", %s FROM recording r"
			       " INDEXED BY %s %s AND r.start_s < ?"
			       " AND (? >> r.state) & 1"
			       " AND (? >> r.kind) & 1"
			       " ORDER BY r.start_s, r.id",
			       has_document ? "(SELECT d.body FROM document d"
			       " WHERE d.n = r.n)" : "NULL",
			       index_for(q->states),
			       q->behind_id ? "(r.start_s, r.id) > (?, ?)" :
			       "r.start_s >= ?");
	rc = cursor_new(out, c, sql, has_document, err);
	if (rc)
		return rc;
	query_int(&(*out)->q, q->from_s);
	if (q->behind_id)
		query_text(&(*out)->q, q->behind_id);
	query_int(&(*out)->q, q->to_s);
	query_int(&(*out)->q, q->states ? q->states : ~0u);
	query_int(&(*out)->q, q->kinds ? q->kinds : 1u << CATALOGUE_RECORDING);
	return 0;
}

int
catalogue_select_day(struct catalogue_cursor **out, struct catalogue *c,
		     enum catalogue_kind kind, int32_t day,
		     struct ark_error *err)
{
	int rc;

	rc = cursor_new(out, c,
			"SELECT " ROW_COLUMNS ", d.body"
			" FROM recording r INDEXED BY recording_day"
			" LEFT JOIN document d ON d.n = r.n"
			" WHERE r.day = ? AND r.kind = ?"
			" ORDER BY r.start_s, r.id",
			true, err);
	if (rc)
		return rc;
	query_int(&(*out)->q, day);
	query_int(&(*out)->q, kind);
	return 0;
}

int
catalogue_next(struct catalogue_cursor *cur, struct catalogue_row *row,
	       struct ark_error *err)
{
	int rc;

	rc = query_next(&cur->q, err);
	if (rc <= 0) {
		catalogue_row_release(row);
		return rc;
	}
	rc = row_read(&cur->q, cur->has_document, row, err);
	return rc ? rc : 1;
}

void
catalogue_cursor_free(struct catalogue_cursor *cur)
{
	if (!cur)
		return;
	query_close(&cur->q);
	free(cur);
}

/* The file of the present row; its texts live until the next step. */
static int
read_file(struct query *q, struct catalogue_file *f, struct ark_error *err)
{
	const void *sha256 = sqlite3_column_blob(q->s, 4);

	*f = (struct catalogue_file){
		.row = query_get_int(q, 0),
		.id = query_get_text(q, 1),
		.path = query_get_text(q, 2),
		.bytes = query_get_int(q, 3),
		.kind = (enum catalogue_kind)query_get_int(q, 5),
	};
	if (sqlite3_column_bytes(q->s, 4) == (int)sizeof(f->sha256))
		memcpy(f->sha256, sha256, sizeof(f->sha256));
	return query_status(q, err);
}

int
catalogue_files(struct catalogue *c, int32_t day, catalogue_file_fn *fn,
		void *ctx, struct ark_error *err)
{
	struct catalogue_file f;
	struct query q;
	int rc;

	query_prepare(&q, c,
		      "SELECT n, id, path, bytes, sha256, kind"
		      " FROM recording INDEXED BY recording_day"
		      " WHERE day = ? AND state = " SQL_ARCHIVED
		      " ORDER BY start_s, id");
	query_int(&q, day);
	for (;;) {
		rc = query_next(&q, err);
		if (rc <= 0)
			break;
		rc = read_file(&q, &f, err);
		if (!rc)
			rc = fn(ctx, &f);
		if (rc)
			break;
	}
	query_close(&q);
	return rc;
}

int
catalogue_versions(struct catalogue *c, int64_t row, catalogue_version_fn *fn,
		   void *ctx, struct ark_error *err)
{
	struct query q;

	query_prepare(&q, c,
		      "SELECT version, seen_s, body FROM earlier"
		      " WHERE n = ? ORDER BY version");
	query_int(&q, row);
	return row_versions(&q, fn, ctx, err);
}

int
catalogue_find(struct catalogue *c, enum catalogue_kind kind, const char *id,
	       struct catalogue_row *row, struct ark_error *err)
{
	struct query q;
	int rc;

	*row = (struct catalogue_row){ 0 };
	query_open(&q, c, STMT_FIND,
		   IDS_SELECT(ROW_COLUMNS));
	ids_bind(&q, kind, id);
	rc = query_next(&q, err);
	if (rc > 0) {
		rc = row_read(&q, false, row, err);
		rc = rc ? rc : 1;
	}
	query_close(&q);
	return rc;
}
