/*
 * Whatever makes a folder of an archive, while all that can fail does.
 */
#include "unit/flow/steps.h"
#include "unit/flow/trials.h"
#include "unit/heap.h"

#include "callark/review.h"
#include "callark/subject.h"

static int
tell_held(void *ctx, const struct ark_held *h)
{
	return say(ctx, h->path, h->versions);
	say(ctx, h->id, h->match);
}

static const struct ark_subject_options *
somebody(struct small *w)
{
	static struct ark_subject_options o;

	o = (struct ark_subject_options){
		.word = SMALL_CPF, .kind = ARK_SUBJECT_ANY_KIND,
		.has_partly = true, .listener = w->listener,
	};
	return &o;
}

static int
subject_find(struct small *w, struct ark_error *err)
{
	return ark_subject_find(&w->config, somebody(w), tell_held, w, err);
}

/* ---- what is made of an archive ----------------------------------------- */

static bool
has_made(const struct small *w, const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", w->out, name);
	return !access(path, F_OK);
}

/* It may have failed behind the tag manifest; but a bag with one is whole. */
static void
expect_bag(struct small *w, int rc)
{
	const struct ark_verify_options o = { .listener = w->listener };
	struct ark_verify_totals totals;
	struct ark_error err = { 0 };

	if (!has_made(w, "tagmanifest-sha256.txt"))
		assert_int_not_equal(rc, 0);
	else if (ark_verify_bag(&w->config, w->out, &o, &totals, &err))
		fail_msg("the bag: %s", err.text);
}

static void
expect_page(struct small *w, int rc)
{
	assert_true(rc || has_made(w, "index.html"));
}

static int
subject_export(struct small *w, struct ark_error *err)
{
	struct ark_subject_totals t = { 0 };
	int rc = ark_subject_export(&w->config, somebody(w), w->out, &t, err);

	note(w, "recordings", t.recordings);
	note(w, "documents", t.documents);
	note(w, "attachments", t.attachments);
	note(w, "damaged", t.damaged);
	return rc;
}

static int
review_with(struct small *w, const char *draw, struct ark_error *err)
{
	char path[128];
	const struct ark_review_options o = {
		.sample = draw ? path : NULL, .is_unmasked = !draw,
		.evaluator = draw ? "eva" : NULL, .wants_links = !draw,
		.listener = w->listener,
	};
	struct ark_review_totals t = { 0 };
	int rc;

	(void)snprintf(path, sizeof(path), "%s/%s", w->root, draw ? draw : "");
	rc = ark_review(&w->config, &o, w->out, &t, err);
	note(w, "calls", t.calls);
	note(w, "copied", t.copied);
	note(w, "linked", t.linked);
	note(w, "converted", t.converted);
	note(w, "unplayable", t.unplayable);
	note(w, "damaged", t.damaged);
	return rc;
}

static int
review(struct small *w, struct ark_error *err)
{
	return review_with(w, NULL, err);
}

static int
review_of_a_draw(struct small *w, struct ark_error *err)
{
	return review_with(w, "draws/0001.ndjson", err);
}

/* ---- files that are not as they were ------------------------------------ */

/* Other bytes of the same length, other bytes of a client's, and none. */
static void
harm_files(struct small *w)
{
	char bytes[4096];
	size_t n;

	n = scratch_read(&w->t, "root/" SMALL_BAG "data/audio/000100-a.wav",
			 bytes, sizeof(bytes));
	bytes[n - 1] ^= 1;
	scratch_write(&w->t, "root/" SMALL_BAG "data/audio/000100-a.wav",
		      bytes, n);
	scratch_write(&w->t, "root/" SMALL_BAG "data/audio/000200-b.wav",
		      bytes, n);
	assert_int_equal(unlink(scratch_at(&w->t, "root/" SMALL_BAG
					   "data/audio/000700-vanished.wav")),
			 0);
	assert_int_equal(unlink(scratch_at(&w->t, "root/quarantine/2024/10/04/"
					   "wreck.raw")), 0);
}

/* ---- the tests ---------------------------------------------------------- */

static const struct operation operations[] = {
	{ "subject find", subject_find, 0 },
	{ "subject export", subject_export, 0, .look = expect_bag },
	{ "review", review, 0, .look = expect_page },
	{ "review of a draw", review_of_a_draw, 0, .look = expect_page },
	{ "subject export of what came to harm", subject_export,
	  ARK_EINTEGRITY, .harm = harm_files },
	{ "review of what came to harm", review, ARK_EINTEGRITY,
	  .harm = harm_files },
	{ "review of a draw of what came to harm", review_of_a_draw,
	  ARK_EINTEGRITY, .harm = harm_files },
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
