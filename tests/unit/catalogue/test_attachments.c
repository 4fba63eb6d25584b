/*
 * Attachments: rows like those of recordings, but apart from them.
 */
#include "fixture.h"

#define LINK "https://media.example/photo?sig=1"
#define FRESH "https://media.example/photo?sig=2"

static struct catalogue_document
attachment(const char *id)
{
	struct catalogue_document d = document(id);

	d.kind = CATALOGUE_ATTACHMENT;
	d.interaction_id = "c";
	d.body = NULL;
	d.body_len = 0;
	d.duration_s = -1;
	d.link = LINK;
	return d;
}

/* The attachment called id; release it. */
static struct catalogue_row
find(struct fixture *f, const char *id)
{
	struct catalogue_row r = { 0 };

	assert_int_equal(catalogue_find(f->c, CATALOGUE_ATTACHMENT, id, &r,
					&f->err), 1);
	return r;
}

static void
assert_attachment(struct fixture *f, const char *id, enum ark_state state,
		  const char *link)
{
	struct catalogue_row r = find(f, id);

	assert_int_equal(r.kind, CATALOGUE_ATTACHMENT);
	assert_int_equal(r.state, state);
	assert_string_equal(r.link, link);
	assert_int_equal(r.version, 1);
	catalogue_row_release(&r);
}

static void
test_sums_are_kept_apart(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document call = document("x.1.1");
	struct catalogue_document photo = attachment("x.1.1");
	struct catalogue_put a = put(f, &call), b = put(f, &photo);
	struct catalogue_day day;

	assert_int_equal(b.change, CATALOGUE_NEW);
	assert_true(a.row != b.row);
	archive(f, b.row, "data/media/x.jpg");
	day = day_of_catalogue(f, FIRST_DAY);
	assert_int_equal(day.listed, 1);
	assert_int_equal(day.counts[ARK_QUEUED], 1);
	assert_int_equal(day.counts[ARK_ARCHIVED], 0);
	assert_int_equal(day.bytes, 0);
	assert_int_equal(day.media.listed, 1);
	assert_int_equal(day.media.counts[ARK_ARCHIVED], 1);
	assert_int_equal(day.media.bytes, 1000);
	assert_row(f, "x.1.1", ARK_QUEUED, "");
	assert_attachment(f, "x.1.1", ARK_ARCHIVED, LINK);
}

/* Who walks recordings sees no attachment, and the other way round. */
static void
test_walks_name_their_kind(void **state)
{
	static const unsigned kinds[] = { 0, 1, 2, 3 };
	static const int expected[] = { 1, 1, 1, 2 };
	struct fixture *f = *state;
	struct catalogue_document call = document("call");
	struct catalogue_document photo = attachment("c.1.1");

	put(f, &call);
	put(f, &photo);
	for (size_t i = 0; i < 4; i++) {
		struct catalogue_query q = {
			.to_s = FOREVER, .kinds = kinds[i],
		};
		struct catalogue_cursor *cur = NULL;
		struct catalogue_row r = { 0 };
		int n = 0;

		assert_int_equal(catalogue_select(&cur, f->c, &q, &f->err), 0);
		while (catalogue_next(cur, &r, &f->err) == 1)
			n++;
		catalogue_cursor_free(cur);
		assert_int_equal(n, expected[i]);
	}
	for (int kind = 0; kind < CATALOGUE_N_KINDS; kind++) {
		struct catalogue_cursor *cur = NULL;
		struct catalogue_row r = { 0 };

		assert_int_equal(catalogue_select_day(
			&cur, f->c, (enum catalogue_kind)kind, FIRST_DAY,
			&f->err), 0);
		assert_int_equal(catalogue_next(cur, &r, &f->err), 1);
		assert_int_equal(r.kind, kind);
		assert_string_equal(r.document, kind ? "" : "{\"v\":1}");
		assert_int_equal(catalogue_next(cur, &r, &f->err), 0);
		catalogue_cursor_free(cur);
	}
}

static void
test_a_fresh_link_is_nothing_new(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = attachment("c.1.1");
	struct catalogue_put p = put(f, &d);

	d.link = FRESH;
	assert_int_equal(put(f, &d).change, CATALOGUE_SAME);
	assert_attachment(f, "c.1.1", ARK_QUEUED, FRESH);
	archive(f, p.row, "data/media/c.jpg");
	publish(f, FIRST_DAY);
	d.link = LINK;
	p = put(f, &d);
	assert_int_equal(p.change, CATALOGUE_SAME);
	assert_int_equal(p.state, ARK_ARCHIVED);
	assert_false(is_dirty(f, FIRST_DAY));
}

/* What waits is what stands there now; nothing of it is kept. */
static void
test_what_waits_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = attachment("c.1.1");
	struct catalogue_put p = put(f, &d);

	d.fingerprint[0] = 2;
	d.link = FRESH;
	assert_int_equal(put(f, &d).row, p.row);
	assert_attachment(f, "c.1.1", ARK_QUEUED, FRESH);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).media.listed, 1);
}

/* What is archived stays, and another one in its place is fetched too. */
static void
test_another_in_its_place(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = attachment("c.1.1");
	struct catalogue_put first = put(f, &d), p;

	archive(f, first.row, "data/media/c.jpg");
	for (uint8_t i = 2; i < 4; i++) {
		char path[32];

		d.fingerprint[0] = i;
		p = put(f, &d);
		assert_int_equal(p.change, CATALOGUE_NEW);
		assert_int_equal(p.state, ARK_QUEUED);
		assert_int_equal(put(f, &d).row, p.row);
		(void)snprintf(path, sizeof(path), "data/media/c-%d.jpg", i);
		archive(f, p.row, path);
		assert_int_equal(put(f, &d).row, p.row);
	}
	assert_attachment(f, "c.1.1", ARK_ARCHIVED, LINK);
	assert_attachment(f, "c.1.1-2", ARK_ARCHIVED, LINK);
	assert_attachment(f, "c.1.1-3", ARK_ARCHIVED, LINK);
	/* and the first again, wherever it was in between */
	d.fingerprint[0] = 1;
	assert_int_equal(put(f, &d).row, first.row);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).media.listed, 3);
}

/* A recording is never called otherwise, nor gets a second row. */
static void
test_recordings_keep_their_row(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = document("a");
	struct catalogue_put p = put(f, &d);

	archive(f, p.row, "data/audio/a.wav");
	d.fingerprint[0] = 2;
	assert_int_equal(put(f, &d).row, p.row);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).listed, 1);
}

static int64_t
listed_attachments(struct fixture *f, bool is_complete)
{
	struct catalogue_window w = {
		.day = FIRST_DAY, .from_s = FIRST_DAY * DAY_S,
		.to_s = (FIRST_DAY + 1) * DAY_S, .is_complete = is_complete,
	};
	int64_t withdrawn = -1;

	assert_int_equal(catalogue_attachments_listed(f->c, f->run, 1600, &w,
						      &withdrawn, &f->err), 0);
	return withdrawn;
}

static void
test_what_is_no_longer_listed(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document seen = attachment("c.1.1");
	struct catalogue_document lost = attachment("c.2.1");
	struct catalogue_document kept = attachment("c.3.1");
	struct catalogue_document call = document("call");
	struct catalogue_put p;

	put(f, &seen);
	put(f, &lost);
	p = put(f, &kept);
	put(f, &call);
	archive(f, p.row, "data/media/kept.jpg");
	assert_int_equal(listed_attachments(f, true), 0);
	fixture_next_run(f);
	put(f, &seen);
	assert_int_equal(listed_attachments(f, false), 0);
	assert_int_equal(listed_attachments(f, true), 1);
	assert_int_equal(listed_attachments(f, true), 0);
	assert_attachment(f, "c.1.1", ARK_QUEUED, LINK);
	assert_attachment(f, "c.2.1", ARK_GONE, LINK);
	assert_attachment(f, "c.3.1", ARK_ARCHIVED, LINK);
	assert_row(f, "call", ARK_QUEUED, "");
	/* it came back */
	lost.link = FRESH;
	assert_int_equal(put(f, &lost).state, ARK_QUEUED);
}

/* A listing of recordings proves nothing about attachments. */
/* A listing that proves no absence withdraws nothing. */
static void
test_what_may_still_be_listed(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document photo = attachment("x.1.1");
	struct catalogue_window w = {
		.day = FIRST_DAY, .from_s = FIRST_DAY * DAY_S,
		.to_s = (FIRST_DAY + 1) * DAY_S, .is_whole_day = true,
		.is_complete = true, .proves_no_absence = true,
	};
	int64_t withdrawn = 9;

	put(f, &photo);
	fixture_next_run(f);
	assert_int_equal(catalogue_attachments_listed(f->c, f->run, 1600, &w,
						      &withdrawn, &f->err), 0);
	assert_int_equal(withdrawn, 0);
	assert_attachment(f, "x.1.1", ARK_QUEUED, LINK);
	w.proves_no_absence = false;
	assert_int_equal(catalogue_attachments_listed(f->c, f->run, 1600, &w,
						      &withdrawn, &f->err), 0);
	assert_int_equal(withdrawn, 1);
}

static int
count_day(void *ctx, const struct catalogue_day *d)
{
	assert_int_equal(d->listed, 0);
	*(int64_t *)ctx += d->media.listed;
	return 0;
}

/* A day is told of that has attachments and nothing else. */
static void
test_a_day_of_attachments(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document photo = attachment("x.1.1");
	int64_t n = 0;

	put(f, &photo);
	assert_int_equal(catalogue_days(f->c, 0, FIRST_DAY, count_day, &n,
					&f->err), 0);
	assert_int_equal(n, 1);
}

static void
test_recordings_listed(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = attachment("c.1.1");
	const char *none[] = { NULL };

	put(f, &d);
	fixture_next_run(f);
	assert_int_equal(listed(f, FIRST_DAY, none), 0);
	assert_attachment(f, "c.1.1", ARK_QUEUED, LINK);
}

static void
test_settled_for_whom_it_concerns(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = attachment("c.1.1");
	const char *none[] = { NULL };
	int32_t day = 0;

	put(f, &d);
	listed(f, FIRST_DAY, none);
	assert_int_equal(catalogue_settled_day(
		f->c, 1u << CATALOGUE_RECORDING, 0, &day, &f->err), 1);
	assert_int_equal(day, FIRST_DAY);
	assert_int_equal(catalogue_settled_day(f->c, 3, 0, &day, &f->err), 0);
}

static void
test_tried_again_by_kind(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document call = document("call");
	struct catalogue_document photo = attachment("c.1.1");
	int64_t n = 0;

	set_back(f, put(f, &call).row, ARK_FAILED, "no");
	set_back(f, put(f, &photo).row, ARK_FAILED, "no");
	assert_int_equal(catalogue_retry_failed(f->c, CATALOGUE_ATTACHMENT, 0,
						FOREVER, &n, &f->err), 0);
	assert_int_equal(n, 1);
	assert_row(f, "call", ARK_FAILED, "no");
	assert_attachment(f, "c.1.1", ARK_QUEUED, LINK);
}

static void
test_restored(void **state)
{
	static const uint8_t fingerprint[32] = { 1 };
	struct fixture *f = *state;
	struct catalogue_document call = document("c.1.1");
	struct catalogue_document d = attachment("c.1.1");
	struct catalogue_row r = {
		.kind = CATALOGUE_ATTACHMENT, .id = (char *)"c.1.1",
		.interaction_id = (char *)"c", .day = FIRST_DAY,
		.start_s = d.start_s, .duration_s = -1, .state = ARK_ARCHIVED,
		.first_seen_s = 900, .version_seen_s = 900, .vanished_s = -1,
		.path = (char *)"data/media/c.jpg", .bytes = 10,
		.audio_ms = -1, .downloaded_s = 950,
	};

	put(f, &call);
	assert_int_equal(catalogue_restore(f->c, &r, fingerprint, NULL, 0,
					   &f->err), 0);
	assert_int_equal(catalogue_restore(f->c, &r, fingerprint, NULL, 0,
					   &f->err), ARK_EEXISTS);
	assert_int_equal(put(f, &d).change, CATALOGUE_SAME);
	r = find(f, "c.1.1");
	assert_memory_equal(r.fingerprint, fingerprint, 32);
	assert_string_equal(r.interaction_id, "c");
	catalogue_row_release(&r);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_sums_are_kept_apart),
		TEST(test_walks_name_their_kind),
		TEST(test_a_fresh_link_is_nothing_new),
		TEST(test_what_waits_is_replaced),
		TEST(test_another_in_its_place),
		TEST(test_recordings_keep_their_row),
		TEST(test_what_is_no_longer_listed),
		TEST(test_what_may_still_be_listed),
		TEST(test_a_day_of_attachments),
		TEST(test_recordings_listed),
		TEST(test_settled_for_whom_it_concerns),
		TEST(test_tried_again_by_kind),
		TEST(test_restored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
