/*
 * What verify says of the records of draws that the trail tells of.
 */
#include "unit/heap.h"
#include "unit/flow/audited.h"
#include "unit/sample/records.h"

#include "flow/custody.h"
#include "flow/draws.h"

#define FIRST "draws/0001.ndjson"
#define SECOND "draws/0002.ndjson"

/* Two draws more. */
static int
setup_draws(void **state)
{
	struct archive *a = NULL;
	struct world *w;

	(void)setup(state);
	w = *state;
	assert_int_equal(archive_open(&a, w->root, ARCHIVE_WRITE, &w->err), 0);
	for (int64_t number = 1; number <= 2; number++) {
		struct sample_record r;

		full_record(&r);
		assert_int_equal(draws_keep(a, &r, NULL, NULL, &w->err), 0);
		assert_int_equal(r.number, number);
		sample_record_release(&r);
	}
	archive_close(a);
	return 0;
}

/* ---- harm --------------------------------------------------------------- */

static const struct {
	struct harm harm;
	const char *said;	/* of every byte */
	const char *said_quick;	/* of names and sizes; NULL: nothing */
} rows[] = {
	{ { NOTHING, "" }, NULL, NULL },
	{ { WRITE, FIRST, "{}\n" }, "changed " FIRST ": the trail tells of "
	  "another; restore it from a copy", NULL },
	{ { APPEND, SECOND, "\n" }, "changed " SECOND ": the trail tells of "
	  "another; restore it from a copy", NULL },
	{ { REMOVE, FIRST }, "missing " FIRST ": the trail tells of it; "
	  "restore it from a copy", "missing " FIRST },
	{ { REMOVE, SECOND }, "missing " SECOND ": the trail tells of it; "
	  "restore it from a copy", "missing " SECOND },
	{ { FOLDER, FIRST }, "unreadable " FIRST ": ", "unreadable " FIRST },
};

static void
expect_said(struct world *w, const char *said)
{
	const struct ark_verify_totals *t = &w->totals;
	int rc = verify(w);

	if (rc != (said ? ARK_EINTEGRITY : 0) || w->n_found != !!said)
		fail_msg("%d (%s), %d found, the last %s; expected %s", rc,
			 w->err.text, w->n_found, w->last, said);
	if (said)
		assert_int_equal(strncmp(w->last, said, strlen(said)), 0);
	/* a draw is no day's: none is bad for it */
	assert_int_equal(t->repaired, 0);
	assert_int_equal(w->n_days, 1);
}

static void
harm_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct world *w;

		(void)setup_draws((void **)&w);
		do_harm(w, &rows[i].harm);
		w->has_trail = true;
		expect_said(w, rows[i].said);
		w->options.is_quick = true;
		expect_said(w, rows[i].said_quick);
		w->options.is_quick = false;
		w->options.is_repairing = true;		/* nobody can */
		expect_said(w, rows[i].said);
		(void)teardown((void **)&w);
	}
}

/* Whoever listens may end it with the first. */
static void
each_draw_is_told_of_in_turn(void **state)
{
	static const struct harm first = { REMOVE, FIRST };
	static const struct harm second = { REMOVE, SECOND };
	struct world *w = *state;

	do_harm(w, &second);
	do_harm(w, &first);
	w->has_trail = true;
	assert_int_equal(verify(w), ARK_EINTEGRITY);
	assert_int_equal(w->found[ARK_VERIFY_MISSING], 2);
	w->stop_at = 1;
	assert_int_equal(verify(w), STOP);
	assert_non_null(strstr(w->last, FIRST));
}

/* ---- what is told more than once, or late ------------------------------- */

/* The trail tells once more of a record, of which this is the text. */
static void
tell_again(struct world *w, int64_t number, const char *text)
{
	struct archive *a = NULL;
	uint8_t sha256[DIGEST_SHA256_SIZE];
	struct sample_record r;

	full_record(&r);
	r.number = number;
	assert_int_equal(archive_open(&a, w->root, ARCHIVE_WRITE, NULL), 0);
	assert_int_equal(digest_sha256(sha256, text, strlen(text), NULL), 0);
	assert_int_equal(custody_drawn(a, &r, sha256, NULL), 0);
	archive_close(a);
	sample_record_release(&r);
}

/* What it told last is what has to be there. */
static void
the_last_word_counts(void **state)
{
	static const struct harm written = { WRITE, FIRST, "{}\n" };
	struct world *w = *state;

	tell_again(w, 1, "{}\n");
	expect_said(w, "changed " FIRST);
	do_harm(w, &written);
	expect_said(w, NULL);
}

static void
the_order_of_telling_does_not_matter(void **state)
{
	static const struct harm written[] = {
		{ WRITE, "draws/0009.ndjson", "nine" },
		{ WRITE, "draws/0005.ndjson", "five" },
		{ WRITE, "draws/0007.ndjson", "seven" },
	};
	static const struct harm missing = { REMOVE, "draws/0007.ndjson" };
	struct world *w = *state;

	for (size_t i = 0; i < N(written); i++)
		do_harm(w, &written[i]);
	tell_again(w, 9, "nine");
	tell_again(w, 5, "five");
	tell_again(w, 7, "seven");
	expect_said(w, NULL);
	do_harm(w, &missing);
	w->has_trail = true;
	expect_said(w, "missing draws/0007.ndjson");
}

/* ---- without memory ----------------------------------------------------- */

/* A record that is as it was is not accused for want of memory. */
static void
try_whole(void *ctx)
{
	struct world *w = ctx;
	int rc = verify(w);

	assert_int_equal(w->n_found, 0);
	if (!heap_has_failed() || rc != ARK_ENOMEM)
		assert_int_equal(rc, 0);
}

/* Nor is it passed over. */
static void
try_harmed(void *ctx)
{
	struct world *w = ctx;
	int rc = verify(w);

	if (heap_has_failed() && rc == ARK_ENOMEM)
		return;
	assert_int_equal(rc, ARK_EINTEGRITY);
	assert_int_equal(w->n_found, 1);
	assert_int_equal(w->found[ARK_VERIFY_CHANGED], 1);
}

static void
without_memory(void **state)
{
	static const struct harm changed = { WRITE, SECOND, "{}\n" };
	struct world *w = *state;

	assert_true(heap_each(try_whole, w) > 50);
	do_harm(w, &changed);
	assert_true(heap_each(try_harmed, w) > 50);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_draws, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(harm_is_told),
		TEST(each_draw_is_told_of_in_turn),
		TEST(the_last_word_counts),
		TEST(the_order_of_telling_does_not_matter),
		TEST(without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
