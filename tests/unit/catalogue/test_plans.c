/*
 * How SQLite goes about the walks that may be long: along an index, from where
 * they begin, and nothing is sorted.
 */
#include "fixture.h"

#include "catalogue/query.h"
#include "catalogue/report.h"

void __real_query_prepare(struct query *q, struct catalogue *c,
			  const char *sql);
void __wrap_query_prepare(struct query *q, struct catalogue *c,
			  const char *sql);

static char last_sql[2048];

void
__wrap_query_prepare(struct query *q, struct catalogue *c, const char *sql)
{
	(void)snprintf(last_sql, sizeof(last_sql), "%s", sql);
	__real_query_prepare(q, c, sql);
}

/* What SQLite does first for the statement prepared last. */
static void
assert_plan(struct fixture *f, const char *first)
{
	char sql[2100];
	struct query q;
	int n = 0;

	(void)snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", last_sql);
	__real_query_prepare(&q, f->c, sql);
	while (query_next(&q, &f->err) == 1) {
		const char *step = query_get_text(&q, 3);

		if (!n++)
			assert_string_equal(step, first);
		assert_null(strstr(step, "SCAN"));
		assert_null(strstr(step, "TEMP"));
	}
	query_close(&q);
	assert_true(n > 0);
}

static void
test_documents_of_a_report(void **state)
{
	static const char *const behind[] = { NULL, "a" };
	static const char *const plans[] = {
		"SEARCH report USING INDEX report_start (day=? AND route=?)",
		"SEARCH report USING INDEX report_start (day=? AND route=?"
		" AND (start_s,id)>(?,?))",
	};
	struct fixture *f = *state;

	for (int i = 0; i < 2; i++) {
		const struct catalogue_report_query q = {
			.day = FIRST_DAY, .behind_id = behind[i],
		};
		struct catalogue_report_cursor *cur;

		assert_int_equal(catalogue_report_select(&cur, f->c, &q,
							 &f->err), 0);
		assert_plan(f, plans[i]);
		catalogue_report_cursor_free(cur);
	}
}

static void
test_rows(void **state)
{
	static const unsigned waiting = 1u << ARK_QUEUED | 1u << ARK_DEFERRED;
	static const struct {
		unsigned states;
		const char *behind_id, *plan;
	} rows[] = {
		{ 0, NULL, "SEARCH r USING INDEX recording_start"
		  " (start_s>? AND start_s<?)" },
		{ 0, "a", "SEARCH r USING INDEX recording_start"
		  " ((start_s,id)>(?,?) AND start_s<?)" },
		{ 1u << ARK_ARCHIVED | 1u << ARK_GONE, "a",
		  "SEARCH r USING INDEX recording_start"
		  " ((start_s,id)>(?,?) AND start_s<?)" },
		{ 1u << ARK_GONE, NULL, "SEARCH r USING INDEX recording_open"
		  " (start_s>? AND start_s<?)" },
		{ waiting, "a", "SEARCH r USING INDEX recording_open"
		  " ((start_s,id)>(?,?) AND start_s<?)" },
	};
	const size_t n = sizeof(rows) / sizeof(rows[0]);
	struct fixture *f = *state;

	for (size_t i = 0; i < 2 * n; i++) {
		const struct catalogue_query q = {
			.to_s = FOREVER, .states = rows[i % n].states,
			.behind_id = rows[i % n].behind_id,
			.with = i < n ? 0 : CATALOGUE_WITH_DOCUMENT,
		};
		struct catalogue_cursor *cur;

		assert_int_equal(catalogue_select(&cur, f->c, &q, &f->err), 0);
		assert_plan(f, rows[i % n].plan);
		catalogue_cursor_free(cur);
	}
}

static void
test_rows_of_a_day(void **state)
{
	struct fixture *f = *state;
	struct catalogue_cursor *cur;

	assert_int_equal(catalogue_select_day(&cur, f->c, CATALOGUE_RECORDING,
					      FIRST_DAY, &f->err), 0);
	assert_plan(f, "SEARCH r USING INDEX recording_day (day=?)");
	catalogue_cursor_free(cur);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_documents_of_a_report),
		TEST(test_rows),
		TEST(test_rows_of_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
