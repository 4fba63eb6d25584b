/*
 * Exports of evaluators put together: what is told of calls, agents and
 * evaluators, to whoever listens to the end or not, and without memory.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "callark/review.h"
#include "unit/heap.h"

#define ENOUGH (-99)
#define HEAD "evaluator,review,id,agent,agent_email,score,state,failed\n"

/* Three evaluators and two agents, of whom one has no name. */
static const char *const texts[] = {
	HEAD "eva,r,a,Ana,,80,scored,\neva,r,b,,bia@x,100,scored,\n"
	"eva,r,c,Ana,,,begun,\n",
	HEAD "ivo,r,a,Ana,,60,scored,\nivo,r,b,,bia@x,100,scored,\n"
	"ivo,r,d,Ana,,90,scored,\n",
	HEAD "zoe,r,a,Ana,,0,scored,tone\nzoe,r,c,Ana,,,begun,\n",
};

#define N_TEXTS (sizeof(texts) / sizeof(*texts))

static const char all[] =
	"score eva a 800\nscore ivo a 600\nscore zoe a 0\n"
	"score eva b 1000\nscore ivo b 1000\nscore eva c -1\nscore zoe c -1\n"
	"score ivo d 900\n"
	"call a 467 0 800 800\ncall b 1000 1000 1000 0\n"
	"agent bia@x 1 1000 1000 1000 0\nagent Ana 2 684 467 900 1\n"
	"by eva 2 1 2 900 167\nby ivo 3 0 2 833 67\nby zoe 1 1 1 0 -467\n"
	"3 files, 6 scores, 2 open, 3 calls, 2 agents, 3 evaluators, 2 shared, "
	"mean 789, spread 400\n";

struct desk {
	char paths[N_TEXTS][64];
	const char *files[N_TEXTS];
	struct buf told;
	int words, last_word;
};

static int
setup(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	d->told = (struct buf)BUF_INIT(10000);
	for (size_t i = 0; i < N_TEXTS; i++) {
		size_t n = strlen(texts[i]);
		int fd;

		(void)snprintf(d->paths[i], sizeof(d->paths[i]),
			       "/tmp/callark-collect-XXXXXX");
		fd = mkstemp(d->paths[i]);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, texts[i], n), n);
		assert_int_equal(close(fd), 0);
		d->files[i] = d->paths[i];
	}
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	struct desk *d = *state;

	for (size_t i = 0; i < N_TEXTS; i++)
		assert_int_equal(unlink(d->paths[i]), 0);
	buf_release(&d->told);
	free(d);
	return 0;
}

static int
word(struct desk *d)
{
	return ++d->words == d->last_word ? ENOUGH : 0;
}

static int
tell_score(void *ctx, const struct ark_score *s)
{
	struct desk *d = ctx;

	(void)buf_addf(&d->told, "score %s %s %d\n", s->evaluator, s->id,
		       s->score);
	return word(d);
}

static int
tell_call(void *ctx, const struct ark_scored_call *c)
{
	struct desk *d = ctx;

	(void)buf_addf(&d->told, "call %s %d %d %d %d\n", c->id, c->mean,
		       c->lowest, c->highest, c->spread);
	return word(d);
}

static int
tell_agent(void *ctx, const struct ark_scored_agent *a)
{
	struct desk *d = ctx;

	(void)buf_addf(&d->told, "agent %s%s %d %d %d %d %d\n", a->agent,
		       a->agent_email, (int)a->calls, a->mean, a->lowest,
		       a->highest, (int)a->failed);
	return word(d);
}

static int
tell_evaluator(void *ctx, const struct ark_scored_by *e)
{
	struct desk *d = ctx;

	(void)buf_addf(&d->told, "by %s %d %d %d %d %d\n", e->evaluator,
		       (int)e->calls, (int)e->open, (int)e->shared, e->mean,
		       e->leaning);
	return word(d);
}

static void
tell_sums(struct desk *d, const struct ark_collected *t)
{
	(void)buf_addf(&d->told, "%d files, %d scores, %d open, %d calls, "
		       "%d agents, %d evaluators, %d shared, mean %d, "
		       "spread %d\n", (int)t->files, (int)t->scores,
		       (int)t->open, (int)t->calls, (int)t->agents,
		       (int)t->evaluators, (int)t->shared, t->mean,
		       t->mean_spread);
}

static int
collect(struct desk *d, struct ark_collected *t, struct ark_error *err)
{
	const struct ark_collect_options o = {
		.files = d->files, .n_files = N_TEXTS, .score = tell_score,
		.call = tell_call, .agent = tell_agent,
		.evaluator = tell_evaluator, .ctx = d,
	};

	buf_clear(&d->told);
	d->words = 0;
	return ark_review_collect(&o, t, err);
}

static void
all_is_told(void **state)
{
	struct desk *d = *state;
	struct ark_collected t;

	assert_int_equal(collect(d, &t, NULL), 0);
	tell_sums(d, &t);
	assert_string_equal(buf_text(&d->told), all);
}

static void
nobody_needs_to_listen(void **state)
{
	struct desk *d = *state;
	const struct ark_collect_options o = {
		.files = d->files, .n_files = N_TEXTS,
	};
	struct ark_collected t;

	assert_int_equal(ark_review_collect(&o, &t, NULL), 0);
	tell_sums(d, &t);
	assert_string_equal(buf_text(&d->told), strstr(all, "3 files"));
}

/* What the listener returned is returned, and nothing told behind it. */
static void
each_word_may_be_the_last(void **state)
{
	struct desk *d = *state;
	struct ark_collected t;
	int n;

	assert_int_equal(collect(d, &t, NULL), 0);
	n = d->words;
	for (d->last_word = 1; d->last_word <= n; d->last_word++) {
		assert_int_equal(collect(d, &t, NULL), ENOUGH);
		assert_int_equal(d->words, d->last_word);
		assert_memory_equal(buf_text(&d->told), all, d->told.len);
	}
}

static void
without_memory(void *ctx)
{
	struct ark_error err = { 0 };
	struct ark_collected t;
	int rc = collect(ctx, &t, &err);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
}

static void
lack_of_memory_is_told(void **state)
{
	struct desk *d = *state;

	assert_false(buf_add(&d->told, all, sizeof(all)));	/* its room */
	assert_true(heap_each(without_memory, d) > 10);
}

static void
what_cannot_be_read_is_named(void **state)
{
	static const struct {
		const char *path, *why;
		int rc;
	} rows[] = {
		{ "/no/such", "No such file", ARK_EUSAGE },
		{ "/", "it cannot be read", ARK_EUSAGE },
		{ "/dev/null", "/dev/null", ARK_EUSAGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct ark_collect_options o = {
			.files = &rows[i].path, .n_files = 1,
		};
		struct ark_error err = { 0 };
		struct ark_collected t;

		assert_int_equal(ark_review_collect(&o, &t, &err), rows[i].rc);
		assert_non_null(strstr(err.text, rows[i].path));
		assert_non_null(strstr(err.text, rows[i].why));
		assert_int_equal(t.files, 0);
	}
}

/* Begun and not ended by anybody: there is no mean. */
static void
what_is_not_scored_has_no_mean(void **state)
{
	static const char text[] = HEAD "eva,r,c,Ana,,,begun,\n";
	struct desk *d = *state;
	FILE *f = fopen(d->paths[0], "we");
	const struct ark_collect_options o = {
		.files = d->files, .n_files = 1, .evaluator = tell_evaluator,
		.ctx = d,
	};
	struct ark_collected t;

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(ark_review_collect(&o, &t, NULL), 0);
	assert_string_equal(buf_text(&d->told), "by eva 0 1 0 -1 0\n");
	assert_int_equal(t.mean, ARK_NO_SCORE);
	assert_int_equal(t.mean_spread, ARK_NO_SCORE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_is_told),
		TEST(nobody_needs_to_listen),
		TEST(each_word_may_be_the_last),
		TEST(lack_of_memory_is_told),
		TEST(what_cannot_be_read_is_named),
		TEST(what_is_not_scored_has_no_mean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
