/*
 * Days and rows in batches: each comes once, in order, however many there are
 * and wherever a batch ends; and nothing is locked while they are told.
 */
#include "unit/catalogue/fixture.h"

#include "flow/batches.h"

#define MANY 600		/* more than two batches of either */
#define STOP 7

/* What a sync beside does: write, with a connection of its own. */
static void
write_beside(struct fixture *f)
{
	struct catalogue *other = NULL;

	assert_int_equal(catalogue_open(&other, f->path, CATALOGUE_WRITE,
					&f->err), 0);
	assert_int_equal(catalogue_meta_set(other, "k", "v", &f->err), 0);
	catalogue_close(other);
}

/* ---- days */

struct counted {
	struct fixture *f;
	int32_t next;
	int left;		/* days until it has enough; -1: never */
};

/* catalogue_day_fn */
static int
count_day(void *ctx, const struct catalogue_day *d)
{
	struct counted *c = ctx;

	assert_int_equal(d->day, c->next++);
	assert_int_equal(d->listed, 1);
	if (d->day % 100 == 0)
		write_beside(c->f);
	return c->left > 0 && !--c->left ? STOP : 0;
}

static void
put_days(struct fixture *f, int n)
{
	assert_int_equal(catalogue_begin(f->c, &f->err), 0);
	for (int i = 0; i < n; i++) {
		char id[16];
		struct catalogue_document d = document(id);

		(void)snprintf(id, sizeof(id), "%d", i);
		d.day += i;
		d.start_s += i * DAY_S;
		put(f, &d);
	}
	assert_int_equal(catalogue_commit(f->c, &f->err), 0);
}

static void
every_day_comes_once(void **state)
{
	static const struct {
		int32_t from, to;
	} rows[] = {
		{ INT32_MIN, INT32_MAX }, { FIRST_DAY, FIRST_DAY + MANY - 1 },
		{ FIRST_DAY, FIRST_DAY }, { FIRST_DAY, FIRST_DAY + 62 },
		{ FIRST_DAY, FIRST_DAY + 63 }, { FIRST_DAY, FIRST_DAY + 64 },
		{ FIRST_DAY + 5, FIRST_DAY + 5 + 128 },
		{ FIRST_DAY, FIRST_DAY - 1 },
	};
	struct fixture *f = *state;

	put_days(f, MANY);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool is_all = rows[i].from == INT32_MIN;
		int32_t first = is_all ? FIRST_DAY : rows[i].from;
		int32_t end = is_all ? FIRST_DAY + MANY : rows[i].to + 1;
		struct counted c = { f, first, -1 };

		assert_int_equal(batches_days(f->c, rows[i].from, rows[i].to,
					      count_day, &c, &f->err), 0);
		assert_int_equal(c.next, end);
	}
}

static void
whoever_is_told_can_end_it(void **state)
{
	struct fixture *f = *state;

	put_days(f, 200);
	for (int n = 1; n <= 130; n += 43) {
		struct counted c = { f, FIRST_DAY, n };

		assert_int_equal(batches_days(f->c, INT32_MIN, INT32_MAX,
					      count_day, &c, &f->err), STOP);
		assert_int_equal(c.next, FIRST_DAY + n);
	}
}

/* ---- rows */

/* Rows of which many begin in the same second; bodies of body_len bytes. */
static void
put_rows(struct fixture *f, int n, size_t body_len)
{
	char *body = malloc(body_len);

	assert_non_null(body);
	memset(body, '1', body_len);
	assert_int_equal(catalogue_begin(f->c, &f->err), 0);
	for (int i = 0; i < n; i++) {
		char id[16];
		struct catalogue_document d = document(id);

		(void)snprintf(id, sizeof(id), "%06d", i);
		d.start_s += i / 250;
		d.body = body;
		d.body_len = body_len;
		put(f, &d);
	}
	assert_int_equal(catalogue_commit(f->c, &f->err), 0);
	free(body);
}

/* Read all rows of q, and write between some of them. */
static int
read_rows(struct fixture *f, const struct catalogue_query *q)
{
	struct batches_rows *b = NULL;
	const struct catalogue_row *row;
	int n = 0, rc;

	assert_int_equal(batches_rows_open(&b, f->c, q, &f->err), 0);
	for (;;) {
		char id[16];

		rc = batches_rows_next(b, &row, &f->err);
		if (rc <= 0)
			break;
		(void)snprintf(id, sizeof(id), "%06d", n++);
		assert_string_equal(row->id, id);
		if (n % 50 == 0)
			write_beside(f);
	}
	assert_int_equal(rc, 0);
	assert_int_equal(batches_rows_next(b, &row, &f->err), 0);
	batches_rows_close(b);
	return n;
}

static void
every_row_comes_once(void **state)
{
	static const int numbers[] = { 0, 1, 255, 256, 257, MANY };
	const struct catalogue_query all = { .to_s = FOREVER };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		put_rows(f, numbers[i], 1);
		assert_int_equal(read_rows(f, &all), numbers[i]);
	}
}

/* Four documents are more than a batch holds. */
static void
large_documents_come_in_small_batches(void **state)
{
	const struct catalogue_query all = {
		.to_s = FOREVER, .with = CATALOGUE_WITH_DOCUMENT,
	};
	struct fixture *f = *state;

	put_rows(f, 13, 300000);
	assert_int_equal(read_rows(f, &all), 13);
}

static void
a_state_that_nothing_has_yields_nothing(void **state)
{
	const struct catalogue_query gone = {
		.to_s = FOREVER, .states = 1u << ARK_GONE,
	};
	struct fixture *f = *state;

	put_rows(f, 300, 1);
	assert_int_equal(read_rows(f, &gone), 0);
	batches_rows_close(NULL);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_day_comes_once),
		TEST(whoever_is_told_can_end_it),
		TEST(every_row_comes_once),
		TEST(large_documents_come_in_small_batches),
		TEST(a_state_that_nothing_has_yields_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
