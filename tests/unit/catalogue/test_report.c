#include "fixture.h"

#include "catalogue/report.h"

#define ROUTE ARK_VOICE_LOG

static struct catalogue_report_document
report(const char *id, const char *body)
{
	struct catalogue_report_document d = {
		.id = id, .day = FIRST_DAY, .start_s = FIRST_DAY * DAY_S + 60,
		.body = body, .body_len = strlen(body),
	};

	(void)snprintf((char *)d.fingerprint, sizeof(d.fingerprint), "%s",
		       body);
	return d;
}

static struct catalogue_report_change
put_report(struct fixture *f, enum ark_route route, int64_t now_s,
	   const struct catalogue_report_document *d)
{
	struct catalogue_report_change change;

	assert_int_equal(catalogue_report_put(f->c, route, now_s, d, 1, &change,
					      &f->err), 0);
	return change;
}

static int64_t
listed_report(struct fixture *f, bool is_complete, const char *const *seen)
{
	struct catalogue_window w = {
		.day = FIRST_DAY, .from_s = FIRST_DAY * DAY_S,
		.to_s = (FIRST_DAY + 1) * DAY_S, .is_whole_day = true,
		.is_complete = is_complete, .total = 7,
		.flaw = is_complete ? NULL : "a page is missing",
	};
	int64_t vanished;

	assert_int_equal(catalogue_report_listed(f->c, ROUTE, 3000, &w,
						 was_seen, (void *)(uintptr_t)seen,
						 &vanished, &f->err), 0);
	return vanished;
}

static struct catalogue_report_day
day_of_report(struct fixture *f, enum ark_route route)
{
	struct catalogue_report_day d;

	assert_int_equal(catalogue_report_day(f->c, FIRST_DAY, route, &d,
					      &f->err), 0);
	return d;
}

/* "id:body " of every document, with a ! behind a vanished one. */
static const char *
documents(struct fixture *f, enum ark_route route)
{
	const struct catalogue_report_query q = { FIRST_DAY, route };
	static char text[256];
	struct catalogue_report_cursor *cur;
	struct catalogue_report_row row;
	size_t at = 0;
	int rc;

	*text = 0;
	assert_int_equal(catalogue_report_select(&cur, f->c, &q, &f->err), 0);
	while ((rc = catalogue_report_next(cur, &row, &f->err)) == 1)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "%s:%.*s%s ", row.id, (int)row.body_len,
				       row.body, row.vanished_s < 0 ? "" : "!");
	assert_int_equal(rc, 0);
	catalogue_report_cursor_free(cur);
	return text;
}

static void
test_order(void **state)
{
	struct fixture *f = *state;
	struct catalogue_report_document d[] = {
		report("b", "{1}"), report("c", "{2}"), report("a", "{3}"),
		report("d", "{4}"),
	};
	struct catalogue_report_change change;

	d[1].start_s -= 30;
	d[3].day++;		/* another day's */
	assert_int_equal(catalogue_report_put(f->c, ROUTE, 1000, d, 4, &change,
					      &f->err), 0);
	assert_int_equal(change.fresh, 4);
	assert_string_equal(documents(f, ROUTE), "c:{2} a:{3} b:{1} ");
	assert_string_equal(documents(f, ARK_MESSAGES), "");
	assert_int_equal(day_of_report(f, ROUTE).documents, 3);
}

/* Where documents begin in one second, too, and with an id that has no text. */
static void
test_a_walk_goes_on_where_it_was_left(void **state)
{
	static const struct {
		const char *id;
		int after_s;
	} rows[] = {		/* in their order */
		{ "b", 0 }, { "", 30 }, { "a", 30 }, { "a0", 30 }, { "b0", 30 },
		{ "\xc3\xa9", 30 }, { "B", 31 },
	};
	const int n = sizeof(rows) / sizeof(rows[0]);
	struct fixture *f = *state;

	for (int i = n - 1; i >= 0; i--) {
		struct catalogue_report_document d = report(rows[i].id, "{1}");

		d.start_s += rows[i].after_s;
		put_report(f, ROUTE, 1000, &d);
		put_report(f, ARK_MESSAGES, 1000, &d);
		d.day++;
		put_report(f, ROUTE, 1000, &d);
	}
	for (int first = 0; first <= n; first++) {
		struct catalogue_report_query q = { FIRST_DAY, ROUTE };
		struct catalogue_report_cursor *cur;
		struct catalogue_report_row row;

		if (first) {
			q.behind_id = rows[first - 1].id;
			q.behind_s = FIRST_DAY * DAY_S + 60 +
				     rows[first - 1].after_s;
		}
		assert_int_equal(catalogue_report_select(&cur, f->c, &q,
							 &f->err), 0);
		for (int i = first; i < n; i++) {
			assert_int_equal(catalogue_report_next(cur, &row,
							       &f->err), 1);
			assert_string_equal(row.id, rows[i].id);
		}
		assert_int_equal(catalogue_report_next(cur, &row, &f->err), 0);
		catalogue_report_cursor_free(cur);
	}
}

/* The same id is another document in another report. */
static void
test_ids_are_of_a_report(void **state)
{
	struct fixture *f = *state;
	struct catalogue_report_document a = report("a", "{1}");
	struct catalogue_report_document b = report("a", "{2}");

	put_report(f, ROUTE, 1000, &a);
	assert_int_equal(put_report(f, ARK_MESSAGES, 1000, &b).fresh, 1);
	assert_string_equal(documents(f, ROUTE), "a:{1} ");
	assert_string_equal(documents(f, ARK_MESSAGES), "a:{2} ");
}

static int
tell_version(void *ctx, int version, int64_t seen_s, const char *body,
	     size_t len)
{
	char *text = ctx;

	(void)snprintf(text + strlen(text), 64, "%d@%d:%.*s ", version,
		       (int)seen_s, (int)len, body);
	return 0;
}

static void
test_versions(void **state)
{
	struct fixture *f = *state;
	const struct catalogue_report_query q = { FIRST_DAY, ROUTE };
	const char *bodies[] = { "{1}", "{1}", "{2}", "{3}" };
	struct catalogue_report_cursor *cur;
	struct catalogue_report_row row;
	struct catalogue_report_document d;
	char text[256] = "";

	for (int i = 0; i < 4; i++) {
		d = report("a", bodies[i]);
		assert_int_equal(put_report(f, ROUTE, 1000 + i, &d).changed,
				 i >= 2);
		assert_int_equal(is_dirty(f, FIRST_DAY), i != 1);
		publish(f, FIRST_DAY);
	}
	assert_int_equal(day_of_report(f, ROUTE).changed, 1);
	assert_int_equal(catalogue_report_select(&cur, f->c, &q, &f->err), 0);
	assert_int_equal(catalogue_report_next(cur, &row, &f->err), 1);
	assert_int_equal(row.version, 3);
	assert_int_equal(row.first_seen_s, 1000);
	assert_int_equal(row.version_seen_s, 1003);
	assert_int_equal(catalogue_report_versions(f->c, row.row, tell_version,
						   text, &f->err), 0);
	assert_string_equal(text, "1@1000:{1} 2@1002:{2} ");
	assert_int_equal(catalogue_report_next(cur, &row, &f->err), 0);
	catalogue_report_cursor_free(cur);
}

static void
test_vanished(void **state)
{
	struct fixture *f = *state;
	const char *all[] = { "a", "b", NULL }, *some[] = { "b", NULL };
	struct catalogue_report_document a = report("a", "{1}");
	struct catalogue_report_document b = report("b", "{2}");

	put_report(f, ROUTE, 1000, &a);
	put_report(f, ROUTE, 1000, &b);
	assert_int_equal(listed_report(f, true, all), 0);
	publish(f, FIRST_DAY);
	assert_int_equal(listed_report(f, false, some), 0);	/* no proof */
	assert_true(is_dirty(f, FIRST_DAY));
	assert_int_equal(listed_report(f, true, some), 1);
	publish(f, FIRST_DAY);
	assert_int_equal(listed_report(f, true, some), 0);	/* once */
	assert_false(is_dirty(f, FIRST_DAY));
	assert_string_equal(documents(f, ROUTE), "a:{1}! b:{2} ");
	assert_int_equal(day_of_report(f, ROUTE).vanished, 1);
	assert_int_equal(put_report(f, ROUTE, 1000, &a).other, 1);
	assert_string_equal(documents(f, ROUTE), "a:{1} b:{2} ");
	assert_int_equal(day_of_report(f, ROUTE).vanished, 0);
	assert_true(is_dirty(f, FIRST_DAY));
}

static void
test_oddities(void **state)
{
	struct fixture *f = *state;
	struct catalogue_report_document d = report("a", "{1}");

	d.oddity = "no start";
	put_report(f, ROUTE, 1000, &d);
	assert_int_equal(day_of_report(f, ROUTE).oddities, 1);
	d.oddity = NULL;
	assert_int_equal(put_report(f, ROUTE, 1000, &d).other, 1);
	assert_int_equal(day_of_report(f, ROUTE).oddities, 0);
	assert_int_equal(put_report(f, ROUTE, 1000, &d).other, 0);
}

static int
count_day(void *ctx, const struct catalogue_report_day *d)
{
	int *n = ctx;

	assert_int_equal(d->route, ROUTE);
	return ++*n == 2 ? 77 : 0;
}

static void
test_days(void **state)
{
	struct fixture *f = *state;
	struct catalogue_report_document d = report("a", "{1}");
	const char *all[] = { "a", NULL };
	struct catalogue_report_day day;
	int n = 0;

	put_report(f, ROUTE, 1000, &d);
	day = day_of_report(f, ROUTE);
	assert_false(day.was_asked);
	assert_int_equal(day.total, -1);
	listed_report(f, true, all);
	day = day_of_report(f, ROUTE);
	assert_true(day.was_asked && day.is_complete);
	assert_int_equal(day.total, 7);
	assert_int_equal(day.complete_s, 3000);
	listed_report(f, false, all);
	assert_string_equal(day_of_report(f, ROUTE).flaw, "a page is missing");
	assert_false(day_of_report(f, ARK_SURVEYS).was_asked);
	d.day++;
	put_report(f, ROUTE, 1000, &d);
	assert_int_equal(catalogue_report_days(f->c, FIRST_DAY, FIRST_DAY,
					       count_day, &n, &f->err), 0);
	assert_int_equal(n, 1);
	n = 0;
	assert_int_equal(catalogue_report_days(f->c, FIRST_DAY, FIRST_DAY + 9,
					       count_day, &n, &f->err), 77);
}

static int
settled(struct fixture *f, unsigned reports, int32_t *day)
{
	return catalogue_settled_day(f->c, 1, reports, day, &f->err);
}

static size_t
n_dirty(struct fixture *f)
{
	int32_t *days = NULL;
	size_t n = 0;

	assert_int_equal(catalogue_dirty_days(f->c, &days, &n, &f->err), 0);
	free(days);
	return n;
}

/* A report that is not whole keeps its day from being settled. */
static void
test_settled(void **state)
{
	struct fixture *f = *state;
	const char *none[] = { NULL };
	int32_t day = 0;

	assert_int_equal(listed(f, FIRST_DAY, none), 0);
	assert_int_equal(settled(f, ARK_ALL_ROUTES, &day), 1);
	assert_int_equal(day, FIRST_DAY);
	listed_report(f, false, none);
	assert_int_equal(settled(f, ARK_ALL_ROUTES, &day), 0);
	assert_int_equal(settled(f, 1u << ROUTE, &day), 0);
	/* unless nobody wants it any more */
	assert_int_equal(settled(f, ARK_ALL_ROUTES & ~(1u << ROUTE), &day), 1);
	listed_report(f, true, none);
	assert_int_equal(settled(f, ARK_ALL_ROUTES, &day), 1);
}

static unsigned
incomplete(struct fixture *f)
{
	struct catalogue_day d;

	assert_int_equal(catalogue_day(f->c, FIRST_DAY, &d, &f->err), 0);
	return d.reports_incomplete;
}

/* What is asked for and never listed is not complete, once it is asked. */
static void
test_asked(void **state)
{
	const unsigned both = 1u << ROUTE | 1u << ARK_SURVEYS;
	struct catalogue_report_document stray = report("a", "{1}");
	struct fixture *f = *state;
	const char *none[] = { NULL };
	int32_t day = 0;

	assert_int_equal(listed(f, FIRST_DAY, none), 0);
	/* a document of a report that nobody asked of this day */
	put_report(f, ARK_SURVEYS, 1000, &stray);
	assert_int_equal(incomplete(f), 0);
	assert_int_equal(settled(f, both, &day), 1);
	publish(f, FIRST_DAY);
	assert_int_equal(catalogue_report_ask(f->c, FIRST_DAY, both, 2000,
					      &f->err), 0);
	assert_int_equal(incomplete(f), both);
	assert_int_equal(settled(f, both, &day), 0);
	assert_int_equal(settled(f, 0, &day), 1);
	assert_int_equal(day_of_report(f, ROUTE).asked_s, 2000);
	assert_true(*day_of_report(f, ROUTE).flaw);
	assert_int_equal(day_of_report(f, ARK_SURVEYS).asked_s, 2000);
	assert_int_equal(day_of_report(f, ARK_SURVEYS).documents, 1);
	assert_int_equal(n_dirty(f), 1);

	/* what was listed stays so */
	listed_report(f, true, none);
	publish(f, FIRST_DAY);
	assert_int_equal(catalogue_report_ask(f->c, FIRST_DAY, both, 4000,
					      &f->err), 0);
	assert_int_equal(incomplete(f), 1u << ARK_SURVEYS);
	assert_true(day_of_report(f, ROUTE).is_complete);
	assert_int_equal(day_of_report(f, ROUTE).asked_s, 3000);
	assert_int_equal(day_of_report(f, ARK_SURVEYS).asked_s, 2000);
	assert_int_equal(n_dirty(f), 0);
}

/* The recordings' own listing is told by the day itself. */
static void
test_recordings_are_no_report_of_a_day(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(catalogue_report_ask(f->c, FIRST_DAY,
					      1u << ARK_AUDIO_LINKS, 2000,
					      &f->err), 0);
	assert_int_equal(incomplete(f), 0);
}

static void
test_restore(void **state)
{
	struct fixture *f = *state;
	const struct catalogue_report_row row = {
		.id = "a", .start_s = FIRST_DAY * DAY_S, .first_seen_s = 5,
		.version_seen_s = 6, .vanished_s = 9, .oddity = "",
		.body = "{2}", .body_len = 3,
	};
	const struct catalogue_version before = {
		.seen_s = 5, .body = "{1}", .len = 3,
	};
	const struct catalogue_report_day told = {
		.day = FIRST_DAY, .route = ROUTE, .is_complete = true,
		.total = 1, .asked_s = 8, .complete_s = 8,
	};
	const uint8_t fingerprint[32] = "{2}";
	struct catalogue_report_document d = report("a", "{2}");
	struct catalogue_report_row plain = row;
	struct catalogue_report_day day;

	assert_int_equal(catalogue_report_restore(f->c, FIRST_DAY, ROUTE, &row,
						  fingerprint, &before, 1,
						  &f->err), 0);
	assert_int_equal(catalogue_report_restore(f->c, FIRST_DAY, ROUTE, &row,
						  fingerprint, NULL, 0,
						  &f->err), ARK_EEXISTS);
	assert_int_equal(catalogue_report_restore_day(f->c, &told, &f->err), 0);
	day = day_of_report(f, ROUTE);
	assert_true(day.was_asked && day.is_complete);
	assert_int_equal(day.documents, 1);
	assert_int_equal(day.vanished, 1);
	assert_int_equal(day.changed, 1);
	assert_int_equal(put_report(f, ROUTE, 10, &d).other, 1);
	assert_string_equal(documents(f, ROUTE), "a:{2} ");
	plain.id = "b";
	plain.oddity = NULL;
	assert_int_equal(catalogue_report_restore(f->c, FIRST_DAY, ROUTE,
						  &plain, fingerprint, NULL, 0,
						  &f->err), 0);
	assert_int_equal(day_of_report(f, ROUTE).oddities, 0);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_order),
		TEST(test_a_walk_goes_on_where_it_was_left),
		TEST(test_ids_are_of_a_report),
		TEST(test_versions),
		TEST(test_vanished),
		TEST(test_oddities),
		TEST(test_days),
		TEST(test_settled),
		TEST(test_asked),
		TEST(test_recordings_are_no_report_of_a_day),
		TEST(test_restore),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
