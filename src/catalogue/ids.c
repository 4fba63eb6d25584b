#include "catalogue/ids.h"

#include "base/hash.h"

/*
 * How many ids wait in the small table.  It is some 1.3 MB then, which stays in
 * the cache; half as many write a twentieth more, for a million random ids.
 */
#define MAX_NEW 65536

/* 47 bits of a hash: a positive number that SQLite keeps in six bytes. */
static int64_t
key_of(const char *id)
{
	return (int64_t)(hash_text(id) >> 17);
}

void
ids_bind(struct query *q, enum catalogue_kind kind, const char *id)
{
	query_int(q, key_of(id));
	query_text(q, id);
	query_int(q, kind);
}

/* What is known of the small table is forgotten when work is undone. */
static int
count_new(struct catalogue *c, struct ark_error *err)
{
	struct query q;
	int rc;

	if (c->n_new_ids >= 0)
		return 0;
	query_prepare(&q, c, "SELECT count(*) FROM id_new");
	rc = query_next(&q, err);
	if (rc > 0)
		c->n_new_ids = query_get_int(&q, 0);
	query_close(&q);
	return rc < 0 ? rc : 0;
}

/* FAIL as for SQL_INSERT_RECORDING. */
static int
merge(struct catalogue *c, struct ark_error *err)
{
	int rc;

	rc = query_exec(c,
			"INSERT OR FAIL INTO id (key, n)"
			" SELECT key, n FROM id_new ORDER BY key, n;"
			"DELETE FROM id_new;",
			err);
	if (!rc)
		c->n_new_ids = 0;
	return rc;
}

int
ids_add(struct catalogue *c, const char *id, int64_t row, struct ark_error *err)
{
	struct query q;
	int rc;

	rc = count_new(c, err);
	if (!rc && c->n_new_ids >= MAX_NEW)
		rc = merge(c, err);
	if (rc)
		return rc;
	query_open(&q, c, STMT_ADD_ID,
		   "INSERT INTO id_new (key, n) VALUES (?, ?)");
	query_int(&q, key_of(id));
	query_int(&q, row);
	rc = query_run(&q, err);
	c->n_new_ids += !rc;
	return rc;
}
