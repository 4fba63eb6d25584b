#include "fixture.h"

enum { MANY = 50 };

static void
put_many(struct fixture *f)
{
	struct catalogue_document d[MANY];
	struct catalogue_put p[MANY];
	char ids[MANY][8];

	for (int i = 0; i < MANY; i++) {
		/* the order of listing is neither that of ids nor of time */
		(void)snprintf(ids[i], sizeof(ids[i]), "%02d", i * 7 % MANY);
		d[i] = document(ids[i]);
		d[i].start_s += i * 13 % MANY;
	}
	assert_int_equal(catalogue_put(f->c, f->run, 1500, d, MANY, p, &f->err),
			 0);
}

/* Claim up to max; their ids, joined, for comparing. */
static size_t
claim(struct fixture *f, int64_t now_s, size_t max, char ids[4 * MANY])
{
	struct catalogue_row rows[MANY];
	size_t n = 77, len = 0;

	assert_true(max <= MANY);
	assert_int_equal(catalogue_claim(f->c, f->run, now_s, 100, rows, max,
					 &n, &f->err), 0);
	ids[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		len += (size_t)snprintf(ids + len, 4 * MANY - len, "%s ",
					rows[i].id);
		assert_null(rows[i].document);
		catalogue_row_release(&rows[i]);
	}
	return n;
}

static void
test_order(void **state)
{
	struct fixture *f = *state;
	char ids[4 * MANY];

	put_many(f);
	assert_int_equal(waiting(f), MANY);
	publish(f, FIRST_DAY);
	assert_int_equal(claim(f, 0, 0, ids), 0);
	assert_int_equal(claim(f, 0, 3, ids), 3);
	assert_string_equal(ids, "00 07 14 ");
	assert_true(is_dirty(f, FIRST_DAY));
	assert_int_equal(claim(f, 0, 2, ids), 2);
	assert_string_equal(ids, "21 28 ");
	assert_int_equal(waiting(f), MANY - 5);
	assert_int_equal(claim(f, 0, MANY, ids), MANY - 5);
	assert_int_equal(claim(f, 0, 1, ids), 0);
	assert_int_equal(waiting(f), 0);
}

/* Listing goes on while the first rows are fetched: the order holds. */
static void
test_pages(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document a = document("z"), b = document("y"),
				  c = document("x");
	char ids[4 * MANY];

	put(f, &a);
	put(f, &b);
	assert_int_equal(claim(f, 0, 1, ids), 1);
	assert_string_equal(ids, "z ");
	put(f, &c);
	put(f, &a);	/* seen again by the run that claimed it */
	assert_int_equal(claim(f, 0, MANY, ids), 2);
	assert_string_equal(ids, "y x ");
}

static void
test_runs(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document a = document("a"), b = document("b");
	char ids[4 * MANY];
	int64_t row = put(f, &a).row, first = f->run;

	put(f, &b);
	assert_int_equal(claim(f, 0, 1, ids), 1);
	set_back(f, row, ARK_DEFERRED, "timeout");
	/* not again in the run that tried it */
	put(f, &a);
	assert_int_equal(claim(f, 500, MANY, ids), 1);
	assert_string_equal(ids, "b ");

	/* a run claims only what it saw itself */
	fixture_next_run(f);
	assert_int_not_equal(f->run, first);
	assert_int_equal(claim(f, 500, MANY, ids), 0);
	put(f, &b);
	put(f, &a);
	assert_int_equal(waiting(f), 2);
	/* b is leased to the first run until 600 */
	assert_int_equal(claim(f, 599, MANY, ids), 1);
	assert_string_equal(ids, "a ");
	assert_int_equal(claim(f, 600, MANY, ids), 1);
	assert_string_equal(ids, "b ");
}

static void
test_release_leases(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document a = document("a");
	char ids[4 * MANY];

	put(f, &a);
	assert_int_equal(claim(f, 0, 1, ids), 1);
	/* on its way: the day cannot be clean */
	assert_int_equal(catalogue_published(f->c, FIRST_DAY, 5, &f->err), 0);
	assert_true(is_dirty(f, FIRST_DAY));
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).published_s, 5);
	fixture_next_run(f);
	put(f, &a);
	assert_int_equal(claim(f, 0, 1, ids), 0);
	assert_int_equal(catalogue_release_leases(f->c, &f->err), 0);
	assert_int_equal(claim(f, 0, 1, ids), 1);
	assert_int_equal(catalogue_release_leases(f->c, &f->err), 0);
	publish(f, FIRST_DAY);
}

static void
test_archive(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = document("a");
	struct catalogue_day day;
	struct catalogue_row r;
	char ids[4 * MANY];
	int64_t row = put(f, &d).row;

	set_back(f, row, ARK_DEFERRED, "timeout");
	fixture_next_run(f);
	put(f, &d);
	assert_int_equal(claim(f, 0, 1, ids), 1);
	archive(f, row, "2024/10/04/data/audio/a.wav");
	publish(f, FIRST_DAY);	/* so the lease is released */

	r = row_of(f, "a");
	assert_int_equal(r.state, ARK_ARCHIVED);
	assert_string_equal(r.reason, "");
	assert_string_equal(r.path, "2024/10/04/data/audio/a.wav");
	assert_int_equal(r.bytes, 1000);
	assert_int_equal(r.sha256[0], 7);
	assert_int_equal(r.sha256[2], 9);
	assert_string_equal(r.media_type, "audio/wav");
	assert_string_equal(r.codec, "pcm_s16le");
	assert_string_equal(r.link_host, "media.example");
	assert_int_equal(r.audio_ms, 12345);
	assert_int_equal(r.downloaded_s, 1700);
	assert_int_equal(r.attempts, 5);
	assert_int_equal(r.runs, 2);
	assert_int_equal(r.first_tried_s, 1800);
	catalogue_row_release(&r);

	day = day_of_catalogue(f, FIRST_DAY);
	assert_int_equal(day.bytes, 1000);
	assert_int_equal(day.counts[ARK_ARCHIVED], 1);
	assert_int_equal(day.listed, 1);
}

/* The disk came first: what listing says of the row meanwhile gives way. */
static void
test_archive_after_gone(void **state)
{
	struct fixture *f = *state;
	const char *none[] = { NULL };
	struct catalogue_document d = document("a");
	struct catalogue_row r;
	char ids[4 * MANY];
	int64_t row = put(f, &d).row;

	assert_int_equal(claim(f, 0, 1, ids), 1);
	assert_int_equal(listed(f, FIRST_DAY, none), 1);
	assert_row(f, "a", ARK_GONE, "no longer listed");
	archive(f, row, "a.wav");
	r = row_of(f, "a");
	assert_int_equal(r.state, ARK_ARCHIVED);
	assert_int_equal(r.vanished_s, 1600);
	catalogue_row_release(&r);
}

static void
test_archive_refused(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document a = document("a"), b = document("b");
	struct catalogue_archived items[2] = { { .row = put(f, &a).row,
						 .path = "a.wav",
						 .media_type = "",
						 .codec = "",
						 .link_host = "" } };
	struct catalogue_setback s = { items[0].row, ARK_FAILED, "x", 1, 1 };

	/* all of a batch or nothing */
	items[1] = items[0];
	items[1].row = 999;
	items[1].path = "z.wav";
	assert_int_equal(catalogue_archive(f->c, items, 2, &f->err), ARK_EBUG);
	assert_row(f, "a", ARK_QUEUED, "");
	assert_int_equal(catalogue_archive(f->c, items, 1, &f->err), 0);
	/* what is archived is neither archived nor set back again */
	assert_int_equal(catalogue_archive(f->c, items, 1, &f->err), ARK_EBUG);
	assert_int_equal(catalogue_set_back(f->c, &s, 1, &f->err), ARK_EBUG);
	/* two rows never claim one file */
	items[0].row = put(f, &b).row;
	assert_int_equal(catalogue_archive(f->c, items, 1, &f->err), ARK_EBUG);
	assert_row(f, "a", ARK_ARCHIVED, "");
	assert_row(f, "b", ARK_QUEUED, "");
}

static void
test_set_back(void **state)
{
	static const enum ark_state states[] = { ARK_DEFERRED, ARK_QUARANTINED,
						 ARK_FAILED, ARK_GONE };
	struct fixture *f = *state;
	struct catalogue_document d = document("a");
	struct catalogue_row r;
	int64_t row = put(f, &d).row;

	for (int i = 0; i < 4; i++) {
		struct catalogue_setback s = { row, states[i], "why", 2,
					       100 + i };

		publish(f, FIRST_DAY);
		assert_int_equal(catalogue_set_back(f->c, &s, 1, &f->err), 0);
		assert_true(is_dirty(f, FIRST_DAY));
		r = row_of(f, "a");
		assert_int_equal(r.state, states[i]);
		assert_string_equal(r.reason, "why");
		assert_int_equal(r.attempts, 2 * (i + 1));
		assert_int_equal(r.runs, i + 1);
		assert_int_equal(r.first_tried_s, 100);
		catalogue_row_release(&r);
		/* its turn in this run is over, claimed or not */
		assert_int_equal(waiting(f), 0);
	}
}

static void
test_retry_failed(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d[4] = { document("a"), document("b"),
					   document("c"), document("d") };
	struct catalogue_row r;
	int64_t n = -1;

	d[3].start_s += 50;
	set_back(f, put(f, &d[0]).row, ARK_FAILED, "x");
	set_back(f, put(f, &d[1]).row, ARK_GONE, "x");
	set_back(f, put(f, &d[2]).row, ARK_DEFERRED, "x");
	set_back(f, put(f, &d[3]).row, ARK_FAILED, "x");
	publish(f, FIRST_DAY);
	assert_int_equal(catalogue_retry_failed(f->c, CATALOGUE_RECORDING,
						d[0].start_s,
						d[3].start_s, &n, &f->err), 0);
	assert_int_equal(n, 2);
	assert_true(is_dirty(f, FIRST_DAY));
	assert_row(f, "b", ARK_QUEUED, "");
	assert_row(f, "c", ARK_DEFERRED, "x");
	assert_row(f, "d", ARK_FAILED, "x");
	r = row_of(f, "a");
	assert_int_equal(r.state, ARK_QUEUED);
	assert_int_equal(r.attempts, 0);
	assert_int_equal(r.runs, 0);
	assert_int_equal(r.first_tried_s, -1);
	catalogue_row_release(&r);
	/* queued, but not before a run has seen it */
	assert_int_equal(waiting(f), 0);
	fixture_next_run(f);
	put(f, &d[0]);
	assert_int_equal(waiting(f), 1);
}

static void
test_requeue(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = document("a");
	struct catalogue_row r;
	int64_t row = put(f, &d).row;

	assert_int_equal(catalogue_requeue(f->c, row, "bad", &f->err),
			 ARK_EBUG);
	archive(f, row, "a.wav");
	publish(f, FIRST_DAY);
	assert_int_equal(catalogue_requeue(f->c, row, "the file changed",
					   &f->err), 0);
	assert_true(is_dirty(f, FIRST_DAY));
	r = row_of(f, "a");
	assert_int_equal(r.state, ARK_DEFERRED);
	assert_string_equal(r.reason, "the file changed");
	assert_string_equal(r.path, "");
	assert_string_equal(r.media_type, "");
	assert_int_equal(r.bytes, 0);
	assert_int_equal(r.sha256[0], 0);
	assert_int_equal(r.audio_ms, -1);
	assert_int_equal(r.downloaded_s, -1);
	assert_int_equal(r.first_tried_s, -1);
	catalogue_row_release(&r);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).bytes, 0);
	assert_int_equal(waiting(f), 0);
	fixture_next_run(f);
	put(f, &d);
	assert_int_equal(waiting(f), 1);
	archive(f, row, "a.wav");
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_order),	TEST(test_pages),
		TEST(test_runs),	TEST(test_release_leases),
		TEST(test_archive),	TEST(test_archive_after_gone),
		TEST(test_archive_refused), TEST(test_set_back),
		TEST(test_retry_failed), TEST(test_requeue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
