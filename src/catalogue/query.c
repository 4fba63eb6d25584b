#include "catalogue/query.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/error.h"

/* Which of our codes a primary result code of SQLite means. */
static int
code_of(int rc)
{
	if (rc == SQLITE_IOERR_NOMEM)
		return ARK_ENOMEM;
	switch (rc & 0xff) {
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_NOLFS: return ARK_EDISK;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return ARK_EINTEGRITY;
	case SQLITE_NOMEM: return ARK_ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return ARK_ELOCKED;
	default: return ARK_EBUG;
	}
}

bool
query_is_unread(void)
{
	return errno == EIO || errno == ENXIO || errno == ERANGE;
}

/*
 * What a call of SQLite came to; errno was 0 before it.  SQLite calls a file
 * malformed that the system could not read.
 */
static int
result_of(int rc)
{
	bool is_corrupt = (rc & 0xff) == SQLITE_CORRUPT;

	return is_corrupt && query_is_unread() ? SQLITE_IOERR_READ : rc;
}

int
query_damaged(const struct catalogue *c, const char *why, struct ark_error *err)
{
	return error_set(err, ARK_EINTEGRITY,
			 "catalogue %s: %s; make it anew with: callark rebuild",
			 c->path, why);
}

/* Whether the file system of the catalogue has no room, for bytes or files. */
static bool
is_full(const struct catalogue *c)
{
	struct statvfs fs;

	return !statvfs(c->path, &fs) &&
	       (!fs.f_bavail || (fs.f_files && !fs.f_favail));
}

/* What the system said when SQLite could not read, write or open; or NULL. */
static const char *
system_reason(const struct catalogue *c, int rc)
{
	int base = rc & 0xff, code;

	if (!c->db || (base != SQLITE_IOERR && base != SQLITE_CANTOPEN))
		return NULL;
	code = sqlite3_system_errno(c->db);
	/* A file that SQLite cannot make it then tries to find. */
	if (code == ENOENT && is_full(c))
		code = ENOSPC;
	return code ? strerror(code) : NULL;
}

int
query_failed(const struct catalogue *c, int rc, struct ark_error *err)
{
	int code = code_of(rc);
	const char *why, *reason;

	/* The handle may hold a later, happier result: then go by the code. */
	why = c->db && sqlite3_extended_errcode(c->db) == rc
		      ? sqlite3_errmsg(c->db)
		      : sqlite3_errstr(rc);
	if (code == ARK_ENOMEM)
		return error_nomem(err);
	if (code == ARK_EINTEGRITY)
		return query_damaged(c, why, err);
	reason = system_reason(c, rc);
	return error_set(err, code, "catalogue %s: %s%s%s (SQLite code %d)",
			 c->path, why, reason ? ": " : "",
			 reason ? reason : "", rc);
}

void
query_open(struct query *q, struct catalogue *c, enum stmt id, const char *sql)
{
	sqlite3_stmt **kept = &c->stmts[id];

	*q = (struct query){ .c = c, .is_kept = true };
	errno = 0;
	if (!*kept)
		q->rc = result_of(sqlite3_prepare_v3(
			c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, kept, NULL));
	q->s = *kept;
}

void
query_prepare(struct query *q, struct catalogue *c, const char *sql)
{
	*q = (struct query){ .c = c };
	errno = 0;
	q->rc = result_of(sqlite3_prepare_v2(c->db, sql, -1, &q->s, NULL));
}

void
query_int(struct query *q, int64_t value)
{
	if (!q->rc)
		q->rc = sqlite3_bind_int64(q->s, ++q->at, value);
}

void
query_time(struct query *q, int64_t value)
{
	if (value != -1)
		query_int(q, value);
	else if (!q->rc)
		q->rc = sqlite3_bind_null(q->s, ++q->at);
}

void
query_text(struct query *q, const char *text)
{
	if (!q->rc)
		q->rc = sqlite3_bind_text(q->s, ++q->at, text, -1,
					  SQLITE_STATIC);
}

void
query_bytes(struct query *q, const void *bytes, size_t n)
{
	/* A NULL pointer would bind NULL: an empty value has some pointer. */
	if (!q->rc)
		q->rc = sqlite3_bind_blob64(q->s, ++q->at, bytes, n,
					    SQLITE_STATIC);
}

int
query_next(struct query *q, struct ark_error *err)
{
	errno = 0;
	if (!q->rc)
		q->rc = result_of(sqlite3_step(q->s));
	if (q->rc == SQLITE_ROW) {
		q->rc = SQLITE_OK;
		return 1;
	}
	/* The end sticks: another step would start from the beginning. */
	if (q->rc == SQLITE_DONE)
		return 0;
	return query_failed(q->c, q->rc, err);
}

void
query_close(struct query *q)
{
	if (!q->s)
		return;
	if (q->is_kept) {
		/* Both repeat or cannot tell what query_next() has told. */
		(void)sqlite3_reset(q->s);
		(void)sqlite3_clear_bindings(q->s);
	} else {
		(void)sqlite3_finalize(q->s);
	}
	q->s = NULL;
}

int
query_run(struct query *q, struct ark_error *err)
{
	int rc = query_next(q, err);

	query_close(q);
	return rc > 0 ? 0 : rc;
}

int
query_exec(struct catalogue *c, const char *sql, struct ark_error *err)
{
	int rc;

	errno = 0;
	rc = result_of(sqlite3_exec(c->db, sql, NULL, NULL, NULL));
	return rc ? query_failed(c, rc, err) : 0;
}

int64_t
query_get_int(const struct query *q, int column)
{
	return sqlite3_column_int64(q->s, column);
}

int64_t
query_get_time(const struct query *q, int column)
{
	if (sqlite3_column_type(q->s, column) == SQLITE_NULL)
		return -1;
	return sqlite3_column_int64(q->s, column);
}

const char *
query_get_text(struct query *q, int column)
{
	bool is_null = sqlite3_column_type(q->s, column) == SQLITE_NULL;
	const unsigned char *text = sqlite3_column_text(q->s, column);

	if (text)
		return (const char *)text;
	if (!is_null)
		q->rc = SQLITE_NOMEM;
	return "";
}

const char *
query_get_bytes(struct query *q, int column, size_t *n)
{
	bool is_null = sqlite3_column_type(q->s, column) == SQLITE_NULL;
	const void *bytes = sqlite3_column_blob(q->s, column);

	*n = (size_t)sqlite3_column_bytes(q->s, column);
	if (bytes)
		return bytes;
	if (!is_null && *n)
		q->rc = SQLITE_NOMEM;
	*n = 0;
	return "";
}

int
query_status(const struct query *q, struct ark_error *err)
{
	return q->rc ? query_failed(q->c, q->rc, err) : 0;
}

bool
query_equal(const struct query *q, int column, const void *bytes, size_t n)
{
	const void *held = sqlite3_column_blob(q->s, column);
	size_t held_n = (size_t)sqlite3_column_bytes(q->s, column);

	return held && held_n == n && !memcmp(held, bytes, n);
}

int64_t
query_changed(const struct catalogue *c)
{
	return sqlite3_changes64(c->db);
}

/* One of the statements that frame a transaction. */
static int
frame(struct catalogue *c, enum stmt id, const char *sql, struct ark_error *err)
{
	struct query q;

	query_open(&q, c, id, sql);
	return query_run(&q, err);
}

int
work_join(struct catalogue *c, struct ark_error *err)
{
	if (!c->is_begun)
		return frame(c, STMT_BEGIN, "BEGIN IMMEDIATE", err);
	/* SQLite undoes a whole transaction by itself when a disk fills. */
	if (sqlite3_get_autocommit(c->db))
		return error_set(err, ARK_EBUG,
				 "catalogue %s: the transaction was undone "
				 "after an error and is still written to",
				 c->path);
	return 0;
}

int
work_begin(struct catalogue *c, struct ark_error *err)
{
	int rc = work_join(c, err);

	if (rc || !c->is_begun)
		return rc;
	return frame(c, STMT_SAVE, "SAVEPOINT work", err);
}

/* Undo what work_begin() began; a failure in it was told already. */
static void
undo(struct catalogue *c)
{
	c->n_new_ids = -1;
	if (sqlite3_get_autocommit(c->db))
		return;
	if (!c->is_begun) {
		(void)frame(c, STMT_ROLLBACK, "ROLLBACK", NULL);
		return;
	}
	(void)frame(c, STMT_SAVE_BACK, "ROLLBACK TO work", NULL);
	(void)frame(c, STMT_SAVE_END, "RELEASE work", NULL);
}

int
work_end(struct catalogue *c, int rc, struct ark_error *err)
{
	if (!rc && c->is_begun)
		rc = frame(c, STMT_SAVE_END, "RELEASE work", err);
	else if (!rc)
		rc = frame(c, STMT_COMMIT, "COMMIT", err);
	if (rc)
		undo(c);
	return rc;
}

int
work_part(struct catalogue *c, int rc, struct ark_error *err)
{
	if (!c->is_begun)
		return work_end(c, rc, err);
	if (rc) {
		c->n_new_ids = -1;
		if (!sqlite3_get_autocommit(c->db))
			(void)frame(c, STMT_ROLLBACK, "ROLLBACK", NULL);
	}
	return rc;
}

int
catalogue_begin(struct catalogue *c, struct ark_error *err)
{
	int rc;

	if (c->is_begun)
		return error_set(err, ARK_EBUG,
				 "catalogue %s: a transaction is open already",
				 c->path);
	rc = work_join(c, err);
	c->is_begun = !rc;
	return rc;
}

int
catalogue_commit(struct catalogue *c, struct ark_error *err)
{
	bool was_begun = c->is_begun;

	c->is_begun = false;
	if (!was_begun || sqlite3_get_autocommit(c->db))
		return error_set(err, ARK_EBUG,
				 "catalogue %s: no transaction to commit",
				 c->path);
	return work_end(c, 0, err);
}

void
catalogue_rollback(struct catalogue *c)
{
	if (!c->is_begun)
		return;
	c->is_begun = false;
	undo(c);
}
