/*
 * The one way to SQLite: statements that are prepared once, values that are
 * always bound, transactions that nest, errors that are translated.  Private
 * to the room.
 *
 *	query_open(&q, c, STMT_FIND, sql);
 *	query_text(&q, id);
 *	rc = query_next(&q, err);	1: a row, 0: no more, negative
 *	…
 *	query_close(&q);
 *
 * The first failure sticks in the query and is told by query_next(), so that
 * opening and binding need no checks.
 */
#ifndef CATALOGUE_QUERY_H
#define CATALOGUE_QUERY_H

#include <assert.h>
#include <sqlite3.h>
#include <stdbool.h>

#include "catalogue/catalogue.h"

/* Kinds and states in the text of statements. */
#define SQL_RECORDING "0"
#define SQL_ATTACHMENT "1"
#define SQL_QUEUED "0"
#define SQL_ARCHIVED "1"
#define SQL_DEFERRED "4"
#define SQL_FAILED "5"
#define SQL_GONE "6"
#define SQL_QUARANTINED "7"
#define SQL_PURGED "8"
#define SQL_WAITING "(0, 4, 7)" /* queued, deferred, quarantined */
#define SQL_OPEN "(0, 4, 5, 6, 7)" /* and failed, gone */

/*
 * How a statement begins that writes recording, which has triggers.  FAIL and
 * not ABORT: so that it alone could be undone, SQLite would copy each page
 * that it and its triggers change, some 25 for each recording of a run.  Who
 * meets the failure undoes the whole work.
 */
#define SQL_INSERT_RECORDING "INSERT OR FAIL INTO recording"
#define SQL_UPDATE_RECORDING "UPDATE OR FAIL recording"

static_assert(CATALOGUE_RECORDING == 0 && CATALOGUE_ATTACHMENT == 1 &&
		      CATALOGUE_N_KINDS == 2,
	      "kinds are stored: their numbers never change");
static_assert(ARK_QUEUED == 0 && ARK_ARCHIVED == 1 && ARK_DEFERRED == 4 &&
		      ARK_FAILED == 5 && ARK_GONE == 6 &&
		      ARK_QUARANTINED == 7 && ARK_PURGED == 8 &&
		      ARK_N_STATES == 9,
	      "states are stored: their numbers never change");

/* Statements that are kept; their text stands where they are used. */
enum stmt {
	STMT_BEGIN,
	STMT_COMMIT,
	STMT_ROLLBACK,
	STMT_SAVE,
	STMT_SAVE_BACK,
	STMT_SAVE_END,
	STMT_META_GET,
	STMT_META_SET,
	STMT_LAST_TURN,
	STMT_ADD_ID,
	STMT_PUT_FIND,
	STMT_PUT_NEW,
	STMT_PUT_DOCUMENT,
	STMT_PUT_SEEN,
	STMT_PUT_CHANGE,
	STMT_PUT_KEEP_VERSION,
	STMT_PUT_NEW_VERSION,
	STMT_VANISH,
	STMT_CLAIM_FIND,
	STMT_CLAIM,
	STMT_WAITING,
	STMT_ARCHIVE,
	STMT_SET_BACK,
	STMT_RETRY,
	STMT_FIND,
	STMT_DAY_ENDS,
	STMT_DAY_TALLY,
	STMT_RESTORE_HAS,
	STMT_RESTORE,
	STMT_RESTORE_VERSION,
	STMT_REPORT_FIND,
	STMT_REPORT_NEW,
	STMT_REPORT_KEEP_VERSION,
	STMT_REPORT_CHANGE,
	STMT_REPORT_VANISH,
	STMT_REPORT_HAS,
	STMT_REPORT_RESTORE,
	STMT_REPORT_RESTORE_VERSION,
	STMT_SUBJECT_ADD,
	STMT_HELD_RECORDING,
	STMT_HELD_REPORT,
	STMT_DRAWN_ADD,
	STMT_DRAWN_FIND,
	STMT_N
};

struct catalogue {
	sqlite3 *db;
	char *path;
	bool is_begun; /* catalogue_begin() is open */
	int64_t n_new_ids; /* rows of id_new; -1: not counted */
	sqlite3_stmt *stmts[STMT_N];
};

struct query {
	struct catalogue *c;
	sqlite3_stmt *s;
	int rc; /* of SQLite; sticks */
	int at; /* parameters bound so far */
	bool is_kept; /* reset when closed, not finalised */
};

/* query_open(q, c, id, sql): Begin the kept statement id, of the text sql. */
void query_open(struct query *q, struct catalogue *c, enum stmt id,
		const char *sql);

/*
 * query_prepare(q, c, sql):
 * Begin a statement of its own: for what runs seldom, and for walks that call
 * back and so may be entered again.
 */
void query_prepare(struct query *q, struct catalogue *c, const char *sql);

/*
 * Bind the next parameter.  Texts and bytes are borrowed until the query is
 * closed.  query_time binds NULL for -1, query_bytes NULL for bytes NULL.
 */
void query_int(struct query *q, int64_t value);
void query_time(struct query *q, int64_t value);
void query_text(struct query *q, const char *text);
void query_bytes(struct query *q, const void *bytes, size_t n);

/* query_next(q, err): 1 when there is a row, 0 at the end, or negative. */
int query_next(struct query *q, struct ark_error *err);

/*
 * query_is_unread():
 * Just behind query_next(): whether the system could not read what SQLite, in
 * that step, may call damaged.
 */
bool query_is_unread(void);

/* query_close(q): The statement is ready for its next use.  Twice is fine. */
void query_close(struct query *q);

/* query_run(q, err): All of a statement that yields no rows, and close. */
int query_run(struct query *q, struct ark_error *err);

/* query_exec(c, sql, err): Statements without parameters, any number. */
int query_exec(struct catalogue *c, const char *sql, struct ark_error *err);

/* Columns of the present row; query_get_time gives -1 for NULL. */
int64_t query_get_int(const struct query *q, int column);
int64_t query_get_time(const struct query *q, int column);

/*
 * query_get_text(q, column):
 * Lend text until the next step; NULL reads as "".  Text may need memory: ""
 * is also what comes without it, and query_status() tells.
 */
const char *query_get_text(struct query *q, int column);

/*
 * query_get_bytes(q, column, n):
 * Lend the *n bytes until the next step; none read as "".  The same of memory.
 */
const char *query_get_bytes(struct query *q, int column, size_t *n);

/* query_status(q, err): 0, or how opening, binding or reading failed. */
int query_status(const struct query *q, struct ark_error *err);

/* query_equal(q, column, bytes, n): Whether the column holds these bytes. */
bool query_equal(const struct query *q, int column, const void *bytes,
		 size_t n);

/* query_changed(c): How many rows the last statement wrote. */
int64_t query_changed(const struct catalogue *c);

/* query_failed(c, rc, err): Translate a code of SQLite. */
int query_failed(const struct catalogue *c, int rc, struct ark_error *err);

/* query_damaged(c, why, err): ARK_EINTEGRITY, with the mend. */
int query_damaged(const struct catalogue *c, const char *why,
		  struct ark_error *err);

/*
 * work_begin(c, err) … work_end(c, rc, err):
 * The frame of every function that writes: a transaction, or inside
 * catalogue_begin() a part of it that can be undone alone.  work_end keeps the
 * work when rc is 0 and undoes it otherwise; it returns rc, or what went
 * wrong in keeping.
 */
int work_begin(struct catalogue *c, struct ark_error *err);
int work_end(struct catalogue *c, int rc, struct ark_error *err);

/*
 * work_join(c, err) … work_part(c, rc, err):
 * The same for work on much of the file: inside catalogue_begin() it cannot be
 * undone alone, which would take a copy of every page that it changes.  A
 * failure undoes the whole transaction.
 */
int work_join(struct catalogue *c, struct ark_error *err);
int work_part(struct catalogue *c, int rc, struct ark_error *err);

#endif
