/*
 * The catalogue as a tree tells it.
 */
#include "base/error.h"
#include "catalogue/ids.h"

static int
is_there(struct catalogue *c, const struct catalogue_row *r,
	 struct ark_error *err)
{
	struct query q;
	int rc;

	query_open(&q, c, STMT_RESTORE_HAS,
		   IDS_SELECT("1") " UNION ALL"
		   " SELECT 2 FROM recording WHERE path = ?4 AND ?4 <> ''");
	ids_bind(&q, r->kind, r->id);
	query_text(&q, r->path ? r->path : "");
	rc = query_next(&q, err);
	if (rc > 0 && query_get_int(&q, 0) == 1)
		rc = error_set(err, ARK_EEXISTS,
			       "recording %s is in the catalogue already",
			       r->id);
	else if (rc > 0)
		rc = error_set(err, ARK_EEXISTS,
			       "recording %s: another one has its file %s",
			       r->id, r->path);
	query_close(&q);
	return rc;
}

/* Bind an optional text: what is "" is not known. */
static void
bind_known(struct query *q, const char *text)
{
	query_text(q, text && *text ? text : NULL);
}

static const char *
or_empty(const char *text)
{
	return text ? text : "";
}

static int
insert_row(struct catalogue *c, const struct catalogue_row *r,
	   const uint8_t fingerprint[32], size_t n_before, int64_t *row,
	   struct ark_error *err)
{
	bool has_file = r->path && *r->path;
	struct query q;
	int rc;

	query_open(&q, c, STMT_RESTORE,
		   SQL_INSERT_RECORDING " (kind, id, interaction_id, day,"
		   " start_s, duration_s, state, reason, link, first_seen_s,"
		   " vanished_s, oddity, path, bytes, sha256, media_type, codec,"
		   " link_host, audio_ms, downloaded_s, version, version_seen_s,"
		   " fingerprint) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
		   " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	query_int(&q, r->kind);
	query_text(&q, r->id);
	query_text(&q, or_empty(r->interaction_id));
	query_int(&q, r->day);
	query_int(&q, r->start_s);
	query_time(&q, r->duration_s);
	query_int(&q, r->state);
	query_text(&q, or_empty(r->reason));
	query_text(&q, or_empty(r->link));
	query_int(&q, r->first_seen_s);
	query_time(&q, r->vanished_s);
	query_text(&q, or_empty(r->oddity));
	bind_known(&q, r->path);
	query_time(&q, has_file ? r->bytes : -1);
	query_bytes(&q, has_file ? r->sha256 : NULL, sizeof(r->sha256));
	bind_known(&q, r->media_type);
	bind_known(&q, r->codec);
	bind_known(&q, r->link_host);
	query_time(&q, r->audio_ms);
	query_time(&q, r->downloaded_s);
	query_int(&q, (int64_t)n_before + 1);
	query_int(&q, r->version_seen_s);
	query_bytes(&q, fingerprint, 32);
	rc = query_run(&q, err);
	if (rc)
		return rc;
	*row = sqlite3_last_insert_rowid(c->db);
	return ids_add(c, r->id, *row, err);
}

static int
insert_documents(struct catalogue *c, int64_t row,
		 const struct catalogue_row *r,
		 const struct catalogue_version *before, size_t n,
		 struct ark_error *err)
{
	struct query q;
	int rc;

	if (!r->document)
		return 0;
	query_open(&q, c, STMT_PUT_DOCUMENT,
		   "INSERT INTO document (n, body) VALUES (?, ?)");
	query_int(&q, row);
	query_bytes(&q, r->document, r->document_len);
	rc = query_run(&q, err);
	for (size_t i = 0; !rc && i < n; i++) {
		query_open(&q, c, STMT_RESTORE_VERSION,
			   "INSERT INTO earlier (n, version, seen_s,"
			   " fingerprint, body) VALUES (?, ?, ?, ?, ?)");
		query_int(&q, row);
		query_int(&q, (int64_t)i + 1);
		query_int(&q, before[i].seen_s);
		query_bytes(&q, before[i].fingerprint,
			    sizeof(before[i].fingerprint));
		query_bytes(&q, or_empty(before[i].body), before[i].len);
		rc = query_run(&q, err);
	}
	return rc;
}

int
catalogue_restore(struct catalogue *c, const struct catalogue_row *row,
		  const uint8_t fingerprint[32],
		  const struct catalogue_version *before, size_t n,
		  struct ark_error *err)
{
	int64_t inserted = 0;
	int rc;

	if (row->state == ARK_ARCHIVED && (!row->path || !*row->path))
		return error_set(err, ARK_EFORMAT,
				 "recording %s: archived, but without a path",
				 row->id);
	rc = work_begin(c, err);
	if (rc)
		return rc;
	rc = is_there(c, row, err);
	if (!rc)
		rc = insert_row(c, row, fingerprint, n, &inserted, err);
	if (!rc)
		rc = insert_documents(c, inserted, row, before, n, err);
	return work_end(c, rc, err);
}

int
catalogue_restore_day(struct catalogue *c, const struct catalogue_day *day,
		      struct ark_error *err)
{
	struct query q;
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	query_prepare(&q, c,
		      "INSERT INTO day (day, was_asked, is_complete, is_dirty,"
		      " total, asked_s, complete_s, published_s, flaw)"
		      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
		      " ON CONFLICT (day) DO UPDATE SET was_asked = ?2,"
		      " is_complete = ?3, is_dirty = ?4, total = ?5,"
		      " asked_s = ?6, complete_s = ?7, published_s = ?8,"
		      " flaw = ?9");
	query_int(&q, day->day);
	query_int(&q, day->was_asked);
	query_int(&q, day->is_complete);
	query_int(&q, day->is_dirty);
	query_time(&q, day->total);
	query_time(&q, day->asked_s);
	query_time(&q, day->complete_s);
	query_time(&q, day->published_s);
	query_text(&q, day->flaw);
	return work_end(c, query_run(&q, err), err);
}
