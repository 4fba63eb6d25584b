#include "fixture.h"

static void
test_vanish(void **state)
{
	struct fixture *f = *state;
	const char *all[] = { "a", "b", "c", "d", NULL };
	const char *some[] = { "a", NULL };
	struct catalogue_document d[5] = { document("a"), document("b"),
					   document("c"), document("d"),
					   document("e") };
	struct catalogue_day day;
	struct catalogue_row r;

	d[2].link = "";
	d[4].day++;		/* of another day: not in the stretch */
	d[4].start_s += DAY_S;
	for (int i = 0; i < 5; i++)
		put(f, &d[i]);
	r = row_of(f, "d");
	archive(f, r.row, "d.wav");
	catalogue_row_release(&r);
	assert_int_equal(listed(f, FIRST_DAY, all), 0);
	publish(f, FIRST_DAY);
	assert_int_equal(waiting(f), 3);

	assert_int_equal(listed(f, FIRST_DAY, some), 3);
	assert_true(is_dirty(f, FIRST_DAY));
	assert_int_equal(waiting(f), 2);
	assert_row(f, "a", ARK_QUEUED, "");
	assert_row(f, "b", ARK_GONE, "no longer listed");
	assert_row(f, "c", ARK_NO_LINK, "");
	assert_row(f, "d", ARK_ARCHIVED, "");
	r = row_of(f, "d");
	assert_int_equal(r.vanished_s, 1600);
	catalogue_row_release(&r);
	day = day_of_catalogue(f, FIRST_DAY);
	assert_int_equal(day.vanished, 3);
	assert_int_equal(day.counts[ARK_GONE], 1);
	assert_int_equal(day.listed, 4);

	/* once */
	publish(f, FIRST_DAY);
	assert_int_equal(listed(f, FIRST_DAY, some), 0);
	assert_false(is_dirty(f, FIRST_DAY));

	/* and seen again */
	put(f, &d[3]);
	assert_true(is_dirty(f, FIRST_DAY));
	put(f, &d[1]);
	r = row_of(f, "d");
	assert_int_equal(r.vanished_s, -1);
	catalogue_row_release(&r);
	assert_row(f, "b", ARK_QUEUED, "");
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).vanished, 1);
}

/* Set back after it vanished, it must not wait for ever. */
static void
test_vanished_but_waiting(void **state)
{
	struct fixture *f = *state;
	const char *none[] = { NULL };
	struct catalogue_document d = document("a");
	int64_t row = put(f, &d).row;

	assert_int_equal(listed(f, FIRST_DAY, none), 1);
	set_back(f, row, ARK_DEFERRED, "timeout");
	assert_int_equal(listed(f, FIRST_DAY, none), 0);
	assert_row(f, "a", ARK_GONE, "no longer listed");
}

static void
test_incomplete(void **state)
{
	struct fixture *f = *state;
	const char *none[] = { NULL };
	struct catalogue_document d = document("a");
	struct catalogue_window w = {
		.day = FIRST_DAY,
		.from_s = FIRST_DAY * DAY_S,
		.to_s = (FIRST_DAY + 1) * DAY_S,
		.is_whole_day = true,
		.total = 9,
		.distinct = 8,
		.flaw = "8 of 9",
	};
	struct catalogue_day day;
	int64_t vanished;

	put(f, &d);
	assert_int_equal(catalogue_listed(f->c, f->run, 7, &w, was_seen,
					  (void *)none, &vanished, &f->err), 0);
	assert_int_equal(vanished, 0);
	assert_row(f, "a", ARK_QUEUED, "");
	day = day_of_catalogue(f, FIRST_DAY);
	assert_true(day.was_asked);
	assert_false(day.is_complete);
	assert_string_equal(day.flaw, "8 of 9");
	assert_int_equal(day.total, 9);
	assert_int_equal(day.asked_s, 7);
	assert_int_equal(day.complete_s, -1);

	/* complete, then incomplete again */
	publish(f, FIRST_DAY);
	w.is_complete = true;
	w.flaw = NULL;
	w.total = 0;
	assert_int_equal(catalogue_listed(f->c, f->run, 8, &w, was_seen,
					  (void *)none, &vanished, &f->err), 0);
	assert_int_equal(vanished, 1);
	day = day_of_catalogue(f, FIRST_DAY);
	assert_true(day.is_complete);
	assert_true(day.is_dirty);
	assert_string_equal(day.flaw, "");
	assert_int_equal(day.complete_s, 8);
	w.is_complete = false;
	w.flaw = "no Total";
	w.total = -1;
	assert_int_equal(catalogue_listed(f->c, f->run, 9, &w, was_seen,
					  (void *)none, &vanished, &f->err), 0);
	day = day_of_catalogue(f, FIRST_DAY);
	assert_false(day.is_complete);
	assert_int_equal(day.complete_s, 8);
	assert_int_equal(day.asked_s, 9);
	assert_int_equal(day.total, -1);
}

static void
test_part_of_a_day(void **state)
{
	struct fixture *f = *state;
	const char *none[] = { NULL };
	struct catalogue_document a = document("a"), b = document("b");
	struct catalogue_window w = {
		.day = FIRST_DAY,
		.from_s = a.start_s,
		.to_s = a.start_s + 10,
		.is_complete = true,
		.total = 1,
		.distinct = 1,
	};
	struct catalogue_day day;
	int64_t vanished;

	b.start_s += 10;
	put(f, &a);
	put(f, &b);
	assert_int_equal(catalogue_listed(f->c, f->run, 7, &w, was_seen,
					  (void *)none, &vanished, &f->err), 0);
	assert_int_equal(vanished, 1);
	assert_row(f, "b", ARK_QUEUED, "");
	day = day_of_catalogue(f, FIRST_DAY);
	assert_true(day.was_asked);
	assert_false(day.is_complete);
	assert_int_equal(day.total, -1);
	assert_string_equal(day.flaw, "only a part of the day was listed");

	/* a part does not take away that the whole was complete */
	listed(f, FIRST_DAY, (const char *[]){ "a", "b", NULL });
	w.is_complete = false;
	w.flaw = "cut off";
	assert_int_equal(catalogue_listed(f->c, f->run, 9, &w, was_seen,
					  (void *)none, &vanished, &f->err), 0);
	day = day_of_catalogue(f, FIRST_DAY);
	assert_true(day.is_complete);
	assert_int_equal(day.total, 5);
	assert_string_equal(day.flaw, "");
	assert_int_equal(day.asked_s, 9);
}

static void
test_oddities(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = document("a");

	put(f, &d);
	publish(f, FIRST_DAY);
	for (int i = 0; i < 2; i++)
		assert_int_equal(catalogue_oddity(f->c, FIRST_DAY,
						  "quarantine/1.json",
						  "no id", 5, &f->err), 0);
	assert_true(is_dirty(f, FIRST_DAY));
	assert_int_equal(catalogue_oddity(f->c, FIRST_DAY, "quarantine/2.json",
					  "no id", 5, &f->err), 0);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).oddities, 2);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY + 1).oddities, 0);
}

static int
note_day(void *ctx, const struct catalogue_day *day)
{
	int32_t *days = ctx;

	while (*days)
		days++;
	*days = day->day;
	return day->day == FIRST_DAY + 7 ? 55 : 0;
}

static void
test_range(void **state)
{
	struct fixture *f = *state;
	const char *none[] = { NULL };
	struct catalogue_document d = document("a");
	int32_t days[8] = { 0 };
	struct catalogue_day day;

	put(f, &d);
	d.day++;		/* moves: its first day has nothing left */
	d.start_s += DAY_S;
	put(f, &d);
	d.id = "b";
	d.start_s += 7;
	put(f, &d);
	listed(f, FIRST_DAY + 5, none);
	listed(f, FIRST_DAY + 3, none);
	listed(f, FIRST_DAY + 7, none);
	listed(f, FIRST_DAY + 8, none);
	assert_int_equal(catalogue_days(f->c, FIRST_DAY, FIRST_DAY + 5,
					note_day, days, &f->err), 0);
	assert_int_equal(days[0], FIRST_DAY + 1);
	assert_int_equal(days[1], FIRST_DAY + 3);
	assert_int_equal(days[2], FIRST_DAY + 5);
	assert_int_equal(days[3], 0);
	days[0] = days[1] = days[2] = 0;
	assert_int_equal(catalogue_days(f->c, FIRST_DAY + 6, FIRST_DAY + 9,
					note_day, days, &f->err), 55);
	assert_int_equal(days[1], 0);

	day = day_of_catalogue(f, FIRST_DAY + 1);
	assert_int_equal(day.first_s, d.start_s - 7);
	assert_int_equal(day.last_s, d.start_s);
	assert_false(day.was_asked);
	day = day_of_catalogue(f, FIRST_DAY + 99);
	assert_int_equal(day.day, FIRST_DAY + 99);
	assert_int_equal(day.listed, 0);
	assert_int_equal(day.first_s, -1);
	assert_int_equal(day.asked_s, -1);
	assert_false(day.was_asked);
}

static void
test_dirty(void **state)
{
	struct fixture *f = *state;
	const char *none[] = { NULL };
	struct catalogue_document d = document("a");
	int32_t *days = NULL;
	size_t n = 9;

	assert_int_equal(catalogue_dirty_days(f->c, &days, &n, &f->err), 0);
	assert_int_equal(n, 0);
	free(days);
	d.day += 2;
	put(f, &d);
	listed(f, FIRST_DAY, none);
	assert_int_equal(catalogue_dirty_days(f->c, &days, &n, &f->err), 0);
	assert_int_equal(n, 2);
	assert_int_equal(days[0], FIRST_DAY);
	assert_int_equal(days[1], FIRST_DAY + 2);
	free(days);
	publish(f, FIRST_DAY);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).published_s, 1900);
	/* asked again with the same answer: nothing new to publish */
	listed(f, FIRST_DAY, none);
	assert_int_equal(catalogue_dirty_days(f->c, &days, &n, &f->err), 0);
	assert_int_equal(n, 1);
	free(days);
}

static void
test_settled(void **state)
{
	struct fixture *f = *state;
	const char *ids[] = { "a", NULL };
	struct catalogue_document d = document("a");
	struct catalogue_window part = { .day = FIRST_DAY + 4 };
	int32_t day = -7;
	int64_t row, vanished;

	assert_int_equal(catalogue_settled_day(f->c, 1, 0, &day, &f->err), 0);
	listed(f, FIRST_DAY, ids);
	listed(f, FIRST_DAY + 2, ids);
	assert_int_equal(catalogue_settled_day(f->c, 1, 0, &day, &f->err), 1);
	assert_int_equal(day, FIRST_DAY + 2);

	d.day = FIRST_DAY + 2;
	d.start_s += 2 * DAY_S;
	row = put(f, &d).row;
	assert_int_equal(catalogue_settled_day(f->c, 1, 0, &day, &f->err), 1);
	assert_int_equal(day, FIRST_DAY);
	set_back(f, row, ARK_DEFERRED, "x");
	assert_int_equal(catalogue_settled_day(f->c, 1, 0, &day, &f->err), 1);
	assert_int_equal(day, FIRST_DAY);
	set_back(f, row, ARK_QUARANTINED, "x");
	assert_int_equal(catalogue_settled_day(f->c, 1, 0, &day, &f->err), 1);
	assert_int_equal(day, FIRST_DAY);
	/* given up is settled */
	set_back(f, row, ARK_FAILED, "x");
	assert_int_equal(catalogue_settled_day(f->c, 1, 0, &day, &f->err), 1);
	assert_int_equal(day, FIRST_DAY + 2);

	assert_int_equal(catalogue_listed(f->c, f->run, 9, &part, was_seen,
					  (void *)ids, &vanished, &f->err), 0);
	listed(f, FIRST_DAY + 5, ids);
	assert_int_equal(catalogue_settled_day(f->c, 1, 0, &day, &f->err), 1);
	assert_int_equal(day, FIRST_DAY + 2);
	part.day = FIRST_DAY - 1;
	assert_int_equal(catalogue_listed(f->c, f->run, 9, &part, was_seen,
					  (void *)ids, &vanished, &f->err), 0);
	assert_int_equal(catalogue_settled_day(f->c, 1, 0, &day, &f->err), 0);
}

/* ---- the sums equal the rows, whatever was done ---------------------- */

enum { N_DAYS = 4, N_IDS = 40, N_STEPS = 4000 };

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static bool
random_seen(void *ctx, const char *id)
{
	(void)id;
	return next_random(ctx) % 8;
}

static void
random_put(struct fixture *f, uint32_t *seed)
{
	static const char *const links[] = { "", "l1", "l2", "l3" };
	struct catalogue_document d;
	char id[8];

	(void)snprintf(id, sizeof(id), "%u", next_random(seed) % N_IDS);
	d = document(id);
	d.day += (int32_t)(next_random(seed) % N_DAYS);
	d.start_s = d.day * DAY_S + next_random(seed) % 5;
	d.link = links[next_random(seed) % 4];
	d.excluded_by = next_random(seed) % 9 ? NULL : "agent";
	d.oddity = next_random(seed) % 9 ? NULL : "odd";
	d.fingerprint[0] = (uint8_t)(next_random(seed) % 3);
	put(f, &d);
}

static void
random_listed(struct fixture *f, uint32_t *seed)
{
	struct catalogue_window w = {
		.day = FIRST_DAY + (int32_t)(next_random(seed) % N_DAYS),
		.is_whole_day = next_random(seed) % 2,
		.is_complete = next_random(seed) % 4,
	};
	int64_t vanished;

	w.from_s = w.day * DAY_S;
	w.to_s = w.from_s + (w.is_whole_day ? DAY_S : 3);
	assert_int_equal(catalogue_listed(f->c, f->run, 7, &w, random_seen,
					  seed, &vanished, &f->err), 0);
}

/* Some act on a random row, allowed or not: a refused one changes nothing. */
static void
random_act(struct fixture *f, uint32_t *seed)
{
	static const enum ark_state states[] = { ARK_DEFERRED, ARK_FAILED,
						 ARK_GONE, ARK_QUARANTINED };
	int64_t row = 1 + next_random(seed) % N_IDS;
	struct catalogue_setback s = { row, states[next_random(seed) % 4], "r",
				       1, 5 };
	struct catalogue_archived a = { .row = row, .media_type = "",
					.codec = "", .link_host = "" };
	struct catalogue_row claimed[3];
	char path[16];
	size_t n;
	int64_t retried;

	(void)snprintf(path, sizeof(path), "%d.wav", (int)row);
	a.path = path;
	a.bytes = next_random(seed) % 1000;
	switch (next_random(seed) % 8) {
	case 0:
	case 1: (void)catalogue_archive(f->c, &a, 1, NULL); break;
	case 2:
	case 3: (void)catalogue_set_back(f->c, &s, 1, NULL); break;
	case 4: (void)catalogue_requeue(f->c, row, "bad", NULL); break;
	case 5:
		assert_int_equal(catalogue_retry_failed(f->c,
							CATALOGUE_RECORDING, 0,
							FOREVER,
							&retried, NULL), 0);
		break;
	case 6: fixture_next_run(f); break;
	default:
		assert_int_equal(catalogue_claim(f->c, f->run, 5, 9, claimed, 3,
						 &n, &f->err), 0);
		while (n)
			catalogue_row_release(&claimed[--n]);
	}
}

/* The archived rows of a day as files, held against those of its rows. */
struct files {
	struct catalogue_row *rows;
	size_t n, n_told;
	int end_at;		/* which of them ends it; 0: none */
};

static int
compare_file(void *ctx, const struct catalogue_file *told)
{
	struct files *l = ctx;
	const struct catalogue_row *r = &l->rows[l->n_told];

	assert_true(l->n_told < l->n);
	assert_int_equal(told->row, r->row);
	assert_string_equal(told->id, r->id);
	assert_string_equal(told->path, r->path);
	assert_int_equal(told->bytes, r->bytes);
	assert_memory_equal(told->sha256, r->sha256, sizeof(r->sha256));
	return (int)++l->n_told == l->end_at ? 77 : 0;
}

static void
compare_files(struct fixture *f, int32_t day, struct files *l)
{
	assert_int_equal(catalogue_files(f->c, day, compare_file, l, &f->err),
			 0);
	assert_int_equal(l->n_told, l->n);
	for (l->end_at = 1; l->end_at <= (int)l->n; l->end_at++) {
		l->n_told = 0;
		assert_int_equal(catalogue_files(f->c, day, compare_file, l,
						 &f->err), 77);
		assert_int_equal(l->n_told, l->end_at);
	}
	while (l->n)
		catalogue_row_release(&l->rows[--l->n]);
	free(l->rows);
}

/* Move what r holds behind the others. */
static void
keep_row(struct files *l, struct catalogue_row *r)
{
	l->rows = realloc(l->rows, (l->n + 1) * sizeof(*l->rows));
	assert_non_null(l->rows);
	l->rows[l->n++] = *r;
	*r = (struct catalogue_row){ 0 };
}

static void
recount(struct fixture *f, int32_t day)
{
	struct catalogue_day told = day_of_catalogue(f, day), plain = { 0 };
	struct catalogue_cursor *cur = NULL;
	struct catalogue_row r = { 0 };
	struct files files = { 0 };

	plain.first_s = -1;
	plain.last_s = -1;
	assert_int_equal(catalogue_select_day(&cur, f->c, CATALOGUE_RECORDING,
					      day, &f->err), 0);
	while (catalogue_next(cur, &r, &f->err) > 0) {
		assert_int_equal(r.day, day);
		assert_true(r.start_s >= plain.last_s);
		assert_true(r.state != ARK_ARCHIVED || *r.path);
		plain.listed++;
		plain.counts[r.state]++;
		plain.vanished += r.vanished_s != -1;
		if (r.state == ARK_ARCHIVED)
			plain.bytes += r.bytes;
		if (plain.first_s == -1)
			plain.first_s = r.start_s;
		plain.last_s = r.start_s;
		if (r.state == ARK_ARCHIVED)
			keep_row(&files, &r);
	}
	catalogue_cursor_free(cur);
	compare_files(f, day, &files);
	assert_int_equal(told.listed, plain.listed);
	assert_int_equal(told.vanished, plain.vanished);
	assert_int_equal(told.bytes, plain.bytes);
	assert_int_equal(told.first_s, plain.first_s);
	assert_int_equal(told.last_s, plain.last_s);
	for (int s = 0; s < ARK_N_STATES; s++)
		assert_int_equal(told.counts[s], plain.counts[s]);
}

static void
test_sums(void **state)
{
	struct fixture *f = *state;
	uint32_t seed = 20241231;

	assert_int_equal(catalogue_begin(f->c, &f->err), 0);
	for (int step = 0; step < N_STEPS; step++) {
		switch (next_random(&seed) % 8) {
		case 0:
		case 1:
		case 2: random_put(f, &seed); break;
		case 3: random_listed(f, &seed); break;
		default: random_act(f, &seed);
		}
		for (int32_t d = 0; d < N_DAYS; d++)
			recount(f, FIRST_DAY + d);
	}
	assert_int_equal(catalogue_commit(f->c, &f->err), 0);
	assert_int_equal(catalogue_check(f->c, &f->err), 0);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_vanish),	TEST(test_vanished_but_waiting),
		TEST(test_incomplete),	TEST(test_part_of_a_day),
		TEST(test_oddities),	TEST(test_range),
		TEST(test_dirty),	TEST(test_settled),
		TEST(test_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
