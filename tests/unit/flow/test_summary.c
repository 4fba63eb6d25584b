/* The account of a run, and what is left of it when memory ends. */
#include "unit/heap.h"
#include "unit/store/scratch.h"

#include "flow/summary.h"

#define DAY 20000		/* 2024-10-04 */
#define DAY_FROM (DAY * INT64_C(86400))

struct world {
	struct scratch t;	/* only its path */
	char root[96];
	struct archive *a;
	struct ark_error err;
};

/* An archive that knows of one recording and has not got it. */
static int
setup(void **state)
{
	const struct catalogue_document d = {
		.id = "a", .interaction_id = "i", .day = DAY,
		.start_s = DAY_FROM + 100, .body = "{}", .body_len = 2,
		.fingerprint = { 1 }, .link = "https://media.example/1",
	};
	struct world *w = calloc(1, sizeof(*w));
	struct catalogue_put put = { 0 };
	int64_t run;

	assert_non_null(w);
	(void)snprintf(w->t.path, sizeof(w->t.path),
		       "/tmp/callark-summary-XXXXXX");
	assert_non_null(mkdtemp(w->t.path));
	(void)snprintf(w->root, sizeof(w->root), "%s/root", w->t.path);
	assert_int_equal(archive_open(&w->a, w->root, ARCHIVE_CREATE, &w->err),
			 0);
	assert_int_equal(catalogue_run_begin(w->a->catalogue, 1000, &run,
					     &w->err), 0);
	assert_int_equal(catalogue_put(w->a->catalogue, run, 1500, &d, 1, &put,
				       &w->err), 0);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	archive_close(w->a);
	(void)nftw(w->t.path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

static bool has_counted_alone;	/* and then had no memory for the list */

static void
count(void *ctx)
{
	const struct ark_range range = { .from_s = DAY_FROM,
					 .to_s = DAY_FROM + 86400 };
	struct world *w = ctx;
	struct ark_summary *s = calloc(1, sizeof(*s));
	int rc;

	if (!s) {
		assert_true(heap_has_failed());
		return;
	}
	rc = summary_count(s, w->a, &range, &w->err);
	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(s->n_problems, rc ? 0 : 1);
	/* Once it is counted it is told, be it listed or not. */
	assert_int_equal(s->problems_total, s->counts[ARK_QUEUED]);
	has_counted_alone |= rc && s->problems_total;
	/* Whoever prints what is there finds it whole. */
	for (int i = 0; i < s->n_problems; i++) {
		assert_string_equal(s->problems[i].id, "a");
		assert_string_equal(s->problems[i].reason, "not tried yet");
	}
	assert_false(s->is_complete);
	ark_summary_release(s);
	free(s);
}

static void
a_problem_is_whole_or_not_there(void **state)
{
	has_counted_alone = false;
	assert_true(heap_each(count, *state) > 2);
	assert_true(has_counted_alone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_problem_is_whole_or_not_there,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
