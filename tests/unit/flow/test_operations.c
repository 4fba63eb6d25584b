/*
 * Whatever writes to an archive, while all that can fail does.
 */
#include "unit/flow/steps.h"
#include "unit/flow/trials.h"
#include "unit/heap.h"

static int
publish(struct small *w, struct ark_error *err)
{
	struct archive *a = NULL;
	int64_t n = 0;
	int rc;

	rc = archive_open(&a, w->root, ARCHIVE_WRITE, err);
	if (!rc)
		rc = catalogue_unpublish(a->catalogue, SMALL_DAY, err);
	if (!rc)
		rc = publish_dirty(a, SMALL_NOW, &n, err);
	archive_close(a);
	note(w, "days", n);
	return rc;
}

static int
tell_draw(void *ctx, const struct ark_draw *d)
{
	return say(ctx, "drawn", d->drawn);
}

static int
tell_drawn(void *ctx, const struct ark_drawn *call)
{
	return say(ctx, call->found->recording->id, call->n);
}

static int
sample(struct small *w, struct ark_error *err)
{
	const struct ark_sample_options o = {
		.rules = { .count = 2, .seed = "1", .evaluators = "eva,ivo",
			   .calibration = 1, .pick = "longest:1" },
		.draw = tell_draw, .call = tell_drawn, .ctx = w,
		.listener = w->listener,
	};

	return ark_sample(&w->config, &o, err);
}

static int
tell_discrepancy(void *ctx, const struct ark_discrepancy *d)
{
	return say(ctx, ark_discrepancy_name(d->kind), 0) ? ENOUGH :
		say(ctx, d->detail, 0);
}

static int
tell_line(void *ctx, const struct ark_reconcile_line *l)
{
	return say(ctx, l->agent, l->sums.calls);
}

static int
tell_reconciled(void *ctx, const struct ark_reconciled_day *d)
{
	return say(ctx, "day", d->day);
}

static int
reconcile_with(struct small *w, bool makes_statements, struct ark_error *err)
{
	const struct ark_reconcile_options o = {
		.tolerance_s = ARK_RECONCILE_TOLERANCE_S,
		.makes_statements = makes_statements,
		.discrepancy = tell_discrepancy, .line = tell_line,
		.day = tell_reconciled, .ctx = w, .listener = w->listener,
	};
	struct ark_reconcile_totals totals;

	return ark_reconcile(&w->config, &o, &totals, err);
}

static int
reconcile(struct small *w, struct ark_error *err)
{
	return reconcile_with(w, false, err);
}

static int
state_completeness(struct small *w, struct ark_error *err)
{
	return reconcile_with(w, true, err);
}

/* ---- the tests ---------------------------------------------------------- */

static const struct operation operations[] = {
	{ "publish", publish, 0, .told = "days 1\n" },
	{ "sample", sample, 0 },
	{ "reconcile", reconcile, ARK_EINCOMPLETE },
	{ "reconcile --statement", state_completeness, ARK_EINCOMPLETE },
};

static void
what_fails_is_told(void **state)
{
	(void)state;
	trial_each(operations, sizeof(operations) / sizeof(*operations));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fails_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
