#include "cli/sample_print.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "json/tree.h"
#include "model/time.h"

#define NAMES_WIDTH 20
#define MAX_LINE ((size_t)64 << 20)

/* ---- a draw ------------------------------------------------------------- */

/* One line for those who see no table. */
static void
log_draw(const struct sample_output *out, const struct ark_draw *d)
{
	char text[600];
	const struct ark_event e = { ARK_LOG_INFO, text, NULL, NULL };

	(void)snprintf(text, sizeof(text), "draw %" PRId64 ": %" PRId64 " of %"
		       PRId64 " calls, seed %s, sha256 %s, record %s",
		       d->number, d->drawn, d->population, d->seed,
		       d->population_sha256, d->path);
	if (out->cli->listener.notify)
		out->cli->listener.notify(out->cli->listener.ctx, &e);
}

static void
print_rules(const struct ark_sample_rules *r)
{
	fputs("rules      ", stdout);
	if (r->count)
		printf(" --count %" PRId64, r->count);
	if (r->per_agent)
		printf(" --per-agent %" PRId64, r->per_agent);
	if (r->per_service)
		printf(" --per-service %" PRId64, r->per_service);
	if (r->percent)
		printf(" --percent %s", r->percent);
	if (r->pick)
		printf(" --pick %s", r->pick);
	if (r->evaluators) {
		fputs(" --evaluators ", stdout);
		print_safe(r->evaluators);
	}
	if (r->calibration)
		printf(" --calibration %" PRId64, r->calibration);
	putchar('\n');
}

static void
print_facts(const struct sample_output *out, const struct ark_draw *d)
{
	char from[MOMENT_SIZE], to[MOMENT_SIZE];

	moment_format(from, d->range.from_s);
	moment_format(to, d->range.to_s - 1);
	printf("draw        %" PRId64 ", %" PRId64 " of %" PRId64 " calls\n",
	       d->number, d->drawn, d->population);
	printf("range       %s to %s\n", from, to);
	print_rules(out->rules);
	fputs("seed        ", stdout);
	print_safe(d->seed);
	printf("\npopulation  %" PRId64 " calls, sha256 %s\n", d->population,
	       d->population_sha256);
	if (d->excluded)
		printf("left out    %" PRId64 " calls, drawn before\n",
		       d->excluded);
	printf("record      %s\n\n", d->path);
}

static void
print_columns(const struct sample_output *out)
{
	if (out->format == PRINT_CSV) {
		fputs("n,evaluators,calibration,picked,", stdout);
	} else {
		printf("%6s  ", "n");
		if (out->rules->evaluators)
			printf("%-*s ", NAMES_WIDTH, "evaluator");
	}
	print_head(out->format, true);
}

int
sample_print_draw(void *ctx, const struct ark_draw *d)
{
	struct sample_output *out = ctx;

	out->was_drawn = true;
	if (out->is_silent)
		return 0;
	if (out->format == PRINT_TABLE)
		print_facts(out, d);
	else
		log_draw(out, d);
	if (out->format == PRINT_NDJSON)
		printf("%s\n", d->record);
	else
		print_columns(out);
	return print_end(0);
}

/* ---- its calls ---------------------------------------------------------- */

static int
call_json(const struct ark_drawn *c)
{
	const struct ark_found *f = c->found;
	struct json_tree *t = json_tree_new();
	char start[MOMENT_SIZE];

	moment_format(start, f->recording->start_s);
	json_put_text(t, "type", "call");
	json_put_int(t, "n", c->n);
	json_put_text(t, "id", f->recording->id);
	json_put_text(t, "start", start);
	json_put_text(t, "sha256", f->sha256);
	json_put_bool(t, "picked", c->is_picked);
	json_put_bool(t, "calibration", c->is_calibration);
	json_open_array(t, "evaluators");
	for (size_t i = 0; i < c->n_evaluators; i++)
		json_put_text(t, NULL, c->evaluators[i]);
	json_close(t);
	json_put_text(t, "agent", f->recording->agent);
	json_put_text(t, "agent_email", f->recording->agent_email);
	json_put_text(t, "service", f->recording->service);
	json_put_text(t, "path", f->path);
	json_put_int(t, "bytes", f->bytes);
	print_put_file(t, f);
	return print_end(print_tree(t));
}

/* Who listens, with commas. */
static void
put_names(struct buf *names, const struct ark_drawn *c)
{
	for (size_t i = 0; i < c->n_evaluators; i++) {
		if (i)
			buf_addc(names, ',');
		buf_adds(names, c->evaluators[i]);
	}
}

/* The columns in front of those of callark find. */
static int
call_csv(const struct ark_drawn *c)
{
	struct buf names = BUF_INIT(MAX_LINE), cell = BUF_INIT(MAX_LINE);
	int rc;

	put_names(&names, c);
	text_csv_cell(&cell, buf_text(&names), ',');
	rc = names.rc ? names.rc : cell.rc;
	if (!rc)
		printf("%" PRId64 ",%s,%s,%s,", c->n, buf_text(&cell),
		       c->is_calibration ? "yes" : "no",
		       c->is_picked ? "yes" : "no");
	buf_release(&names);
	buf_release(&cell);
	return rc ? rc : print_found(PRINT_CSV, NULL, c->found, 0);
}

static int
call_line(struct sample_output *out, const struct ark_drawn *c)
{
	printf("%6" PRId64 "%c ", c->n, c->is_picked ? '*' : ' ');
	if (c->n_evaluators)
		print_padded(c->is_calibration ? "everybody" :
			     c->evaluators[0], NAMES_WIDTH);
	out->has_picked |= c->is_picked;
	return print_found(PRINT_TABLE, NULL, c->found, 0);
}

int
sample_print_call(void *ctx, const struct ark_drawn *c)
{
	struct sample_output *out = ctx;

	switch (out->format) {
	case PRINT_NDJSON:
		return call_json(c);
	case PRINT_CSV:
		return call_csv(c);
	default:
		return call_line(out, c);
	}
}

void
sample_print_end(const struct sample_output *out)
{
	if (out->has_picked)
		puts("\n* picked for its length");
}

/* ---- a draw made again -------------------------------------------------- */

int
redraw_print(void *ctx, const struct ark_redraw_difference *d)
{
	const struct sample_output *out = ctx;
	char day[DAY_SIZE] = "";
	struct json_tree *t;

	if (d->day != ARK_NO_DAY)
		day_format(day, d->day);
	if (out->format == PRINT_NDJSON) {
		t = json_tree_new();
		json_put_text(t, "type", "difference");
		json_put_text(t, "difference", ark_redraw_name(d->kind));
		json_put_text(t, "day", *day ? day : NULL);
		json_put_text(t, "id", *d->id ? d->id : NULL);
		json_put_text(t, "detail", d->detail);
		return print_end(print_tree(t));
	}
	printf("%-10s %-10s ", ark_redraw_name(d->kind), day);
	if (*d->id) {
		print_safe(d->id);
		fputs(": ", stdout);
	}
	puts(d->detail);
	return print_end(0);
}

int
redraw_print_end(const struct sample_output *out,
		 const struct ark_redraw_totals *t)
{
	struct json_tree *tree;

	if (out->format == PRINT_NDJSON) {
		tree = json_tree_new();
		json_put_text(tree, "type", "redraw");
		json_put_int(tree, "draw", t->number);
		json_put_bool(tree, "same", !t->differences);
		json_put_int(tree, "population", t->population);
		json_put_int(tree, "population_now", t->population_now);
		json_put_int(tree, "drawn", t->drawn);
		json_put_int(tree, "drawn_now", t->drawn_now);
		json_put_int(tree, "differences", t->differences);
		return print_end(print_tree(tree));
	}
	if (t->differences)
		printf("draw %" PRId64 " is DIFFERENT here: %" PRId64
		       " differences\n", t->number, t->differences);
	else
		printf("draw %" PRId64 " is the same: %" PRId64 " of %" PRId64
		       " calls\n", t->number, t->drawn, t->population);
	return print_end(0);
}
