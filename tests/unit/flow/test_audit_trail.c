/*
 * What verify says of a trail that is whole in itself, held against what the
 * catalogue and the bags know of it.
 */
#include "unit/flow/audited.h"

static struct archive *
open_archive(struct world *w)
{
	struct archive *a = NULL;

	assert_int_equal(archive_open(&a, w->root, ARCHIVE_WRITE, &w->err), 0);
	return a;
}

static void
remove_trail(struct world *w)
{
	assert_int_equal(remove(scratch_at(&w->t, "root/" TRAIL_PATH)), 0);
}

/* The bag as it is when it was published before there was a trail. */
static void
publish_without_trail(struct world *w)
{
	struct archive *a = open_archive(w);

	remove_trail(w);
	assert_int_equal(publish_day(a, DAY, 3000, &w->err), 0);
	remove_trail(w);
	archive_close(a);
}

/* A trail of this text and of these entries. */
static void
begin_trail(struct world *w, const char *text, const char *format,
	    bool is_known)
{
	struct archive *a = open_archive(w);

	scratch_write(&w->t, "root/" TRAIL_PATH, text, strlen(text));
	assert_int_equal(trail_add(a, TRAIL_CREATED, "archive org", format,
				   &w->err), 0);
	if (is_known)
		assert_int_equal(trail_know(a, &w->err), 0);
	archive_close(a);
}

static void
expect_nothing(struct world *w)
{
	if (verify(w) || w->n_found)
		fail_msg("%s; %s", w->err.text, w->last);
}

static void
expect(struct world *w, const char *first)
{
	assert_int_equal(verify(w), ARK_EINTEGRITY);
	w->stop_at = 1;
	assert_int_equal(verify(w), STOP);
	assert_string_equal(w->last, first);
}

/* That the trail does not tell of it is right, then. */
static void
a_bag_may_be_older_than_the_trail(void **state)
{
	struct world *w = *state;

	publish_without_trail(w);
	begin_trail(w, "", "format 1", false);
	expect_nothing(w);
}

/* What the catalogue knows of the trail says nothing of a bag. */
static void
a_bag_may_be_older_than_a_known_trail(void **state)
{
	struct world *w = *state;

	publish_without_trail(w);
	begin_trail(w, "", "format 1", true);
	expect_nothing(w);
}

/* The machine stopped while it began: the next entry tells of that. */
static void
a_trail_may_begin_with_one_that_is_unfinished(void **state)
{
	struct world *w = *state;
	char text[4096] = "";

	publish_without_trail(w);
	begin_trail(w, "{\"seq\":1,\"time\":\"20", "format 1", true);
	(void)scratch_read(&w->t, "root/" TRAIL_PATH, text, sizeof(text) - 1);
	assert_non_null(strstr(text, "\"" TRAIL_MENDED "\""));
	expect_nothing(w);
}

static void
an_end_that_the_catalogue_knows_is_missed(void **state)
{
	struct world *w = *state;
	struct archive *a = open_archive(w);
	char text[4096] = "";
	size_t n;

	assert_int_equal(trail_know(a, &w->err), 0);
	archive_close(a);
	expect_nothing(w);
	n = scratch_read(&w->t, "root/" TRAIL_PATH, text, sizeof(text) - 1);
	while (n && text[n - 2] != '\n')	/* its last line off */
		n--;
	scratch_write(&w->t, "root/" TRAIL_PATH, text, n - 1);
	expect(w, "truncated " TRAIL_PATH ": it ends with entry 1, and the "
	       "catalogue knows entry 2");
}

static void
a_trail_that_the_catalogue_knows_is_missed(void **state)
{
	struct world *w = *state;
	struct archive *a = open_archive(w);

	assert_int_equal(trail_know(a, &w->err), 0);
	archive_close(a);
	remove_trail(w);
	w->has_trail = false;
	expect(w, "missing " TRAIL_PATH ": the catalogue knows entry 2");
}

/* Another trail, as good as the first; but the bag knows its first entry. */
static void
a_trail_that_was_written_anew_is_told(void **state)
{
	struct world *w = *state;

	remove_trail(w);
	begin_trail(w, "", "format 2", false);
	expect(w, "changed " TRAIL_PATH ": entry 1 is another than the one "
	       "that the bag of 2024-10-04 knows");
}

/* Neither the trail nor a bag is to blame for it: how to mend it is told. */
static void
what_the_catalogue_knows_may_be_no_entry(void **state)
{
	static const char *const texts[] = {
		"x", "2", "2 ", "0 " ABC, "x " ABC, "2 " ABC "0", "2  " ABC,
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct archive *a = open_archive(w);

		assert_int_equal(catalogue_meta_set(a->catalogue, "trail",
						    texts[i], NULL), 0);
		archive_close(a);
		if (verify(w) != ARK_EINTEGRITY || w->n_found)
			fail_msg("%s: %s, %s", texts[i], w->err.text, w->last);
		assert_non_null(strstr(w->err.text, "callark rebuild"));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_bag_may_be_older_than_the_trail),
		TEST(a_bag_may_be_older_than_a_known_trail),
		TEST(a_trail_may_begin_with_one_that_is_unfinished),
		TEST(an_end_that_the_catalogue_knows_is_missed),
		TEST(a_trail_that_the_catalogue_knows_is_missed),
		TEST(a_trail_that_was_written_anew_is_told),
		TEST(what_the_catalogue_knows_may_be_no_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
