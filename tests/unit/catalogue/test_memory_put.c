/* What is put into the catalogue without memory: it is told, and not kept. */
#include "unit/catalogue/starved.h"

#include "catalogue/query.h"

static const char *const none[] = { NULL };

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
	struct catalogue_document d = starved_attachment(2);

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
	static const struct starved_trial trials[] = {
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

	STARVED_EACH(f, trials);
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
	return starved_put_report(f, "fresh", "one", "no start");
}

static int
put_changed_report(struct fixture *f)
{
	return starved_put_report(f, "fresh", "two", "no start");
}

static int
put_odd_report(struct fixture *f)
{
	return starved_put_report(f, "fresh", "two", "no end");
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
	return catalogue_report_versions(f->c, starved_report, take_version, NULL,
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
	static const struct starved_trial trials[] = {
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

	STARVED_EACH(f, trials);
	assert_int_equal(catalogue_report_day(f->c, FIRST_DAY, ARK_SURVEYS, &d,
					      &f->err), 0);
	assert_int_equal(d.documents, 3);
	assert_int_equal(d.vanished, 2);
	assert_int_equal(d.oddities, 2);
	assert_int_equal(d.changed, 3);
	assert_true(d.is_complete);
	catalogue_report_cursor_free(NULL);
}

/* ---- rebuilding ---------------------------------------------------------- */

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

static void
a_rebuilt_archive_without_memory_is_none(void **state)
{
	static const struct starved_trial trials[] = {
		{ "restore", restore }, { "restore day", restore_day },
	};
	struct fixture *f = *state;

	STARVED_EACH(f, trials);
	assert_row(f, "restored", ARK_FAILED, "");
}

int
main(void)
{
#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, starved_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_listing_without_memory_is_none),
		TEST(a_report_without_memory_is_none),
		TEST(a_rebuilt_archive_without_memory_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
