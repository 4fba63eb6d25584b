/*
 * ark_review_collect: from the exports of evaluators to one table.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/fdio.h"
#include "callark/review.h"
#include "review/scores.h"

struct collection {
	const struct ark_collect_options *options;
	struct ark_collected *totals;
	struct scores scores;
	struct ark_error *err;
};

/* The mean of tenths, to the nearest; n is not 0. */
static int32_t
mean_of(int64_t sum, int64_t n)
{
	return (int32_t)((2 * sum + (sum < 0 ? -n : n)) / (2 * n));
}

static const struct ark_score *
score_at(const struct collection *c, size_t i)
{
	return &c->scores.items[i].pub;
}

/* ---- reading ------------------------------------------------------------------ */

static int
add_file(struct collection *c, const char *path)
{
	struct buf text = BUF_INIT(SCORES_MAX_BYTES);
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return error_set(c->err, ARK_EUSAGE, "%s: %s", path,
				 strerror(errno));
	rc = fdio_slurp(fd, &text, c->err);
	(void)fdio_close(&fd);
	if (!rc) {
		rc = scores_add(&c->scores, buf_text(&text), text.len, c->err);
		if (rc)
			(void)error_prefix(c->err, "%s", path);
	} else if (rc != ARK_ENOMEM) {
		rc = error_set(c->err, ARK_EUSAGE, "%s: it cannot be read, or "
			       "is larger than an export is", path);
	}
	buf_release(&text);
	c->totals->files += !rc;
	return rc;
}

/* ---- calls -------------------------------------------------------------------- */

/* The scores of one call: items[from] to items[*to - 1]. */
struct group {
	size_t from, to;
	int64_t n, sum;			/* that are scored */
	int32_t lowest, highest;
	bool has_failed;
};

static void
take_score(struct group *g, const struct ark_score *s)
{
	if (!s->is_scored)
		return;
	if (!g->n || s->score < g->lowest)
		g->lowest = s->score;
	if (!g->n || s->score > g->highest)
		g->highest = s->score;
	g->n++;
	g->sum += s->score;
	g->has_failed = g->has_failed || *s->failed;
}

/* The next call.  False behind the last. */
static bool
next_group(const struct collection *c, struct group *g)
{
	size_t i = g->to;

	*g = (struct group){ .from = i };
	for (; i < c->scores.n; i++) {
		if (i > g->from && !scores_is_same_call(score_at(c, g->from),
							score_at(c, i)))
			break;
		take_score(g, score_at(c, i));
	}
	g->to = i;
	return g->from < c->scores.n;
}

static int
tell_calls(struct collection *c)
{
	struct ark_collected *t = c->totals;
	int64_t spreads = 0, means = 0;
	struct group g = { 0 };
	int rc = 0;

	while (!rc && next_group(c, &g)) {
		const struct ark_score *s = score_at(c, g.from);

		if (!g.n)
			continue;
		t->calls++;
		means += mean_of(g.sum, g.n);
		if (g.n < 2)
			continue;
		t->shared++;
		spreads += g.highest - g.lowest;
		if (c->options->call)
			rc = c->options->call(c->options->ctx,
				&(struct ark_scored_call){
				.review = s->review, .id = s->id,
				.protocol = s->protocol, .start = s->start,
				.agent = s->agent, .evaluators = g.n,
				.mean = mean_of(g.sum, g.n),
				.lowest = g.lowest, .highest = g.highest,
				.spread = g.highest - g.lowest,
			});
	}
	t->mean = t->calls ? mean_of(means, t->calls) : ARK_NO_SCORE;
	t->mean_spread = t->shared ? mean_of(spreads, t->shared) :
				     ARK_NO_SCORE;
	return rc;
}

/* ---- agents ------------------------------------------------------------------- */

/* A call of an agent, to be sorted by agent. */
struct agent_call {
	const struct ark_score *score;
	int32_t mean;
	bool has_failed;
};

static int
by_agent(const void *a, const void *b)
{
	const struct agent_call *x = a, *y = b;
	int order = strcmp(x->score->agent, y->score->agent);

	return order ? order : strcmp(x->score->agent_email,
				      y->score->agent_email);
}

static int
tell_agent(struct collection *c, const struct agent_call *calls, size_t n)
{
	struct ark_scored_agent a = {
		.agent = calls->score->agent,
		.agent_email = calls->score->agent_email, .calls = (int64_t)n,
		.lowest = calls->mean, .highest = calls->mean,
	};
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		sum += calls[i].mean;
		a.failed += calls[i].has_failed;
		if (calls[i].mean < a.lowest)
			a.lowest = calls[i].mean;
		if (calls[i].mean > a.highest)
			a.highest = calls[i].mean;
	}
	a.mean = mean_of(sum, a.calls);
	c->totals->agents++;
	return c->options->agent ? c->options->agent(c->options->ctx, &a) : 0;
}

static int
tell_agents(struct collection *c)
{
	struct agent_call *calls = calloc(c->scores.n, sizeof(*calls));
	struct group g = { 0 };
	size_t n = 0, end;
	int rc = 0;

	if (!calls)
		return error_nomem(c->err);
	while (next_group(c, &g)) {
		if (g.n)
			calls[n++] = (struct agent_call){
				score_at(c, g.from), mean_of(g.sum, g.n),
				g.has_failed,
			};
	}
	qsort(calls, n, sizeof(*calls), by_agent);
	for (size_t i = 0; !rc && i < n; i = end) {
		for (end = i + 1; end < n && !by_agent(&calls[i], &calls[end]);)
			end++;
		rc = tell_agent(c, calls + i, end - i);
	}
	free(calls);
	return rc;
}

/* ---- evaluators ---------------------------------------------------------------- */

/* A score, and how far it is from the mean of its call; to be sorted. */
struct given {
	const struct ark_score *score;
	bool is_shared;
	int32_t apart;
};

static int
by_evaluator(const void *a, const void *b)
{
	const struct given *x = a, *y = b;

	return strcmp(x->score->evaluator, y->score->evaluator);
}

static int
tell_evaluator(struct collection *c, const struct given *given, size_t n)
{
	struct ark_scored_by e = {
		.evaluator = given->score->evaluator, .mean = ARK_NO_SCORE,
	};
	int64_t sum = 0, apart = 0;

	for (size_t i = 0; i < n; i++) {
		if (!given[i].score->is_scored) {
			e.open++;
			continue;
		}
		e.calls++;
		sum += given[i].score->score;
		e.shared += given[i].is_shared;
		apart += given[i].apart;
	}
	if (e.calls)
		e.mean = mean_of(sum, e.calls);
	if (e.shared)
		e.leaning = mean_of(apart, e.shared);
	c->totals->evaluators++;
	return c->options->evaluator ?
	       c->options->evaluator(c->options->ctx, &e) : 0;
}

static int
tell_evaluators(struct collection *c)
{
	struct given *given = calloc(c->scores.n, sizeof(*given));
	struct group g = { 0 };
	size_t end;
	int rc = 0;

	if (!given)
		return error_nomem(c->err);
	while (next_group(c, &g)) {
		for (size_t i = g.from; i < g.to; i++) {
			const struct ark_score *s = score_at(c, i);
			bool is_shared = g.n > 1 && s->is_scored;

			given[i] = (struct given){
				s, is_shared, is_shared ?
				s->score - mean_of(g.sum, g.n) : 0,
			};
		}
	}
	qsort(given, c->scores.n, sizeof(*given), by_evaluator);
	for (size_t i = 0; !rc && i < c->scores.n; i = end) {
		for (end = i + 1; end < c->scores.n &&
		     !by_evaluator(&given[i], &given[end]);)
			end++;
		rc = tell_evaluator(c, given + i, end - i);
	}
	free(given);
	return rc;
}

/* ---- all ------------------------------------------------------------------------ */

static int
tell_scores(struct collection *c)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < c->scores.n; i++) {
		c->totals->scores += score_at(c, i)->is_scored;
		c->totals->open += !score_at(c, i)->is_scored;
		if (c->options->score)
			rc = c->options->score(c->options->ctx,
					       score_at(c, i));
	}
	return rc;
}

int
ark_review_collect(const struct ark_collect_options *o,
		   struct ark_collected *totals, struct ark_error *err)
{
	struct collection c = { .options = o, .totals = totals, .err = err };
	int rc = 0;

	*totals = (struct ark_collected){ 0 };
	for (size_t i = 0; !rc && i < o->n_files; i++)
		rc = add_file(&c, o->files[i]);
	scores_merge(&c.scores);
	totals->replaced = c.scores.replaced;
	if (!rc && !c.scores.n)
		rc = error_set(err, ARK_ENOTFOUND, "nothing is scored in it");
	if (!rc)
		rc = tell_scores(&c);
	if (!rc)
		rc = tell_calls(&c);
	if (!rc)
		rc = tell_agents(&c);
	if (!rc)
		rc = tell_evaluators(&c);
	scores_release(&c.scores);
	return rc;
}
