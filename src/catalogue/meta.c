/*
 * What was learned, and the runs.
 */
#include "base/error.h"
#include "catalogue/query.h"

int
catalogue_meta_get(struct catalogue *c, const char *key, struct buf *out,
		   struct ark_error *err)
{
	struct query q;
	int rc;

	query_open(&q, c, STMT_META_GET,
		   "SELECT value FROM meta WHERE key = ?");
	query_text(&q, key);
	rc = query_next(&q, err);
	if (rc > 0) {
		(void)buf_adds(out, query_get_text(&q, 0));
		if (query_status(&q, err))
			rc = ARK_ENOMEM;
		else if (buf_status(out, err))
			rc = out->rc;
	}
	query_close(&q);
	return rc;
}

int
catalogue_meta_set(struct catalogue *c, const char *key, const char *value,
		   struct ark_error *err)
{
	struct query q;
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	query_open(&q, c, STMT_META_SET,
		   "INSERT INTO meta (key, value) VALUES (?, ?)"
		   " ON CONFLICT (key) DO UPDATE SET value = excluded.value");
	query_text(&q, key);
	query_text(&q, value);
	return work_end(c, query_run(&q, err), err);
}

int
catalogue_run_begin(struct catalogue *c, int64_t now_s, int64_t *run,
		    struct ark_error *err)
{
	struct query q;
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	query_prepare(&q, c, "INSERT INTO run (started_s) VALUES (?)");
	query_int(&q, now_s);
	rc = query_run(&q, err);
	if (!rc)
		*run = sqlite3_last_insert_rowid(c->db);
	return work_end(c, rc, err);
}

int
catalogue_run_end(struct catalogue *c, int64_t run, int exit_status,
		  int64_t now_s, struct ark_error *err)
{
	struct query q;
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	query_prepare(&q, c,
		      "UPDATE run SET ended_s = ?2, exit_status = ?3"
		      " WHERE n = ?1");
	query_int(&q, run);
	query_int(&q, now_s);
	query_int(&q, exit_status);
	return work_end(c, query_run(&q, err), err);
}
