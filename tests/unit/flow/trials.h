/*
 * Operations on a small archive, each tried while memory fails at every place,
 * while each thing that it asks of other rooms fails, and while whoever listens
 * ends it at every chance: it says so, or tells the same as without; and
 * afterwards the archive is as it should be.
 */
#ifndef UNIT_FLOW_TRIALS_H
#define UNIT_FLOW_TRIALS_H

#include "unit/flow/small.h"
#include "unit/flow/steps.h"
#include "unit/heap.h"

#include "base/error.h"

/* Whoever includes this includes unit/heap.h and unit/flow/steps.h, too. */

#define ENOUGH (-99)		/* what a listener ends it with */

struct operation {
	const char *name;
	int (*run)(struct small *w, struct ark_error *err);
	int rc;			/* of its end when nothing fails … */
	const char *told;	/* … and what it tells then; NULL: no matter */
	/* Look at what it made, or NULL. */
	void (*look)(struct small *w, int rc);
	/* Do harm to the archive, once; NULL: it is sound, and stays so. */
	void (*harm)(struct small *w);
	/* Do harm anew behind each run, or NULL; not 0: it failed. */
	int (*prepare)(struct small *w);
};

struct one_trial {
	struct small *w;
	const struct operation *operation;
	char *told;			/* when nothing fails */
	int warnings, complaints;
};

/* What came of it. */
static inline void
note(struct small *w, const char *what, int64_t n)
{
	(void)buf_addf(&w->told, "%s %lld\n", what, (long long)n);
}

/* What callbacks tell; ENOUGH is returned when that was the last word. */
static inline int
say(void *ctx, const char *what, int64_t n)
{
	struct small *w = ctx;

	note(w, what, n);
	return ++w->words == w->last_word ? ENOUGH : 0;
}

/* Do it; what it told is in w. */
static inline int
trial_run(const struct one_trial *t)
{
	struct small *w = t->w;
	int rc;

	(void)nftw(w->out, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	buf_clear(&w->told);
	w->warnings = w->asks = w->words = 0;
	w->err = (struct ark_error){ 0 };
	rc = t->operation->run(w, &w->err);
	/* a fault strikes once, so that the second time must do */
	if (t->operation->prepare && t->operation->prepare(w))
		assert_int_equal(t->operation->prepare(w), 0);
	return rc;
}

static inline bool
trial_told_the_same(const struct one_trial *t, int rc)
{
	return rc == t->operation->rc && !strcmp(buf_text(&t->w->told), t->told);
}

/* It fails and says why, or tells the same, or warns. */
static inline void
trial_judge(struct one_trial *t, int rc, const char *fault)
{
	struct small *w = t->w;

	if (t->operation->look)
		t->operation->look(w, rc);
	if (trial_told_the_same(t, rc) || w->warnings > t->warnings)
		return;
	if (rc < 0 && w->err.code == rc && *w->err.text)
		return;
	t->complaints++;
	print_error("%s, %s: %d (%d %s), told\n%s\n", t->operation->name,
		    fault, rc, w->err.code, w->err.text, buf_text(&w->told));
}

static inline void
trial_memory(void *ctx)
{
	struct one_trial *t = ctx;
	int rc = trial_run(t);

	if (heap_has_failed())
		trial_judge(t, rc, "no memory");
}

static inline void
trial_step(void *ctx)
{
	struct one_trial *t = ctx;
	int rc = trial_run(t);

	if (steps_failed())
		trial_judge(t, rc, steps_failed());
}

static inline void
trial_listener(struct one_trial *t)
{
	struct small *w = t->w;
	bool was_ended;

	w->last_ask = 0;
	do {
		int rc;

		w->last_ask++;
		rc = trial_run(t);
		was_ended = w->asks >= w->last_ask;
		if (was_ended)
			trial_judge(t, rc, "a signal");
	} while (was_ended);
	w->last_ask = w->last_word = 0;
	do {
		int rc;

		w->last_word++;
		rc = trial_run(t);
		was_ended = w->words >= w->last_word;
		if (was_ended && rc != ENOUGH)
			fail_msg("%s: %d behind the last word, %s",
				 t->operation->name, rc, buf_text(&w->told));
	} while (was_ended);
	w->last_word = 0;
}

static inline void
trial_end(struct one_trial *t)
{
	struct small *w = t->w;
	struct ark_verify_totals totals;
	const struct ark_verify_options o = { .listener = w->listener };
	int rc = trial_run(t);

	if (!trial_told_the_same(t, rc))
		fail_msg("%s afterwards: %d (%s), told\n%s\nbefore\n%s",
			 t->operation->name, rc, w->err.text,
			 buf_text(&w->told), t->told);
	if (t->operation->look)
		t->operation->look(w, rc);
	if (t->operation->harm || t->operation->prepare)
		return;
	if (ark_verify(&w->config, &o, &totals, &w->err))
		fail_msg("after %s: %s", t->operation->name, w->err.text);
}

static inline void
trial(const struct operation *o)
{
	static const int codes[] = { ARK_EDISK, ARK_ENOMEM };
	struct one_trial t = { .operation = o };
	int rc;

	(void)small_setup((void **)&t.w);
	if (o->harm)
		o->harm(t.w);
	if (o->prepare)
		assert_int_equal(o->prepare(t.w), 0);
	rc = trial_run(&t);
	if (rc != o->rc)
		fail_msg("%s: %d (%s)", o->name, rc, t.w->err.text);
	if (o->told)
		assert_string_equal(buf_text(&t.w->told), o->told);
	t.told = strdup(buf_text(&t.w->told));
	t.warnings = t.w->warnings;
	assert_true(heap_each(trial_memory, &t) > 10);
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		assert_true(steps_each(trial_step, &t, codes[i]) > 1);
	trial_listener(&t);
	trial_end(&t);
	assert_int_equal(t.complaints, 0);
	free(t.told);
	(void)small_teardown((void **)&t.w);
}

static inline void
trial_each(const struct operation *o, size_t n)
{
	for (size_t i = 0; i < n; i++)
		trial(&o[i]);
}

#endif
