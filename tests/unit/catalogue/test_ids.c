#include "fixture.h"

#include <inttypes.h>

#include "base/text.h"
#include "catalogue/ids.h"

#define PAGE ((int64_t)1000)

/* The n-th id of a platform that counts, or of one that draws lots. */
static void
name(char out[40], int64_t n, bool is_random)
{
	uint64_t lot = ((uint64_t)n + 1) * UINT64_C(0x9e3779b97f4a7c15);

	if (is_random)
		(void)snprintf(out, 40, "%016" PRIx64 "-%019" PRId64, lot, n);
	else
		(void)snprintf(out, 40, "%016" PRIx64 "-%019" PRId64,
			       UINT64_C(0x65f0c1), n);
}

/* Pages from the first on, each in a transaction. */
static void
put_pages(struct fixture *f, int64_t first, int64_t n, bool is_random)
{
	static struct catalogue_document docs[PAGE];
	static struct catalogue_put puts[PAGE];
	static char names[PAGE][40];

	for (int64_t page = first; page < first + n; page++) {
		for (int64_t i = 0; i < PAGE; i++) {
			name(names[i], page * PAGE + i, is_random);
			docs[i] = document(names[i]);
			docs[i].start_s += page;
		}
		assert_int_equal(catalogue_put(f->c, f->run, 1, docs, PAGE,
					       puts, &f->err), 0);
		for (int64_t i = 0; i < PAGE; i++)
			assert_int_equal(puts[i].change, CATALOGUE_NEW);
	}
}

static int64_t
number(struct fixture *f, const char *sql)
{
	struct query q;
	int64_t n;

	query_prepare(&q, f->c, sql);
	assert_int_equal(query_next(&q, &f->err), 1);
	n = query_get_int(&q, 0);
	query_close(&q);
	return n;
}

static void
assert_known(struct fixture *f, int64_t n)
{
	struct catalogue_row r;
	char id[40];

	name(id, n, true);
	r = row_of(f, id);
	assert_string_equal(r.id, id);
	catalogue_row_release(&r);
}

/* More ids than wait in the small table: all are found, wherever they are. */
static void
test_many(void **state)
{
	struct fixture *f = *state;

	put_pages(f, 0, 67, true);
	assert_true(number(f, "SELECT count(*) FROM id") > 0);
	assert_true(number(f, "SELECT count(*) FROM id_new") > 0);
	assert_int_equal(number(f, "SELECT count(*) FROM (SELECT key, n FROM id"
				   " UNION SELECT key, n FROM id_new)"),
			 67 * PAGE);
	for (int64_t n = 0; n < 67 * PAGE; n += 501)
		assert_known(f, n);
	put_pages(f, 67, 1, true);
}

/* What is undone is not counted, and may come again. */
static void
test_undone(void **state)
{
	struct fixture *f = *state;
	struct catalogue_row r;
	char id[40];

	put_pages(f, 0, 65, true);
	for (int round = 0; round < 2; round++) {
		/* the small table is emptied in the middle of this */
		assert_int_equal(catalogue_begin(f->c, &f->err), 0);
		put_pages(f, 65, 2, true);
		assert_true(number(f, "SELECT count(*) FROM id") > 0);
		catalogue_rollback(f->c);
		assert_int_equal(number(f, "SELECT count(*) FROM id"), 0);
		name(id, 65 * PAGE, true);
		assert_int_equal(catalogue_find(f->c, CATALOGUE_RECORDING, id, &r, &f->err), 0);
	}
	put_pages(f, 65, 2, true);
	assert_known(f, 0);
	assert_known(f, 67 * PAGE - 1);
}

/* Two ids with one key are told apart by what they are. */
static void
test_same_key(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document a = document("a"), b = document("b");
	struct catalogue_row r;

	put(f, &a);
	put(f, &b);
	/* every key leads to both rows */
	assert_int_equal(query_exec(f->c, "INSERT OR IGNORE INTO id_new"
				    " SELECT k.key, r.n FROM id_new k,"
				    " recording r", &f->err), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM id_new"), 4);
	r = row_of(f, "a");
	assert_string_equal(r.id, "a");
	catalogue_row_release(&r);
	assert_int_equal(put(f, &b).change, CATALOGUE_SAME);
	assert_int_equal(catalogue_find(f->c, CATALOGUE_RECORDING, "c", &r, &f->err), 0);
}

/* An index leads to every id, and to none. */
static void
test_nothing_is_walked(void **state)
{
	struct fixture *f = *state;
	struct query q;
	int n = 0;

	query_prepare(&q, f->c, "EXPLAIN QUERY PLAN " IDS_SELECT("r.n"));
	while (query_next(&q, &f->err) == 1) {
		const char *step = query_get_text(&q, 3);

		assert_null(strstr(step, "SCAN"));
		n += !strncmp(step, "SEARCH", 6);
	}
	query_close(&q);
	assert_int_equal(n, 4);
}

/* Bytes that this process has written so far; -1: the system does not say. */
static int64_t
written(void)
{
	static const char label[] = "wchar: ";
	const size_t n = sizeof(label) - 1;
	FILE *io = fopen("/proc/self/io", "re");
	int64_t bytes = -1;
	char line[80];

	while (io && fgets(line, sizeof(line), io)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, label, n) &&
		    !text_to_int(line + n, 0, INT64_MAX, &bytes))
			break;
	}
	if (io)
		(void)fclose(io);
	return bytes;
}

/* What the pages of one kind of ids cost the disk, journal and all. */
static int64_t
cost_of(bool is_random)
{
	void *state = NULL;
	int64_t before;

	assert_int_equal(fixture_setup(&state), 0);
	before = written();
	put_pages(state, 0, 60, is_random);
	before = written() - before;
	assert_int_equal(fixture_teardown(&state), 0);
	return before;
}

/*
 * One index over all ids would write six times as much for random ones.  Two
 * are what it comes to now.
 */
static void
test_random_ids_cost_little_more(void **state)
{
	int64_t counted, random;

	(void)state;
	if (written() < 0)
		skip();
	counted = cost_of(false);
	random = cost_of(true);
	if (random > 3 * counted)
		fail_msg("%lld bytes for ids in order, %lld for random ones",
			 (long long)counted, (long long)random);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_many),
		TEST(test_undone),
		TEST(test_same_key),
		TEST(test_nothing_is_walked),
		cmocka_unit_test(test_random_ids_cost_little_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
