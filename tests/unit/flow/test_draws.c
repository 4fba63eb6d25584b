/*
 * Records of draws: given a number and kept, or found and taken in.
 */
#include "unit/flow/audited.h"
#include "unit/sample/records.h"

#include "base/error.h"
#include "catalogue/draw.h"
#include "flow/draws.h"

#define THIRD "root/draws/0003.ndjson"

static struct archive *
open_archive(struct world *w)
{
	struct archive *a = NULL;

	assert_int_equal(archive_open(&a, w->root, ARCHIVE_WRITE, &w->err), 0);
	return a;
}

/* The text of a record with that number. */
static struct buf
text_of(int64_t number)
{
	struct buf text = BUF_INIT(1 << 20);
	struct sample_record r;

	full_record(&r);
	r.number = number;
	assert_int_equal(record_write(&r, put, &text, NULL), 0);
	sample_record_release(&r);
	return text;
}

static void
expect_last(struct archive *a, int64_t expected)
{
	int64_t last = -1;

	assert_int_equal(catalogue_last_draw(a->catalogue, &last, NULL), 0);
	assert_int_equal(last, expected);
}

static bool
is_told_by_trail(const struct world *w, const char *what)
{
	static char trail[65536];
	size_t n = scratch_read(&w->t, "root/" TRAIL_PATH, trail,
				sizeof(trail) - 1);

	trail[n] = '\0';
	return strstr(trail, what);
}

/* ---- taken in ----------------------------------------------------------- */

/* draws_problem_fn: remembered as the last finding; STOP ends it. */
static int
hear(void *ctx, const char *path, const struct ark_error *why)
{
	struct world *w = ctx;

	(void)snprintf(w->last, sizeof(w->last), "%s: %.400s", path,
		       why->text);
	return ++w->n_found == w->stop_at ? STOP : 0;
}

static int
catch_up(struct world *w, struct archive *a)
{
	w->n_found = 0;
	w->err = (struct ark_error){ 0 };
	return draws_catch_up(a, true, hear, w, &w->err);
}

/* Once; and then both the catalogue and the trail know. */
static void
a_record_that_is_found_is_taken_in(void **state)
{
	struct world *w = *state;
	struct archive *a = open_archive(w);
	struct buf text = text_of(3);

	scratch_mkdir(&w->t, "root/draws");
	scratch_write(&w->t, THIRD, text.data, text.len);
	scratch_write(&w->t, "root/draws/notes.txt", "of somebody", 11);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(catch_up(w, a), 0);
		assert_int_equal(w->n_found, 0);
		expect_last(a, 3);
		assert_true(is_told_by_trail(w, "\"draw 3\""));
		scratch_write(&w->t, THIRD, "", 0);	/* not read again */
	}
	buf_release(&text);
	archive_close(a);
}

/* What is no record, or another's, is told and left out. */
static void
expect_problem(struct world *w, const char *text, size_t n, const char *why)
{
	struct archive *a = open_archive(w);

	scratch_write(&w->t, THIRD, text, n);
	assert_int_equal(catch_up(w, a), 0);
	assert_int_equal(w->n_found, 1);
	if (!strstr(w->last, why) || !strstr(w->last, "draws/0003.ndjson: "))
		fail_msg("%s: expected %s", w->last, why);
	expect_last(a, 0);
	assert_false(is_told_by_trail(w, "\"draw 3\""));
	w->stop_at = 1;
	assert_int_equal(catch_up(w, a), STOP);
	w->stop_at = 0;
	archive_close(a);
}

static void
what_is_no_record_is_told(void **state)
{
	const size_t too_long = RECORD_MAX_LINE + ((size_t)1 << 20);
	struct buf other = text_of(7), own = text_of(3);
	char *line = malloc(too_long);
	struct world *w = *state;

	assert_non_null(line);
	memset(line, 'x', too_long);
	scratch_mkdir(&w->t, "root/draws");
	expect_problem(w, "", 0, "empty");
	expect_problem(w, "x\n", 2, "line 1: ");
	expect_problem(w, buf_text(&own), own.len - 1, "its last line is cut");
	expect_problem(w, buf_text(&other), other.len, "that of draw 7");
	expect_problem(w, line, too_long, "line 1 is too long");
	free(line);
	buf_release(&other);
	buf_release(&own);
}

/* That says nothing of the record: nothing goes on. */
static void
a_record_that_cannot_be_read_ends_it(void **state)
{
	struct world *w = *state;
	struct archive *a = open_archive(w);

	scratch_mkdir(&w->t, "root/draws");
	scratch_mkdir(&w->t, THIRD);
	assert_int_equal(catch_up(w, a), ARK_EDISK);
	assert_non_null(strstr(w->err.text, "draws/0003.ndjson: reading: "));
	assert_int_equal(w->n_found, 0);
	expect_last(a, 0);
	archive_close(a);
}

/* ---- kept --------------------------------------------------------------- */

static int
keep(struct world *w, struct archive *a, ark_export_fn *copy)
{
	struct sample_record r;
	int rc;

	full_record(&r);
	w->err = (struct ark_error){ 0 };
	rc = draws_keep(a, &r, copy, w, &w->err);
	sample_record_release(&r);
	return rc;
}

/* Behind whatever the tree has, be it a record or not. */
static void
a_draw_gets_the_next_number(void **state)
{
	struct world *w = *state;
	struct archive *a = open_archive(w);

	assert_int_equal(keep(w, a, NULL), 0);
	expect_last(a, 1);
	scratch_write(&w->t, "root/draws/0041.ndjson", "x", 1);
	scratch_write(&w->t, "root/draws/0040.ndjson", "x", 1);
	assert_int_equal(keep(w, a, NULL), 0);
	expect_last(a, 42);
	scratch_write(&w->t, "root/draws/9223372036854775807.ndjson", "x", 1);
	assert_int_equal(keep(w, a, NULL), ARK_EINTEGRITY);
	assert_non_null(strstr(w->err.text, "9223372036854775807 is taken"));
	expect_last(a, 42);
	archive_close(a);
}

/* ark_export_fn */
static int
refuse_copy(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	(void)ctx;
	(void)bytes;
	(void)n;
	return error_set(err, ARK_EDISK, "nobody takes it");
}

/* ark_export_fn: somebody else writes into the archive meanwhile. */
static int
put_another(void *ctx, const void *bytes, size_t n, struct ark_error *err)
{
	const struct world *w = ctx;

	(void)bytes;
	(void)n;
	(void)err;
	scratch_write(&w->t, "root/draws/0001.ndjson", "x", 1);
	return 0;
}

/* Then there is none: neither record, nor row, nor entry of the trail. */
static void
a_draw_that_cannot_be_put_is_none(void **state)
{
	struct world *w = *state;
	struct archive *a = open_archive(w);

	assert_int_equal(keep(w, a, refuse_copy), ARK_EDISK);
	assert_string_equal(w->err.text, "nobody takes it");
	assert_false(scratch_has(&w->t, "root/draws/0001.ndjson"));
	expect_last(a, 0);
	assert_false(is_told_by_trail(w, "\"draw 1\""));
	archive_close(a);
}

/* It is not overwritten, whatever it is. */
static void
a_file_in_its_place_is_an_incident(void **state)
{
	struct world *w = *state;
	struct archive *a = open_archive(w);
	char text[8] = "";

	scratch_mkdir(&w->t, "root/draws");
	assert_int_equal(keep(w, a, put_another), ARK_EINTEGRITY);
	assert_string_equal(w->err.text, "draws/0001.ndjson: somebody put it "
			    "there");
	assert_int_equal(scratch_read(&w->t, "root/draws/0001.ndjson", text,
				      sizeof(text)), 1);
	expect_last(a, 0);
	assert_false(is_told_by_trail(w, "\"draw 1\""));
	archive_close(a);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_that_is_found_is_taken_in),
		TEST(what_is_no_record_is_told),
		TEST(a_record_that_cannot_be_read_ends_it),
		TEST(a_draw_gets_the_next_number),
		TEST(a_draw_that_cannot_be_put_is_none),
		TEST(a_file_in_its_place_is_an_incident),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
