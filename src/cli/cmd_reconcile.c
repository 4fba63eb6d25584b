/* callark reconcile */
#include <inttypes.h>
#include <stdio.h>

#include "callark/reconcile.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "cli/reconcile_records.h"
#include "model/time.h"

enum { AS_TEXT, AS_NDJSON, AS_CSV };

struct reconcile_output {
	int format;
	bool wants_all, wants_sums;
	int64_t explained;		/* that were not shown */
};

/* ---- text ------------------------------------------------------------- */

static void
discrepancy_text(const struct ark_discrepancy *d)
{
	char day[DAY_SIZE], start[MOMENT_SIZE] = "           ";

	day_format(day, d->day);
	if (d->start_s >= 0)
		moment_format(start, d->start_s);
	printf("%s %-8s %-11s %-26s ", day, start + 11,
	       d->is_explained ? "explained" : "UNEXPLAINED",
	       ark_discrepancy_name(d->kind));
	print_padded(d->protocol, 20);
	print_padded(d->agent, 20);
	print_safe(d->detail);
	putchar('\n');
}

static void
line_text(const struct ark_reconcile_line *l)
{
	const struct ark_reconcile_sums *s = &l->sums;
	char day[DAY_SIZE];

	day_format(day, l->day);
	printf("%s ", day);
	print_padded(l->service, 20);
	print_padded(l->agent, 20);
	printf("%6" PRId64 " calls %6" PRId64 " recordings %6" PRId64
	       " archived %5" PRId64 " unexplained\n", s->calls, s->recordings,
	       s->archived, s->unexplained);
}

static void
print_flaw(const struct ark_reconcile_listing *l)
{
	if (!*l->flaw)
		return;
	fputs(" (", stdout);
	print_safe(l->flaw);
	putchar(')');
}

static void
day_text(const struct ark_reconciled_day *d)
{
	const struct ark_reconcile_sums *s = &d->sums;
	char day[DAY_SIZE];

	day_format(day, d->day);
	printf("%s %" PRId64 " calls attended (%" PRId64 " by voice-log, %"
	       PRId64 " by service-history), %" PRId64 " recordings, %" PRId64
	       " archived: %" PRId64 " unexplained, %" PRId64 " explained\n",
	       day, s->calls, s->attended[ARK_VOICE_LOG],
	       s->attended[ARK_SERVICE_HISTORY], s->recordings, s->archived,
	       s->unexplained, s->explained);
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		const struct ark_reconcile_listing *l = &d->listings[i];

		if (l->is_complete)
			continue;
		printf("%s nothing is proved: %s was ", day,
		       ark_route_name((enum ark_route)i));
		if (!l->was_asked) {
			printf("never asked; callark sync%s does\n",
			       i == ARK_AUDIO_LINKS ? "" : " --reports");
			continue;
		}
		fputs("not listed completely", stdout);
		print_flaw(l);
		putchar('\n');
	}
	if (*d->statement)
		printf("%s statement %s%s\n", day, d->statement,
		       d->is_statement_new ? "" : ", as before");
}

static void
print_totals(const struct reconcile_output *o,
	     const struct ark_reconcile_totals *t)
{
	if (o->format != AS_TEXT)
		return;
	if (o->explained)
		printf("\n%" PRId64 " explained are not shown; --all shows "
		       "them\n", o->explained);
	printf("\n%" PRId64 " days, %" PRId64 " calls attended, %" PRId64
	       " archived: ", t->days, t->sums.calls, t->sums.archived);
	if (t->days_unproved)
		printf("%" PRId64 " days NOT proved, ", t->days_unproved);
	if (t->sums.unexplained)
		printf("%" PRId64 " NOT explained\n", t->sums.unexplained);
	else
		puts("nothing is unexplained");
}

/* ---- the command ------------------------------------------------------ */

static int
print_discrepancy(void *ctx, const struct ark_discrepancy *d)
{
	struct reconcile_output *o = ctx;

	if (o->format == AS_NDJSON)
		return reconcile_ndjson_discrepancy(d);
	if (o->format == AS_CSV)
		return o->wants_sums ? 0 : reconcile_csv_discrepancy(d);
	if (!d->is_explained || o->wants_all)
		discrepancy_text(d);
	else
		o->explained++;
	return print_end(0);
}

static int
print_line(void *ctx, const struct ark_reconcile_line *l)
{
	const struct reconcile_output *o = ctx;

	if (o->format == AS_NDJSON)
		return reconcile_ndjson_line(l);
	if (!o->wants_sums)
		return 0;
	if (o->format == AS_CSV)
		return reconcile_csv_line(l);
	line_text(l);
	return print_end(0);
}

static int
print_day(void *ctx, const struct ark_reconciled_day *d)
{
	const struct reconcile_output *o = ctx;

	if (o->format == AS_NDJSON)
		return reconcile_ndjson_day(d);
	if (o->format == AS_TEXT)
		day_text(d);
	return print_end(0);
}

int
cmd_reconcile(struct cli *cli, int argc, char **argv)
{
	static const char *const formats[] = { "text", "ndjson", "csv", NULL };
	struct reconcile_output out = { .format = AS_TEXT };
	struct ark_reconcile_options o = {
		.tolerance_s = ARK_RECONCILE_TOLERANCE_S,
		.discrepancy = print_discrepancy, .line = print_line,
		.day = print_day, .ctx = &out, .listener = cli->listener,
	};
	struct ark_reconcile_totals totals;
	struct ark_filter *filter = NULL;
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	const struct opt rows[] = {
		{ "tolerance", 0, OPT_SECONDS, "SPAN", "how far two lengths may "
		  "differ; 5s", &o.tolerance_s, NULL },
		{ "format", 'f', OPT_WORD, "WORD", "text, ndjson or csv",
		  &out.format, formats },
		{ "sums", 0, OPT_FLAG, NULL, "sums of each agent and service; "
		  "in CSV in place of the discrepancies", &out.wants_sums,
		  NULL },
		{ "statement", 0, OPT_FLAG, NULL, "put what came of each day "
		  "into its bag", &o.makes_statements, NULL },
		{ "all", 0, OPT_FLAG, NULL, "what is explained too (text)",
		  &out.wants_all, NULL },
		{ 0 },
	};
	int rc;

	rc = ark_filter_new(&filter, &err);
	if (rc)
		return cli_fail(cli, rc, &err);
	cli_add_range(&t, &o.range);
	opt_add(&t, rows);
	opt_add_filters(&t, filter);
	rc = cli_begin(cli, &t, argc, argv, &err);
	if (!rc) {
		o.filter = filter;
		if (out.format == AS_CSV)
			reconcile_csv_head(out.wants_sums);
		rc = ark_reconcile(cli->config, &o, &totals, &err);
		if (!rc || rc == ARK_EINCOMPLETE)
			print_totals(&out, &totals);
	}
	ark_filter_free(filter);
	return cli_fail(cli, rc, &err);
}
