#include "catalogue/draw.h"

#include "catalogue/query.h"

int
catalogue_draw_add(struct catalogue *c, int64_t number, const char *head,
		   const uint8_t sha256[32], struct ark_error *err)
{
	struct query q;
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	query_prepare(&q, c, "INSERT INTO draw (n, head, sha256)"
		      " VALUES (?, ?, ?)");
	query_int(&q, number);
	query_text(&q, head);
	query_bytes(&q, sha256, 32);
	return work_end(c, query_run(&q, err), err);
}

int
catalogue_drawn_add(struct catalogue *c, int64_t number, const char *id,
		    struct ark_error *err)
{
	struct query q;
	int rc;

	rc = work_begin(c, err);
	if (rc)
		return rc;
	query_open(&q, c, STMT_DRAWN_ADD,
		   "INSERT INTO drawn (id, draw) VALUES (?, ?)");
	query_text(&q, id);
	query_int(&q, number);
	return work_end(c, query_run(&q, err), err);
}

/* One number of a query that yields a row, or none. */
static int
one_number(struct query *q, int64_t *n, struct ark_error *err)
{
	int rc = query_next(q, err);

	if (rc > 0)
		*n = query_get_int(q, 0);
	query_close(q);
	return rc;
}

int
catalogue_has_draw(struct catalogue *c, int64_t number, struct ark_error *err)
{
	struct query q;
	int64_t ignored;

	query_prepare(&q, c, "SELECT 1 FROM draw WHERE n = ?");
	query_int(&q, number);
	return one_number(&q, &ignored, err);
}

int
catalogue_last_draw(struct catalogue *c, int64_t *number, struct ark_error *err)
{
	struct query q;
	int rc;

	query_prepare(&q, c, "SELECT coalesce(max(n), 0) FROM draw");
	rc = one_number(&q, number, err);
	return rc < 0 ? rc : 0;
}

int
catalogue_was_drawn(struct catalogue *c, const char *id, int64_t *draw,
		    struct ark_error *err)
{
	struct query q;

	query_open(&q, c, STMT_DRAWN_FIND,
		   "SELECT draw FROM drawn WHERE id = ? ORDER BY draw LIMIT 1");
	query_text(&q, id);
	return one_number(&q, draw, err);
}
