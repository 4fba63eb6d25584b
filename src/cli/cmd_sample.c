/* callark sample */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "callark/sample.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/sample_print.h"

/* What the command line says beside range and filters. */
struct words {
	struct ark_sample_options o;
	const char *record, *redraw;
	int format;
};

static void
add_rules(struct opt_table *t, struct words *w)
{
	struct ark_sample_rules *r = &w->o.rules;
	const struct opt rows[] = {
		{ "count", 'n', OPT_COUNT, "N", "so many calls, evenly over "
		  "the days", &r->count, NULL },
		{ "percent", 0, OPT_TEXT, "P", "so many per cent, such as "
		  "2.5, of each day", &r->percent, NULL },
		{ "per-agent", 0, OPT_COUNT, "N", "so many calls of each "
		  "agent, evenly over the days", &r->per_agent, NULL },
		{ "per-service", 0, OPT_COUNT, "N", "the same of each "
		  "service", &r->per_service, NULL },
		{ "pick", 0, OPT_TEXT, "WHICH:N", "of these, the longest:N or "
		  "shortest:N; or alone", &r->pick, NULL },
		{ "exclude-drawn", 0, OPT_FLAG, NULL, "nothing that was ever "
		  "drawn before", &w->o.excludes_drawn, NULL },
		{ "seed", 0, OPT_TEXT, "TEXT", "in the place of one made up",
		  &r->seed, NULL },
		{ "evaluators", 0, OPT_TEXT, "A,B,...", "deal the calls out "
		  "to them", &r->evaluators, NULL },
		{ "calibration", 0, OPT_COUNT, "N", "so many of the calls go "
		  "to every evaluator", &r->calibration, NULL },
		{ 0 },
	};

	opt_add(t, rows);
}

static void
add_output(struct opt_table *t, struct words *w)
{
	const struct opt rows[] = {
		{ "record", 0, OPT_TEXT, "FILE", "a copy of the record; - is "
		  "standard output", &w->record, NULL },
		{ "redraw", 0, OPT_TEXT, "FILE", "make the draw of a record "
		  "again and compare", &w->redraw, NULL },
		{ "format", 'f', OPT_WORD, "WORD", "table, ndjson or csv",
		  &w->format, print_formats },
		{ 0 },
	};

	opt_add(t, rows);
}

/* A draw made again takes everything from its record. */
static int
check_redraw(const struct opt_table *t, const struct words *w,
	     struct ark_error *err)
{
	static const char *const goes[] = {
		"redraw", "format", "config", "archive", "verbose", "quiet",
		"log-format", "color", "help",
	};

	if (w->format == PRINT_CSV)
		return error_set(err, ARK_EUSAGE, "--redraw tells by --format "
				 "table or ndjson");
	for (size_t i = 0; i < t->n; i++) {
		bool is_fine = !t->given[i];

		for (size_t k = 0; k < sizeof(goes) / sizeof(goes[0]); k++)
			is_fine |= !strcmp(t->rows[i].name, goes[k]);
		if (!is_fine)
			return error_set(err, ARK_EUSAGE, "--%s: leave it out, "
					 "--redraw takes everything from the "
					 "record", t->rows[i].name);
	}
	return 0;
}

static int
redraw(struct cli *cli, const struct words *w, struct sample_output *out,
       struct ark_error *err)
{
	const struct ark_redraw_options o = {
		.path = w->redraw, .difference = redraw_print, .ctx = out,
		.listener = cli->listener,
	};
	struct ark_redraw_totals totals;
	int rc, printed = 0;

	rc = ark_redraw(cli->config, &o, &totals, err);
	if (!rc || rc == ARK_EINCOMPLETE)
		printed = redraw_print_end(out, &totals);
	return printed ? printed : rc;
}

/* The copy of the record gets its name once there is a draw. */
static int
sample(struct cli *cli, struct words *w, struct sample_output *out,
       struct ark_error *err)
{
	struct ark_error later = { 0 };
	struct output copy;
	int rc, end;

	rc = output_open(&copy, "record", w->record, err);
	if (rc)
		return rc;
	if (w->record) {
		out->is_silent = !copy.path;
		if (out->is_silent)
			w->o.call = NULL;
		w->o.put = output_put;
		w->o.put_ctx = &copy;
	}
	rc = ark_sample(cli->config, &w->o, err);
	if (!rc)
		sample_print_end(out);
	end = output_close(&copy, out->was_drawn, &later);
	if (!end)
		return rc;
	(void)cli_fail(cli, rc, err);
	*err = later;
	return end;
}

int
cmd_sample(struct cli *cli, int argc, char **argv)
{
	struct words w = {
		.o = { .draw = sample_print_draw, .call = sample_print_call,
		       .listener = cli->listener },
		.format = PRINT_TABLE,
	};
	struct sample_output out = { .cli = cli, .rules = &w.o.rules };
	struct ark_filter *filter = NULL;
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	int rc;

	rc = ark_filter_new(&filter, &err);
	if (rc)
		return cli_fail(cli, rc, &err);
	cli_add_range(&t, &w.o.range);
	add_rules(&t, &w);
	add_output(&t, &w);
	opt_add_filters(&t, filter);
	rc = cli_begin(cli, &t, argc, argv, &err);
	if (!rc && w.redraw)
		rc = check_redraw(&t, &w, &err);
	if (!rc) {
		w.o.filter = filter;
		w.o.ctx = &out;
		out.format = (enum print_format)w.format;
		rc = w.redraw ? redraw(cli, &w, &out, &err) :
				sample(cli, &w, &out, &err);
	}
	ark_filter_free(filter);
	return cli_fail(cli, rc, &err);
}
