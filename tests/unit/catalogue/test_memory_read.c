/* The queue, and what is read of the catalogue, without memory. */
#include "unit/catalogue/starved.h"

#include "catalogue/draw.h"
#include "catalogue/subject.h"

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
	static const struct starved_trial trials[] = {
		{ "claim", claim }, { "waiting", count_waiting },
		{ "archive", archive_it }, { "requeue", requeue },
		{ "set back", fail_it }, { "retry", retry },
		{ "release", release_leases },
	};
	struct catalogue_document a = document("a"), b = document("b");
	struct fixture *f = *state;

	put(f, &a);
	put(f, &b);
	STARVED_EACH(f, trials);
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

	rc = catalogue_document(f->c, starved_kept, &out, &f->err);
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
	return catalogue_versions(f->c, starved_kept, take_any_version, NULL,
				  &f->err);
}

static int
read_held(struct fixture *f)
{
	const struct catalogue_place place = { CATALOGUE_RECORDINGS, starved_kept };
	struct catalogue_held held;

	return catalogue_held(f->c, &place, &held, &f->err);
}

static int
read_held_report(struct fixture *f)
{
	const struct catalogue_place place = { CATALOGUE_REPORTS, starved_report };
	struct catalogue_held held;

	return catalogue_held(f->c, &place, &held, &f->err);
}

static int
read_held_versions(struct fixture *f)
{
	const struct catalogue_place place = { CATALOGUE_RECORDINGS, starved_kept };

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
	static const struct starved_trial trials[] = {
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
	assert_int_equal(catalogue_oddity(f->c, FIRST_DAY, "oddities/1",
					  "no JSON", 1600, &f->err), 0);
	STARVED_EACH(f, trials);
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
	static const struct starved_trial trials[] = {
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

	STARVED_EACH(f, trials);
	assert_int_equal(catalogue_last_success(f->c, &s, &f->err), 0);
	assert_int_equal(s, 2100);
	assert_int_equal(catalogue_last_run(f->c, &s, &f->err), 0);
	assert_int_equal(s, 2000);
	assert_true(is_dirty(f, FIRST_DAY));
}

int
main(void)
{
#define TEST(test) \
	cmocka_unit_test_setup_teardown(test, starved_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_queue_without_memory_stands_still),
		TEST(reading_without_memory_is_told),
		TEST(facts_without_memory_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
