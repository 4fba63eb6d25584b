/*
 * Single facts: a document, the last run, the library.
 */
#include "base/error.h"
#include "catalogue/query.h"

const char *
catalogue_library(void)
{
	return "SQLite " SQLITE_VERSION;
}

/* The one time that sql asks for; -1 when there is none. */
static int
read_time(struct catalogue *c, const char *sql, int64_t *out,
	  struct ark_error *err)
{
	struct query q;
	int rc;

	*out = -1;
	query_prepare(&q, c, sql);
	rc = query_next(&q, err);
	if (rc > 0)
		*out = query_get_time(&q, 0);
	query_close(&q);
	return rc < 0 ? rc : 0;
}

int
catalogue_last_run(struct catalogue *c, int64_t *started_s,
		   struct ark_error *err)
{
	return read_time(c, "SELECT max(started_s) FROM run", started_s, err);
}

int
catalogue_last_success(struct catalogue *c, int64_t *ended_s,
		       struct ark_error *err)
{
	return read_time(c, "SELECT max(ended_s) FROM run WHERE exit_status = 0",
			 ended_s, err);
}

int
catalogue_first_asked(struct catalogue *c, int32_t *day, struct ark_error *err)
{
	struct query q;
	int rc;

	query_prepare(&q, c, "SELECT day FROM day WHERE was_asked"
		      " ORDER BY day LIMIT 1");
	rc = query_next(&q, err);
	if (rc > 0)
		*day = (int32_t)query_get_int(&q, 0);
	query_close(&q);
	return rc;
}

int
catalogue_document(struct catalogue *c, int64_t row, struct buf *out,
		   struct ark_error *err)
{
	struct query q;
	int rc;

	query_prepare(&q, c, "SELECT body FROM document WHERE n = ?");
	query_int(&q, row);
	rc = query_next(&q, err);
	if (rc > 0) {
		(void)buf_adds(out, query_get_text(&q, 0));
		rc = query_status(&q, err);
		if (!rc)
			rc = buf_status(out, err);
	} else if (!rc) {
		rc = error_set(err, ARK_ENOTFOUND, "row %lld has no document",
			       (long long)row);
	}
	query_close(&q);
	return rc;
}
