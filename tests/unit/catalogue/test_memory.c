/*
 * What comes of each call of the catalogue without memory: callark's own, and
 * what SQLite needs at each of its calls, for which it asks this heap here.
 */
#include <errno.h>

#include "unit/heap.h"
#include "unit/catalogue/fixture.h"

#include "catalogue/draw.h"
#include "catalogue/query.h"
#include "catalogue/report.h"
#include "catalogue/subject.h"

#define BLOCK 32768	/* documents of a block of the index */

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

/* What a statement yields is long: no row of it needs memory. */
static bool is_long;

/* Bytes need memory, too. */
static bool are_bytes_made;

static bool
is_refused(void)
{
	/* volatile, or the compiler does without */
	void *volatile some = malloc(1);

	free(some);
	return !some;
}

int
__wrap_sqlite3_open_v2(const char *path, sqlite3 **out, int flags,
		       const char *vfs)
{
	*out = NULL;
	return is_refused() ? SQLITE_NOMEM :
			      __real_sqlite3_open_v2(path, out, flags, vfs);
}

int
__wrap_sqlite3_prepare_v2(sqlite3 *db, const char *sql, int n,
			  sqlite3_stmt **out, const char **tail)
{
	*out = NULL;
	return is_refused() ? SQLITE_NOMEM :
			      __real_sqlite3_prepare_v2(db, sql, n, out, tail);
}

int
__wrap_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n, unsigned flags,
			  sqlite3_stmt **out, const char **tail)
{
	*out = NULL;
	return is_refused() ? SQLITE_NOMEM :
			      __real_sqlite3_prepare_v3(db, sql, n, flags, out,
							tail);
}

int
__wrap_sqlite3_step(sqlite3_stmt *s)
{
	bool is_walk = is_long && sqlite3_column_count(s) > 0;

	return !is_walk && is_refused() ? SQLITE_NOMEM :
					  __real_sqlite3_step(s);
}

int
__wrap_sqlite3_exec(sqlite3 *db, const char *sql,
		    int (*fn)(void *, int, char **, char **), void *ctx,
		    char **why)
{
	return is_refused() ? SQLITE_NOMEM :
			      __real_sqlite3_exec(db, sql, fn, ctx, why);
}

const unsigned char *
__wrap_sqlite3_column_text(sqlite3_stmt *s, int column)
{
	bool is_text = sqlite3_column_type(s, column) != SQLITE_NULL;

	return !is_long && is_text && is_refused() ? NULL :
		__real_sqlite3_column_text(s, column);
}

const void *
__wrap_sqlite3_column_blob(sqlite3_stmt *s, int column)
{
	return are_bytes_made && is_refused() ? NULL :
		__real_sqlite3_column_blob(s, column);
}

char *
__wrap_realpath(const char *path, char *out)
{
	return is_refused() ? NULL : __real_realpath(path, out);
}

/* ---- one call, again and again ----------------------------------------- */

struct trial {
	const char *name;
	int (*act)(struct fixture *f);
	bool are_bytes_made, is_in_two_steps;
};

struct attempt {
	struct fixture *f;
	const struct trial *trial;
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
	const struct trial *t = a->trial;
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

static void
try_each(struct fixture *f, const struct trial *trials, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct attempt a = { f, &trials[i] };

		if (heap_each(attempt, &a) < 1)
			fail_msg("%s: needs no memory", trials[i].name);
	}
}

#define TRY_EACH(f, trials) \
	try_each(f, trials, sizeof(trials) / sizeof(*(trials)))

/* ---- what is there ------------------------------------------------------- */

static const char *const none[] = { NULL };
static int64_t kept_row, attachment_row, report_row;

static struct catalogue_document
attachment(uint8_t fingerprint)
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

static int
put_report(struct fixture *f, const char *id, const char *body,
	   const char *oddity)
{
	struct catalogue_report_document d = report(id, body, oddity);
	struct catalogue_report_change change;

	return catalogue_report_put(f->c, ARK_SURVEYS, 1500, &d, 1, &change,
				    &f->err);
}

static int
setup(void **state)
{
	const char *path = "2024/10/04/attachment.jpg";
	struct catalogue_document kept = document("kept"), it = attachment(1);
	struct fixture *f;

	is_long = are_bytes_made = false;
	(void)fixture_setup(state);
	f = *state;
	kept_row = put(f, &kept).row;
	archive(f, kept_row, "2024/10/04/kept.wav");
	attachment_row = put(f, &it).row;
	archive(f, attachment_row, path);
	assert_int_equal(put_report(f, "kept", "one", NULL), 0);
	assert_int_equal(put_report(f, "kept", "two", NULL), 0);
	report_row = sqlite3_last_insert_rowid(f->c->db);
	return 0;
}

/* ---- listing ------------------------------------------------------------- */

static int
put_one(struct fixture *f, const struct catalogue_document *d)
{
	struct catalogue_put p = { 0 };

	return catalogue_put(f->c, f->run, 1500, d, 1, &p, &f->err);
}

static int
put_fresh(struct fixture *f)
{
	struct catalogue_document d = document("fresh");

	return put_one(f, &d);
}

/* The small table of new ids is full. */
static int
put_one_more(struct fixture *f)
{
	struct catalogue_document d = document("one more");

	f->c->n_new_ids = 65536;
	return put_one(f, &d);
}

static int
put_changed(struct fixture *f)
{
	struct catalogue_document d = document("fresh");

	d.fingerprint[0] = 2;
	return put_one(f, &d);
}

static int
put_with_another_link(struct fixture *f)
{
	struct catalogue_document d = document("fresh");

	d.fingerprint[0] = 2;
	d.link = "https://media.example/2";
	return put_one(f, &d);
}

static int
put_in_place_of_an_archived_one(struct fixture *f)
{
	struct catalogue_document d = attachment(2);

	return put_one(f, &d);
}

static struct catalogue_window
window(bool is_complete)
{
	struct catalogue_window w = {
		.day = FIRST_DAY, .from_s = FIRST_DAY * DAY_S,
		.to_s = (FIRST_DAY + 1) * DAY_S, .is_whole_day = true,
		.is_complete = is_complete, .total = 2, .distinct = 2,
	};

	return w;
}

static int
tell_a_part(struct fixture *f)
{
	struct catalogue_window w = window(false);
	int64_t vanished;

	return catalogue_listed(f->c, f->run, 1600, &w, was_seen, (void *)none,
				&vanished, &f->err);
}

static int
tell_all(struct fixture *f)
{
	struct catalogue_window w = window(true);
	int64_t vanished;

	return catalogue_listed(f->c, f->run, 1600, &w, was_seen, (void *)none,
				&vanished, &f->err);
}

static int
tell_attachments(struct fixture *f)
{
	struct catalogue_window w = window(true);
	int64_t withdrawn;

	return catalogue_attachments_listed(f->c, f->run + 1, 1600, &w,
					    &withdrawn, &f->err);
}

static int
tell_an_oddity(struct fixture *f)
{
	return catalogue_oddity(f->c, FIRST_DAY, "oddities/1", "no JSON", 1600,
				&f->err);
}

static void
a_listing_without_memory_is_none(void **state)
{
	static const struct trial trials[] = {
		{ "put", put_fresh }, { "put one more", put_one_more },
		{ "put changed", put_changed },
		{ "put again", put_with_another_link },
		{ "put beside", put_in_place_of_an_archived_one },
		{ "part", tell_a_part }, { "all", tell_all },
		{ "attachments", tell_attachments },
		{ "oddity", tell_an_oddity },
	};
	struct fixture *f = *state;
	struct catalogue_row r = { 0 };

	TRY_EACH(f, trials);
	assert_row(f, "fresh", ARK_GONE, "no longer listed");
	assert_int_equal(catalogue_find(f->c, CATALOGUE_ATTACHMENT,
					"attachment-2", &r, &f->err), 1);
	assert_int_equal(r.state, ARK_GONE);
	catalogue_row_release(&r);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).oddities, 1);
}

/* ---- reports ------------------------------------------------------------- */

static int
put_fresh_report(struct fixture *f)
{
	return put_report(f, "fresh", "one", "no start");
}

static int
put_changed_report(struct fixture *f)
{
	return put_report(f, "fresh", "two", "no start");
}

static int
put_odd_report(struct fixture *f)
{
	return put_report(f, "fresh", "two", "no end");
}

static int
tell_reports(struct fixture *f)
{
	struct catalogue_window w = window(true);
	int64_t vanished;

	return catalogue_report_listed(f->c, ARK_SURVEYS, 1600, &w, was_seen,
				       (void *)none, &vanished, &f->err);
}

static int
ask_reports(struct fixture *f)
{
	return catalogue_report_ask(f->c, FIRST_DAY, ARK_ALL_ROUTES, 1600,
				    &f->err);
}

static int
read_reports(struct fixture *f)
{
	const struct catalogue_report_query q = { FIRST_DAY, ARK_SURVEYS };
	struct catalogue_report_cursor *cur = NULL;
	struct catalogue_report_row row;
	int rc;

	rc = catalogue_report_select(&cur, f->c, &q, &f->err);
	while (!rc) {
		rc = catalogue_report_next(cur, &row, &f->err);
		if (rc <= 0)
			break;
		rc = 0;
	}
	catalogue_report_cursor_free(cur);
	return rc;
}

static int
take_version(void *ctx, int version, int64_t seen_s, const char *body, size_t n)
{
	(void)ctx;
	(void)seen_s;
	assert_int_equal(version, 1);
	assert_int_equal(n, 3);
	assert_memory_equal(body, "one", 3);
	return 0;
}

static int
read_report_versions(struct fixture *f)
{
	return catalogue_report_versions(f->c, report_row, take_version, NULL,
					 &f->err);
}

static int
take_report_day(void *ctx, const struct catalogue_report_day *d)
{
	(void)ctx;
	assert_int_equal(d->day, FIRST_DAY);
	return 0;
}

static int
read_report_days(struct fixture *f)
{
	return catalogue_report_days(f->c, 0, FIRST_DAY, take_report_day, NULL,
				     &f->err);
}

static int
read_report_day(struct fixture *f)
{
	struct catalogue_report_day d;

	return catalogue_report_day(f->c, FIRST_DAY, ARK_SURVEYS, &d, &f->err);
}

static const struct catalogue_version versions[] = {
	{ 1400, "one", 3 }, { 1450, "two", 3 },
};

static int
restore_report(struct fixture *f)
{
	const struct catalogue_report_row row = {
		.id = "restored", .start_s = FIRST_DAY * DAY_S,
		.vanished_s = -1, .version = 3, .oddity = "odd",
		.body = "three", .body_len = 5,
	};
	const uint8_t fingerprint[32] = { 9 };

	return catalogue_report_restore(f->c, FIRST_DAY, ARK_SURVEYS, &row,
					fingerprint, versions, 2, &f->err);
}

static int
restore_report_day(struct fixture *f)
{
	const struct catalogue_report_day d = {
		.day = FIRST_DAY, .route = ARK_MESSAGES, .total = 3,
		.asked_s = 1500, .complete_s = -1,
	};

	return catalogue_report_restore_day(f->c, &d, &f->err);
}

static void
a_report_without_memory_is_none(void **state)
{
	static const struct trial trials[] = {
		{ "put", put_fresh_report }, { "changed", put_changed_report },
		{ "odd", put_odd_report }, { "listed", tell_reports },
		{ "ask", ask_reports }, { "read", read_reports, true },
		{ "versions", read_report_versions, true },
		{ "days", read_report_days }, { "day", read_report_day },
		{ "restore", restore_report },
		{ "restore day", restore_report_day },
	};
	struct fixture *f = *state;
	struct catalogue_report_day d;

	TRY_EACH(f, trials);
	assert_int_equal(catalogue_report_day(f->c, FIRST_DAY, ARK_SURVEYS, &d,
					      &f->err), 0);
	assert_int_equal(d.documents, 3);
	assert_int_equal(d.vanished, 2);
	assert_int_equal(d.oddities, 2);
	assert_int_equal(d.changed, 3);
	assert_true(d.is_complete);
	catalogue_report_cursor_free(NULL);
}

/* ---- the queue ---------------------------------------------------------- */

static int64_t claimed_row;

static int
claim(struct fixture *f)
{
	struct catalogue_row rows[4];
	size_t n = 99;
	int rc;

	rc = catalogue_claim(f->c, f->run, 1700, 60, rows, 4, &n, &f->err);
	assert_int_equal(n, rc ? 0 : 2);
	if (!rc)
		claimed_row = rows[0].row;
	while (n)
		catalogue_row_release(&rows[--n]);
	return rc;
}

static int
count_waiting(struct fixture *f)
{
	int64_t n;

	return catalogue_waiting(f->c, f->run, &n, &f->err);
}

static int
archive_it(struct fixture *f)
{
	const struct catalogue_archived a = {
		.row = claimed_row, .path = "2024/10/04/a.wav", .bytes = 9,
		.media_type = "audio/wav", .codec = "", .link_host = "h",
		.audio_ms = -1, .downloaded_s = 1800, .attempts = 1,
	};

	return catalogue_archive(f->c, &a, 1, &f->err);
}

static int
requeue(struct fixture *f)
{
	return catalogue_requeue(f->c, claimed_row, "the file is bad", &f->err);
}

static int
fail_it(struct fixture *f)
{
	const struct catalogue_setback s = {
		claimed_row, ARK_FAILED, "no answer", 3, 1800,
	};

	return catalogue_set_back(f->c, &s, 1, &f->err);
}

static int
retry(struct fixture *f)
{
	int64_t n;

	return catalogue_retry_failed(f->c, CATALOGUE_RECORDING, 0, FOREVER,
				      &n, &f->err);
}

static int
release_leases(struct fixture *f)
{
	return catalogue_release_leases(f->c, &f->err);
}

static void
a_queue_without_memory_stands_still(void **state)
{
	static const struct trial trials[] = {
		{ "claim", claim }, { "waiting", count_waiting },
		{ "archive", archive_it }, { "requeue", requeue },
		{ "set back", fail_it }, { "retry", retry },
		{ "release", release_leases },
	};
	struct catalogue_document a = document("a"), b = document("b");
	struct fixture *f = *state;

	put(f, &a);
	put(f, &b);
	TRY_EACH(f, trials);
	assert_row(f, "a", ARK_QUEUED, "");
	assert_row(f, "b", ARK_QUEUED, "");
}

/* ---- reading ----------------------------------------------------------- */

static int
walk(struct fixture *f, struct catalogue_cursor *cur)
{
	struct catalogue_row row = { 0 };
	int rc;

	do
		rc = catalogue_next(cur, &row, &f->err);
	while (rc > 0);
	assert_null(row.id);
	catalogue_cursor_free(cur);
	return rc;
}

static int
select_all(struct fixture *f)
{
	const struct catalogue_query q = {
		0, FOREVER, 0, CATALOGUE_WITH_DOCUMENT,
	};
	struct catalogue_cursor *cur;
	int rc;

	rc = catalogue_select(&cur, f->c, &q, &f->err);
	return rc ? rc : walk(f, cur);
}

static int
select_day(struct fixture *f)
{
	struct catalogue_cursor *cur;
	int rc;

	rc = catalogue_select_day(&cur, f->c, CATALOGUE_RECORDING, FIRST_DAY,
				  &f->err);
	return rc ? rc : walk(f, cur);
}

static int
take_file(void *ctx, const struct catalogue_file *file)
{
	(void)ctx;
	assert_int_equal(file->bytes, 1000);
	return 0;
}

static int
read_files(struct fixture *f)
{
	return catalogue_files(f->c, FIRST_DAY, take_file, NULL, &f->err);
}

static int
find(struct fixture *f)
{
	struct catalogue_row row;
	int rc;

	rc = catalogue_find(f->c, CATALOGUE_RECORDING, "kept", &row, &f->err);
	catalogue_row_release(&row);
	return rc;
}

static int
read_document(struct fixture *f)
{
	struct buf out = BUF_INIT(100);
	int rc;

	rc = catalogue_document(f->c, kept_row, &out, &f->err);
	if (!rc)
		assert_string_equal(buf_text(&out), "{\"v\":1}");
	buf_release(&out);
	return rc;
}

static int
take_any_version(void *ctx, int version, int64_t seen_s, const char *body,
		 size_t n)
{
	(void)ctx;
	(void)seen_s;
	assert_in_range(version, 1, 2);
	assert_int_equal(n, 7);
	assert_memory_equal(body, "{\"v\":1}", n);
	return 0;
}

static int
read_versions(struct fixture *f)
{
	return catalogue_versions(f->c, kept_row, take_any_version, NULL,
				  &f->err);
}

static int
read_held(struct fixture *f)
{
	const struct catalogue_place place = { CATALOGUE_RECORDINGS, kept_row };
	struct catalogue_held held;

	return catalogue_held(f->c, &place, &held, &f->err);
}

static int
read_held_report(struct fixture *f)
{
	const struct catalogue_place place = { CATALOGUE_REPORTS, report_row };
	struct catalogue_held held;

	return catalogue_held(f->c, &place, &held, &f->err);
}

static int
read_held_versions(struct fixture *f)
{
	const struct catalogue_place place = { CATALOGUE_RECORDINGS, kept_row };

	return catalogue_held_versions(f->c, &place, take_any_version, NULL,
				       &f->err);
}

static int
take_wreck(void *ctx, int32_t day, const char *path)
{
	(void)ctx;
	assert_int_equal(day, FIRST_DAY);
	assert_string_equal(path, "oddities/1");
	return 0;
}

static int
read_wrecks(struct fixture *f)
{
	return catalogue_wrecks(f->c, take_wreck, NULL, &f->err);
}

static int
check(struct fixture *f)
{
	return catalogue_check(f->c, &f->err);
}

static void
reading_without_memory_is_told(void **state)
{
	static const struct trial trials[] = {
		{ "select", select_all }, { "select day", select_day },
		{ "files", read_files }, { "find", find },
		{ "document", read_document },
		{ "versions", read_versions, true }, { "held", read_held },
		{ "held report", read_held_report },
		{ "held versions", read_held_versions, true },
		{ "wrecks", read_wrecks }, { "check", check },
	};
	struct catalogue_document kept = document("kept");
	struct fixture *f = *state;

	kept.fingerprint[0] = 2;
	put(f, &kept);
	assert_int_equal(tell_an_oddity(f), 0);
	TRY_EACH(f, trials);
}

/* ---- days and facts ------------------------------------------------------ */

static int
take_day(void *ctx, const struct catalogue_day *d)
{
	(void)ctx;
	assert_int_equal(d->day, FIRST_DAY);
	assert_int_equal(d->listed, 1);
	assert_int_equal(d->media.listed, 1);
	return 0;
}

static int
read_days(struct fixture *f)
{
	return catalogue_days(f->c, 0, FIRST_DAY, take_day, NULL, &f->err);
}

static int
read_day(struct fixture *f)
{
	struct catalogue_day d;

	return catalogue_day(f->c, FIRST_DAY, &d, &f->err);
}

static int
set_published(struct fixture *f)
{
	return catalogue_published(f->c, FIRST_DAY, 1900, &f->err);
}

static int
unpublish(struct fixture *f)
{
	return catalogue_unpublish(f->c, FIRST_DAY, &f->err);
}

static int
read_dirty_days(struct fixture *f)
{
	int32_t *days = NULL;
	size_t n = 0;
	int rc;

	rc = catalogue_dirty_days(f->c, &days, &n, &f->err);
	assert_int_equal(n, rc ? 0 : 1);
	free(days);
	return rc;
}

static int
read_settled_day(struct fixture *f)
{
	int32_t day;

	return catalogue_settled_day(f->c, 1, 1, &day, &f->err);
}

static int
read_first_asked(struct fixture *f)
{
	int32_t day;

	return catalogue_first_asked(f->c, &day, &f->err);
}

static int
read_last_run(struct fixture *f)
{
	int64_t s;

	return catalogue_last_run(f->c, &s, &f->err);
}

static int
set_meta(struct fixture *f)
{
	return catalogue_meta_set(f->c, "key", "value", &f->err);
}

static int
get_meta(struct fixture *f)
{
	struct buf out = BUF_INIT(100);
	int rc;

	rc = catalogue_meta_get(f->c, "key", &out, &f->err);
	if (rc > 0)
		assert_string_equal(buf_text(&out), "value");
	buf_release(&out);
	return rc;
}

static int
begin_run(struct fixture *f)
{
	int64_t run;

	return catalogue_run_begin(f->c, 2000, &run, &f->err);
}

static int
end_run(struct fixture *f)
{
	return catalogue_run_end(f->c, f->run, 0, 2100, &f->err);
}

static const uint8_t sha256[32] = { 1 };

static int
add_draw(struct fixture *f)
{
	return catalogue_draw_add(f->c, 1, "{}", sha256, &f->err);
}

static int
add_drawn(struct fixture *f)
{
	return catalogue_drawn_add(f->c, 1, "kept", &f->err);
}

static int
read_last_draw(struct fixture *f)
{
	int64_t n;

	return catalogue_last_draw(f->c, &n, &f->err);
}

static int
read_drawn(struct fixture *f)
{
	int64_t n;

	return catalogue_was_drawn(f->c, "kept", &n, &f->err);
}

static void
facts_without_memory_are_told(void **state)
{
	static const struct trial trials[] = {
		{ "days", read_days }, { "day", read_day },
		{ "published", set_published }, { "unpublish", unpublish },
		{ "dirty days", read_dirty_days },
		{ "settled day", read_settled_day },
		{ "first asked", read_first_asked },
		{ "last run", read_last_run }, { "set", set_meta },
		{ "get", get_meta }, { "begin", begin_run },
		{ "end", end_run }, { "draw", add_draw },
		{ "drawn", add_drawn }, { "last draw", read_last_draw },
		{ "was drawn", read_drawn },
	};
	struct fixture *f = *state;
	int64_t s = 0;

	TRY_EACH(f, trials);
	assert_int_equal(catalogue_last_success(f->c, &s, &f->err), 0);
	assert_int_equal(s, 2100);
	assert_int_equal(catalogue_last_run(f->c, &s, &f->err), 0);
	assert_int_equal(s, 2000);
	assert_true(is_dirty(f, FIRST_DAY));
}

/* ---- rebuilding, and who may be named where ---------------------------- */

static int
restore(struct fixture *f)
{
	const struct catalogue_row row = {
		.id = (char *)(uintptr_t)"restored", .day = FIRST_DAY,
		.start_s = FIRST_DAY * DAY_S, .duration_s = -1,
		.state = ARK_FAILED, .vanished_s = -1, .audio_ms = -1,
		.downloaded_s = -1,
		.document = (char *)(uintptr_t)"three", .document_len = 5,
	};
	const uint8_t fingerprint[32] = { 9 };

	return catalogue_restore(f->c, &row, fingerprint, versions, 2, &f->err);
}

static int
restore_day(struct fixture *f)
{
	const struct catalogue_day d = {
		.day = FIRST_DAY, .was_asked = true, .total = 2, .asked_s = 5,
		.complete_s = -1, .published_s = -1,
	};

	return catalogue_restore_day(f->c, &d, &f->err);
}

/* One key of the documents that begin with 7, none of others. */
static int
keys_of(void *ctx, const char *body, size_t n, struct catalogue_keys *out)
{
	(void)ctx;
	return n == 1 && *body == '7' ? catalogue_keys_add(out, 7) : 0;
}

static int
index_it(struct fixture *f)
{
	int64_t n;

	return catalogue_subject_index(f->c, keys_of, NULL, &n, &f->err);
}

static int
count_behind(struct fixture *f)
{
	int64_t n;

	return catalogue_subject_behind(f->c, &n, &f->err);
}

static int
take_body(void *ctx, const struct catalogue_place *place, const char *body,
	  size_t n)
{
	(void)ctx;
	(void)place;
	assert_non_null(body);
	assert_true(n > 0);
	return 0;
}

static int
find_subject(struct fixture *f)
{
	return catalogue_subject_find(f->c, 7, take_body, NULL, &f->err);
}

static int
find_rest(struct fixture *f)
{
	return catalogue_subject_rest(f->c, take_body, NULL, &f->err);
}

static void
fill_reports(struct fixture *f)
{
	char sql[512];

	(void)snprintf(sql, sizeof(sql),
		       "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL"
		       "  SELECT i + 1 FROM c WHERE i < %d)"
		       " INSERT INTO report (day, route, id, start_s, version,"
		       "  first_seen_s, version_seen_s, fingerprint, oddity,"
		       "  body) SELECT %d, %d, 'r' || i, 5, 1, 5, 5,"
		       "  zeroblob(32), '', CAST(i AS BLOB) FROM c",
		       BLOCK, FIRST_DAY, ARK_SURVEYS);
	if (query_exec(f->c, sql, &f->err))
		fail_msg("%s", f->err.text);
}

static int
count_body(void *ctx, const struct catalogue_place *place, const char *body,
	   size_t n)
{
	(void)body;
	(void)n;
	assert_int_equal(place->source, CATALOGUE_REPORTS);
	++*(int *)ctx;
	return 0;
}

static void
an_index_without_memory_is_none(void **state)
{
	static const struct trial before[] = {
		{ "restore", restore }, { "restore day", restore_day },
		{ "behind", count_behind }, { "rest", find_rest, true },
	};
	static const struct trial writing[] = {
		/* the number of its documents is asked for behind it */
		{ "index", index_it, false, true },
	};
	static const struct trial after[] = {
		{ "find", find_subject, true }, { "rest", find_rest, true },
		{ "behind", count_behind },
	};
	struct fixture *f = *state;
	int n_found = 0;

	TRY_EACH(f, before);
	fill_reports(f);
	is_long = true;
	TRY_EACH(f, writing);
	is_long = false;
	assert_int_equal(put_report(f, "r7", "7", NULL), 0);
	TRY_EACH(f, after);
	assert_int_equal(catalogue_subject_find(f->c, 7, count_body, &n_found,
						&f->err), 0);
	assert_int_equal(n_found, 2);	/* what it says, and what it said */
}

/* ---- opening ------------------------------------------------------------- */

static char other[112], other_journal[128];

static int
open_other(struct fixture *f, enum catalogue_mode mode)
{
	struct catalogue *c = NULL;
	int rc;

	rc = catalogue_open(&c, other, mode, &f->err);
	assert_int_equal(!c, rc != 0);
	catalogue_close(c);
	return rc;
}

static int
open_new(struct fixture *f)
{
	(void)unlink(other);
	return open_other(f, CATALOGUE_WRITE);
}

static int
open_to_write(struct fixture *f)
{
	return open_other(f, CATALOGUE_WRITE);
}

static int
open_to_read(struct fixture *f)
{
	return open_other(f, CATALOGUE_READ);
}

static void
copy(const char *from, const char *to)
{
	static char bytes[1 << 16];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");
	size_t n;

	assert_non_null(in);
	assert_non_null(out);
	while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0)
		assert_int_equal(fwrite(bytes, 1, n, out), n);
	assert_int_equal(fclose(in), 0);
	assert_int_equal(fclose(out), 0);
}

/* What a run leaves that dies in a transaction; kept beside. */
static int
open_cut_off(struct fixture *f)
{
	char kept[128], kept_journal[128];

	(void)snprintf(kept, sizeof(kept), "%s/cut", f->dir);
	(void)snprintf(kept_journal, sizeof(kept_journal), "%s/cut-journal",
		       f->dir);
	copy(kept, other);
	copy(kept_journal, other_journal);
	return open_other(f, CATALOGUE_READ);
}

/* Copy the catalogue in the middle of a transaction that it wrote a part of. */
static void
cut_off(struct fixture *f)
{
	static char body[4000];
	struct catalogue_document d;
	char id[16], path[128];

	memset(body, 'x', sizeof(body));
	assert_int_equal(query_exec(f->c, "PRAGMA cache_size = 10", &f->err),
			 0);
	assert_int_equal(catalogue_begin(f->c, &f->err), 0);
	for (int i = 0; i < 50; i++) {
		(void)snprintf(id, sizeof(id), "%d", i);
		d = document(id);
		d.body = body;
		d.body_len = sizeof(body);
		put(f, &d);
	}
	(void)snprintf(path, sizeof(path), "%s/cut", f->dir);
	copy(f->path, path);
	(void)snprintf(path, sizeof(path), "%s/cut-journal", f->dir);
	copy(f->journal, path);
	catalogue_rollback(f->c);
}

static void
opening_without_memory_is_told(void **state)
{
	static const struct trial trials[] = {
		{ "new", open_new }, { "write", open_to_write },
		{ "read", open_to_read }, { "cut off", open_cut_off },
	};
	static const char *const left[] = { "other", "other-journal", "cut",
					    "cut-journal" };
	struct fixture *f = *state;
	struct catalogue *c = NULL;
	struct catalogue_day d;
	char path[128];

	(void)snprintf(other, sizeof(other), "%s/other", f->dir);
	(void)snprintf(other_journal, sizeof(other_journal), "%s-journal",
		       other);
	cut_off(f);
	TRY_EACH(f, trials);
	assert_int_not_equal(access(other_journal, F_OK), 0);
	assert_int_equal(catalogue_open(&c, other, CATALOGUE_READ, &f->err), 0);
	assert_int_equal(catalogue_day(c, FIRST_DAY, &d, &f->err), 0);
	assert_int_equal(d.listed, 1);
	catalogue_close(c);
	for (size_t i = 0; i < sizeof(left) / sizeof(*left); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", f->dir, left[i]);
		(void)unlink(path);
	}
}

int
main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_listing_without_memory_is_none),
		TEST(a_report_without_memory_is_none),
		TEST(a_queue_without_memory_stands_still),
		TEST(reading_without_memory_is_told),
		TEST(facts_without_memory_are_told),
		TEST(an_index_without_memory_is_none),
		TEST(opening_without_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
