/*
 * Values that callark never wrote, in a file that SQLite finds sound: said to
 * be damage, and never used.
 */
#include "unit/catalogue/fixture.h"

#include "catalogue/query.h"
#include "catalogue/report.h"
#include "catalogue/subject.h"

static int64_t row;

static int
setup(void **state)
{
	struct catalogue_document d = document("a");
	struct catalogue_report_document r = {
		.id = "r", .day = FIRST_DAY, .start_s = 5, .body = "{}",
		.body_len = 2,
	};
	struct catalogue_report_change change;
	struct fixture *f;

	(void)fixture_setup(state);
	f = *state;
	row = put(f, &d).row;
	assert_int_equal(catalogue_report_put(f->c, ARK_SURVEYS, 1500, &r, 1,
					      &change, &f->err), 0);
	return 0;
}

static void
damage(struct fixture *f, const char *sql)
{
	if (query_exec(f->c, "PRAGMA ignore_check_constraints = ON",
		       &f->err) || query_exec(f->c, sql, &f->err))
		fail_msg("%s", f->err.text);
}

static int
read_day(struct fixture *f)
{
	struct catalogue_day d;

	return catalogue_day(f->c, FIRST_DAY, &d, &f->err);
}

static int
read_report_day(struct fixture *f)
{
	struct catalogue_report_day d;

	return catalogue_report_day(f->c, FIRST_DAY, (enum ark_route)99, &d,
				    &f->err);
}

static int
read_held(struct fixture *f)
{
	const struct catalogue_place place = { CATALOGUE_REPORTS, 1 };
	struct catalogue_held held;

	return catalogue_held(f->c, &place, &held, &f->err);
}

static int
claim(struct fixture *f)
{
	struct catalogue_row rows[2];
	size_t n = 9;
	int rc;

	rc = catalogue_claim(f->c, f->run, 1700, 60, rows, 2, &n, &f->err);
	assert_int_equal(n, 0);
	return rc;
}

static void
test_out_of_range(void **state)
{
	static const struct {
		const char *sql;
		int (*act)(struct fixture *f);
		const char *why;
	} table[] = {
		{ "UPDATE tally SET state = 9 WHERE state = 8", read_day,
		  "a state or kind out of range" },
		{ "UPDATE tally SET state = -1 WHERE state = 9", read_day,
		  "a state or kind out of range" },
		{ "UPDATE tally SET state = 8 WHERE state = -1;"
		  "UPDATE tally SET kind = 2 WHERE kind = 1", read_day,
		  "a state or kind out of range" },
		{ "UPDATE report_day SET route = 99", read_report_day,
		  "a report out of range" },
		{ "UPDATE report SET route = 99", read_held,
		  "a report out of range" },
		{ "UPDATE report SET route = -1", read_held,
		  "a report out of range" },
		{ "UPDATE recording SET kind = 2", claim,
		  "a kind out of range" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		damage(f, table[i].sql);
		assert_int_equal(table[i].act(f), ARK_EINTEGRITY);
		assert_non_null(strstr(f->err.text, table[i].why));
		assert_non_null(strstr(f->err.text, "callark rebuild"));
	}
}

static int
take_digest(void *ctx, const struct catalogue_file *file)
{
	memcpy(ctx, file->sha256, sizeof(file->sha256));
	return 0;
}

/* Zeros are the digest of no file, so that one cannot pass for sound. */
static void
test_digests(void **state)
{
	struct fixture *f = *state;
	uint8_t found[32] = { 1 }, zeros[32] = { 0 };
	struct catalogue_row r;

	archive(f, row, "2024/a.wav");
	damage(f, "UPDATE recording SET sha256 = x'0708'");
	assert_int_equal(catalogue_files(f->c, FIRST_DAY, take_digest, found,
					 &f->err), 0);
	assert_memory_equal(found, zeros, sizeof(zeros));
	r = row_of(f, "a");
	assert_memory_equal(r.sha256, zeros, sizeof(zeros));
	catalogue_row_release(&r);
}

static void
test_fingerprints(void **state)
{
	static const char *const sql[] = {
		"UPDATE recording SET fingerprint = x'01'",
		"UPDATE recording SET fingerprint = x''",
	};
	struct catalogue_document d = document("a");
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(sql) / sizeof(*sql); i++) {
		damage(f, sql[i]);
		assert_int_equal(put(f, &d).change, CATALOGUE_CHANGED);
		assert_int_equal(put(f, &d).change, CATALOGUE_SAME);
	}
}

/* A file of the format, but of another program; and of none. */
static void
test_stamps(void **state)
{
	static const char *const sql[] = {
		"PRAGMA application_id = 0",
		"PRAGMA application_id = 0; PRAGMA user_version = 0",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(sql) / sizeof(*sql); i++) {
		struct catalogue *c = NULL;

		damage(f, sql[i]);
		assert_int_equal(catalogue_open(&c, f->path, CATALOGUE_READ,
						&f->err), ARK_EINTEGRITY);
		assert_null(c);
		assert_non_null(strstr(f->err.text, "not ours"));
	}
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_out_of_range), TEST(test_digests),
		TEST(test_fingerprints), TEST(test_stamps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
