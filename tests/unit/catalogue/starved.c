#include "unit/catalogue/starved.h"

#include "catalogue/query.h"
#include "unit/heap.h"

int __real_sqlite3_open_v2(const char *path, sqlite3 **out, int flags,
			   const char *vfs);
int __wrap_sqlite3_open_v2(const char *path, sqlite3 **out, int flags,
			   const char *vfs);
int __real_sqlite3_prepare_v2(sqlite3 *db, const char *sql, int n,
			      sqlite3_stmt **out, const char **tail);
int __wrap_sqlite3_prepare_v2(sqlite3 *db, const char *sql, int n,
			      sqlite3_stmt **out, const char **tail);
int __real_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n,
			      unsigned flags, sqlite3_stmt **out,
			      const char **tail);
int __wrap_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n,
			      unsigned flags, sqlite3_stmt **out,
			      const char **tail);
int __real_sqlite3_step(sqlite3_stmt *s);
int __wrap_sqlite3_step(sqlite3_stmt *s);
int __real_sqlite3_exec(sqlite3 *db, const char *sql,
			int (*fn)(void *, int, char **, char **), void *ctx,
			char **why);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql,
			int (*fn)(void *, int, char **, char **), void *ctx,
			char **why);
const unsigned char *__real_sqlite3_column_text(sqlite3_stmt *s, int column);
const unsigned char *__wrap_sqlite3_column_text(sqlite3_stmt *s, int column);
const void *__real_sqlite3_column_blob(sqlite3_stmt *s, int column);
const void *__wrap_sqlite3_column_blob(sqlite3_stmt *s, int column);
char *__real_realpath(const char *path, char *out);
char *__wrap_realpath(const char *path, char *out);

static bool are_rows_free, are_bytes_made;

int
__wrap_sqlite3_open_v2(const char *path, sqlite3 **out, int flags,
		       const char *vfs)
{
	*out = NULL;
	return heap_refuses() ? SQLITE_NOMEM :
			      __real_sqlite3_open_v2(path, out, flags, vfs);
}

int
__wrap_sqlite3_prepare_v2(sqlite3 *db, const char *sql, int n,
			  sqlite3_stmt **out, const char **tail)
{
	*out = NULL;
	return heap_refuses() ? SQLITE_NOMEM :
			      __real_sqlite3_prepare_v2(db, sql, n, out, tail);
}

int
__wrap_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n, unsigned flags,
			  sqlite3_stmt **out, const char **tail)
{
	*out = NULL;
	return heap_refuses() ? SQLITE_NOMEM :
			      __real_sqlite3_prepare_v3(db, sql, n, flags, out,
							tail);
}

int
__wrap_sqlite3_step(sqlite3_stmt *s)
{
	bool is_walk = are_rows_free && sqlite3_column_count(s) > 0;

	return !is_walk && heap_refuses() ? SQLITE_NOMEM :
					  __real_sqlite3_step(s);
}

int
__wrap_sqlite3_exec(sqlite3 *db, const char *sql,
		    int (*fn)(void *, int, char **, char **), void *ctx,
		    char **why)
{
	return heap_refuses() ? SQLITE_NOMEM :
			      __real_sqlite3_exec(db, sql, fn, ctx, why);
}

const unsigned char *
__wrap_sqlite3_column_text(sqlite3_stmt *s, int column)
{
	bool is_text = sqlite3_column_type(s, column) != SQLITE_NULL;

	return !are_rows_free && is_text && heap_refuses() ? NULL :
		__real_sqlite3_column_text(s, column);
}

const void *
__wrap_sqlite3_column_blob(sqlite3_stmt *s, int column)
{
	return are_bytes_made && heap_refuses() ? NULL :
		__real_sqlite3_column_blob(s, column);
}

char *
__wrap_realpath(const char *path, char *out)
{
	return heap_refuses() ? NULL : __real_realpath(path, out);
}

/* ---- one call, again and again ----------------------------------------- */

struct attempt {
	struct fixture *f;
	const struct starved_trial *trial;
};

/* Each attempt needs the same: no statement is kept from the one before. */
static void
forget_statements(struct catalogue *c)
{
	for (int i = 0; i < STMT_N; i++) {
		(void)sqlite3_finalize(c->stmts[i]);
		c->stmts[i] = NULL;
	}
}

/* Without memory it says so, and nothing has changed. */
static void
attempt(void *ctx)
{
	const struct attempt *a = ctx;
	const struct starved_trial *t = a->trial;
	struct fixture *f = a->f;
	uint32_t before = change_counter(f);
	int rc;

	f->err = (struct ark_error){ 0 };
	forget_statements(f->c);
	are_bytes_made = t->are_bytes_made;
	rc = t->act(f);
	are_bytes_made = false;
	if (!sqlite3_get_autocommit(f->c->db))
		fail_msg("%s: a transaction is left open", t->name);
	if (!heap_has_failed()) {
		if (rc < 0)
			fail_msg("%s: %s", t->name, f->err.text);
		return;
	}
	if (rc != ARK_ENOMEM || f->err.code != ARK_ENOMEM)
		fail_msg("%s: %d %s", t->name, rc, f->err.text);
	if (!t->is_in_two_steps && change_counter(f) != before)
		fail_msg("%s: something was kept", t->name);
}

void
starved_each(struct fixture *f, const struct starved_trial *trials, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct attempt a = { f, &trials[i] };

		if (heap_each(attempt, &a) < 1)
			fail_msg("%s: needs no memory", trials[i].name);
	}
}

void
starved_rows_are_free(bool yes)
{
	are_rows_free = yes;
}

/* ---- what is there ------------------------------------------------------- */

int64_t starved_kept, starved_report;

struct catalogue_document
starved_attachment(uint8_t fingerprint)
{
	struct catalogue_document d = document("attachment");

	d.kind = CATALOGUE_ATTACHMENT;
	d.body = NULL;
	d.body_len = 0;
	d.fingerprint[0] = fingerprint;
	return d;
}

static struct catalogue_report_document
report(const char *id, const char *body, const char *oddity)
{
	struct catalogue_report_document d = {
		.id = id, .day = FIRST_DAY, .start_s = FIRST_DAY * DAY_S + 60,
		.body = body, .body_len = strlen(body), .oddity = oddity,
	};

	(void)snprintf((char *)d.fingerprint, sizeof(d.fingerprint), "%s",
		       body);
	return d;
}

int
starved_put_report(struct fixture *f, const char *id, const char *body,
		   const char *oddity)
{
	struct catalogue_report_document d = report(id, body, oddity);
	struct catalogue_report_change change;

	return catalogue_report_put(f->c, ARK_SURVEYS, 1500, &d, 1, &change,
				    &f->err);
}

int
starved_setup(void **state)
{
	struct catalogue_document kept = document("kept"), it;
	struct fixture *f;

	are_rows_free = are_bytes_made = false;
	it = starved_attachment(1);
	(void)fixture_setup(state);
	f = *state;
	starved_kept = put(f, &kept).row;
	archive(f, starved_kept, "2024/10/04/kept.wav");
	archive(f, put(f, &it).row, "2024/10/04/attachment.jpg");
	assert_int_equal(starved_put_report(f, "kept", "one", NULL), 0);
	assert_int_equal(starved_put_report(f, "kept", "two", NULL), 0);
	starved_report = sqlite3_last_insert_rowid(f->c->db);
	return 0;
}
