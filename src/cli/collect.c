#include "cli/collect.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/print.h"
#include "json/tree.h"

#define MAX_LINE ((size_t)64 << 20)

const char *const collect_formats[] = { "text", "csv", "ndjson", NULL };
enum { AS_TEXT, AS_CSV, AS_NDJSON };

/* Where the tables of text begin. */
struct collect_output {
	int format;
	bool has_any;		/* table, and which */
	bool has_calls, has_agents, has_evaluators;
};

static void
put_score(struct json_tree *t, const char *name, int32_t tenths)
{
	if (tenths == ARK_NO_SCORE)
		json_put_null(t, name);
	else
		json_put_real(t, name, tenths / 10.0);
}

static struct json_tree *
begin_json(const char *type)
{
	struct json_tree *t = json_tree_new();

	json_put_text(t, "type", type);
	return t;
}

/* ---- scores ------------------------------------------------------------------- */

static int
score_json(const struct ark_score *s)
{
	struct json_tree *t = begin_json("score");

	json_put_text(t, "evaluator", s->evaluator);
	json_put_text(t, "review", s->review);
	json_put_text(t, "id", s->id);
	json_put_text(t, "protocol", s->protocol);
	json_put_text(t, "start", s->start);
	json_put_text(t, "agent", s->agent);
	json_put_text(t, "agent_email", s->agent_email);
	json_put_text(t, "service", s->service);
	json_put_bool(t, "calibration", s->is_calibration);
	json_put_bool(t, "scored", s->is_scored);
	put_score(t, "score", s->score);
	json_put_text(t, "failed", s->failed);
	json_put_text(t, "note", s->note);
	json_put_text(t, "entered", s->entered);
	return print_end(print_tree(t));
}

static int
score_csv(const struct ark_score *s)
{
	const char *const cells[] = {
		s->start, s->id, s->protocol, s->agent, s->agent_email,
		s->service, s->evaluator, s->is_calibration ? "yes" : "no",
		s->is_scored ? "yes" : "no", s->failed, s->note, s->entered,
	};
	struct buf line = BUF_INIT(MAX_LINE);

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		text_csv_cell(&line, cells[i], ',');
		(void)buf_addc(&line, ',');
	}
	if (s->score != ARK_NO_SCORE)
		(void)buf_addf(&line, "%d.%d", (int)s->score / 10,
			       (int)s->score % 10);
	(void)buf_adds(&line, "\r\n");
	return print_end(print_buf(&line));
}

static int
print_score(void *ctx, const struct ark_score *s)
{
	const struct collect_output *o = ctx;

	return o->format == AS_NDJSON ? score_json(s) :
	       o->format == AS_CSV ? score_csv(s) : 0;
}

/* ---- sums --------------------------------------------------------------------- */

/* The head of a table, once, with a line between it and the one before. */
static void
heading(struct collect_output *o, bool *has, const char *text)
{
	if (*has)
		return;
	printf("%s%s\n", o->has_any ? "\n" : "", text);
	*has = true;
	o->has_any = true;
}

static void
print_tenths(int32_t tenths)
{
	if (tenths == ARK_NO_SCORE)
		printf("%7s", "-");
	else
		printf("%5d.%d", (int)tenths / 10, (int)tenths % 10);
}

static int
print_call(void *ctx, const struct ark_scored_call *c)
{
	struct collect_output *o = ctx;
	struct json_tree *t;

	if (o->format == AS_NDJSON) {
		t = begin_json("shared_call");
		json_put_text(t, "review", c->review);
		json_put_text(t, "id", c->id);
		json_put_text(t, "protocol", c->protocol);
		json_put_text(t, "start", c->start);
		json_put_text(t, "agent", c->agent);
		json_put_int(t, "evaluators", c->evaluators);
		put_score(t, "mean", c->mean);
		put_score(t, "lowest", c->lowest);
		put_score(t, "highest", c->highest);
		put_score(t, "spread", c->spread);
		return print_end(print_tree(t));
	}
	if (o->format != AS_TEXT)
		return 0;
	heading(o, &o->has_calls, "Calls that several evaluators scored\n"
		"start                agent                   by   mean lowest"
		" highest spread");
	print_padded(c->start, 20);
	putchar(' ');
	print_padded(c->agent, 22);
	printf("%4" PRId64, c->evaluators);
	print_tenths(c->mean);
	print_tenths(c->lowest);
	print_tenths(c->highest);
	print_tenths(c->spread);
	putchar('\n');
	return print_end(0);
}

static int
print_agent(void *ctx, const struct ark_scored_agent *a)
{
	struct collect_output *o = ctx;
	struct json_tree *t;

	if (o->format == AS_NDJSON) {
		t = begin_json("agent");
		json_put_text(t, "agent", a->agent);
		json_put_text(t, "agent_email", a->agent_email);
		json_put_int(t, "calls", a->calls);
		json_put_int(t, "failed", a->failed);
		put_score(t, "mean", a->mean);
		put_score(t, "lowest", a->lowest);
		put_score(t, "highest", a->highest);
		return print_end(print_tree(t));
	}
	if (o->format != AS_TEXT)
		return 0;
	heading(o, &o->has_agents, "Agents\n"
		"agent                           calls   mean lowest highest"
		" failed");
	print_padded(*a->agent ? a->agent : a->agent_email, 30);
	printf("%7" PRId64, a->calls);
	print_tenths(a->mean);
	print_tenths(a->lowest);
	print_tenths(a->highest);
	printf("%7" PRId64 "\n", a->failed);
	return print_end(0);
}

static int
print_evaluator(void *ctx, const struct ark_scored_by *e)
{
	struct collect_output *o = ctx;
	struct json_tree *t;

	if (o->format == AS_NDJSON) {
		t = begin_json("evaluator");
		json_put_text(t, "evaluator", e->evaluator);
		json_put_int(t, "calls", e->calls);
		json_put_int(t, "open", e->open);
		json_put_int(t, "shared", e->shared);
		put_score(t, "mean", e->mean);
		json_put_real(t, "leaning", e->leaning / 10.0);
		return print_end(print_tree(t));
	}
	if (o->format != AS_TEXT)
		return 0;
	heading(o, &o->has_evaluators, "Evaluators (leaning: above or below "
		"the others on the calls they share)\n"
		"evaluator                       calls   mean   open shared"
		" leaning");
	print_padded(e->evaluator, 30);
	printf("%7" PRId64, e->calls);
	print_tenths(e->mean);
	printf("%7" PRId64 "%7" PRId64, e->open, e->shared);
	if (e->shared)
		printf("%+8.1f", e->leaning / 10.0);
	putchar('\n');
	return print_end(0);
}

static void
print_totals(const struct ark_collected *t)
{
	printf("\n%" PRId64 " scores of %" PRId64 " calls by %" PRId64
	       " evaluators, mean", t->scores, t->calls, t->evaluators);
	print_tenths(t->mean);
	putchar('\n');
	if (t->shared) {
		printf("mean spread of %" PRId64 " shared calls", t->shared);
		print_tenths(t->mean_spread);
		putchar('\n');
	}
	if (t->open)
		printf("%" PRId64 " begun and not finished\n", t->open);
	if (t->replaced)
		printf("%" PRId64 " replaced by later ones\n", t->replaced);
}

int
collect_print(const char *const *files, size_t n, int format,
	      struct ark_error *err)
{
	struct collect_output out = { .format = format };
	const struct ark_collect_options o = {
		.files = files, .n_files = n, .ctx = &out,
		.score = print_score, .call = print_call,
		.agent = print_agent, .evaluator = print_evaluator,
	};
	struct ark_collected totals;
	int rc;

	if (format == AS_CSV)
		fputs("start,id,protocol,agent,agent_email,service,evaluator,"
		      "calibration,scored,failed,note,entered,score\r\n",
		      stdout);
	rc = ark_review_collect(&o, &totals, err);
	if (!rc && format == AS_TEXT)
		print_totals(&totals);
	return rc;
}
