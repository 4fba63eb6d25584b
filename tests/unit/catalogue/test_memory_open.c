/* An index that is made, and a catalogue that is opened, without memory. */
#include "unit/catalogue/starved.h"

#include "catalogue/query.h"
#include "catalogue/subject.h"

#define BLOCK 32768	/* documents of a block of the index */

/* ---- who is named where -------------------------------------------------- */

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
	static const struct starved_trial before[] = {
		{ "behind", count_behind }, { "rest", find_rest, true },
	};
	static const struct starved_trial writing[] = {
		/* the number of its documents is asked for behind it */
		{ "index", index_it, false, true },
	};
	static const struct starved_trial after[] = {
		{ "find", find_subject, true }, { "rest", find_rest, true },
		{ "behind", count_behind },
	};
	struct fixture *f = *state;
	int n_found = 0;

	STARVED_EACH(f, before);
	fill_reports(f);
	starved_rows_are_free(true);
	STARVED_EACH(f, writing);
	starved_rows_are_free(false);
	assert_int_equal(starved_put_report(f, "r7", "7", NULL), 0);
	STARVED_EACH(f, after);
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
	static const struct starved_trial trials[] = {
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
	STARVED_EACH(f, trials);
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
#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, starved_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(an_index_without_memory_is_none),
		TEST(opening_without_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
