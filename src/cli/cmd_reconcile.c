/* callark reconcile */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "callark/reconcile.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "json/tree.h"
#include "model/time.h"

enum { AS_TEXT, AS_NDJSON, AS_CSV };

struct reconcile_output {
	int format;
	bool wants_all, wants_sums;
	int64_t explained;		/* that were not shown */
};

static int
written(struct buf *line)
{
	int rc = line->rc;

	if (!rc && line->len)
		fputs(buf_text(line), stdout);
	buf_release(line);
	return rc ? rc : ferror(stdout) ? ARK_EDISK : 0;
}

/* ---- NDJSON ----------------------------------------------------------- */

static int
end_json(struct json_tree *t)
{
	struct buf line = BUF_INIT((size_t)64 << 20);
	int rc = json_print(t, false, &line, NULL);

	json_tree_free(t);
	(void)buf_addc(&line, '\n');
	if (!rc)
		return written(&line);
	buf_release(&line);
	return rc;
}

static struct json_tree *
begin_json(const char *type, int32_t day)
{
	struct json_tree *t = json_tree_new();
	char text[DAY_SIZE];

	day_format(text, day);
	json_put_text(t, "type", type);
	json_put_text(t, "day", text);
	return t;
}

static void
put_sums(struct json_tree *t, const struct ark_reconcile_sums *s)
{
	json_put_int(t, "calls", s->calls);
	json_put_int(t, "attended_voice_log", s->attended[ARK_VOICE_LOG]);
	json_put_int(t, "attended_service_history",
		     s->attended[ARK_SERVICE_HISTORY]);
	json_put_int(t, "attended_audio_links", s->attended[ARK_AUDIO_LINKS]);
	json_put_int(t, "recordings", s->recordings);
	json_put_int(t, "archived", s->archived);
	json_put_int(t, "unmeasured", s->unmeasured);
	json_put_int(t, "talk_s", s->talk_s);
	json_put_int(t, "audio_ms", s->audio_ms);
	json_put_int(t, "explained", s->explained);
	json_put_int(t, "unexplained", s->unexplained);
}

static int
discrepancy_json(const struct ark_discrepancy *d)
{
	struct json_tree *t = begin_json("discrepancy", d->day);
	char start[MOMENT_SIZE];

	json_put_text(t, "kind", ark_discrepancy_name(d->kind));
	json_put_bool(t, "explained", d->is_explained);
	json_put_text(t, "detail", d->detail);
	json_put_text(t, "protocol", d->protocol);
	if (d->start_s >= 0)
		moment_format(start, d->start_s);
	json_put_text(t, "start", d->start_s >= 0 ? start : NULL);
	json_put_text(t, "service", d->service);
	json_put_text(t, "agent", d->agent);
	json_put_text(t, "agent_email", d->agent_email);
	json_open_object(t, "ids");
	for (int i = 0; i < ARK_CALL_ROUTES; i++) {
		if (*d->ids[i])
			json_put_text(t, ark_route_name((enum ark_route)i),
				      d->ids[i]);
	}
	json_close(t);
	return end_json(t);
}

static void
put_listing(struct json_tree *t, const char *name,
	    const struct ark_reconcile_listing *l)
{
	char at[CLOCK_UTC_SIZE];

	json_open_object(t, name);
	json_put_bool(t, "asked", l->was_asked);
	json_put_bool(t, "complete", l->is_complete);
	if (l->complete_s >= 0) {
		clock_utc(at, l->complete_s);
		json_put_text(t, "complete_at", at);
	}
	if (*l->flaw)
		json_put_text(t, "flaw", l->flaw);
	if (l->total >= 0)
		json_put_int(t, "platform_total", l->total);
	json_put_int(t, "documents", l->documents);
	json_close(t);
}

static void
put_kinds(struct json_tree *t, const char *name, const int64_t *counts)
{
	json_open_object(t, name);
	for (int i = 0; i < ARK_N_DISCREPANCIES; i++) {
		if (counts[i])
			json_put_int(t, ark_discrepancy_name(
				     (enum ark_discrepancy_kind)i), counts[i]);
	}
	json_close(t);
}

static int
day_json(const struct ark_reconciled_day *d)
{
	struct json_tree *t = begin_json("day", d->day);

	json_put_bool(t, "proved", d->is_proved);
	put_sums(t, &d->sums);
	put_kinds(t, "explained_kinds", d->explained);
	put_kinds(t, "unexplained_kinds", d->unexplained);
	json_open_object(t, "listings");
	for (int i = 0; i < ARK_CALL_ROUTES; i++)
		put_listing(t, ark_route_name((enum ark_route)i),
			    &d->listings[i]);
	json_close(t);
	return end_json(t);
}

static int
line_json(const struct ark_reconcile_line *l)
{
	struct json_tree *t = begin_json("sums", l->day);

	json_put_text(t, "service", l->service);
	json_put_text(t, "agent", l->agent);
	json_put_text(t, "agent_email", l->agent_email);
	put_sums(t, &l->sums);
	return end_json(t);
}

/* ---- CSV -------------------------------------------------------------- */

static void
csv_head(const struct reconcile_output *o)
{
	fputs(o->wants_sums ?
	      "day,service,agent,agent_email,calls,attended_voice_log,"
	      "attended_service_history,attended_audio_links,recordings,"
	      "archived,unmeasured,talk_s,audio_ms,explained,unexplained\r\n" :
	      "day,start,kind,explained,protocol,service,agent,agent_email,"
	      "service_history_id,voice_log_id,audio_links_id,detail\r\n",
	      stdout);
}

static void
csv_cells(struct buf *line, const char *const *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		(void)buf_addc(line, ',');
		text_csv_cell(line, cells[i], ',');
	}
}

static int
discrepancy_csv(const struct ark_discrepancy *d)
{
	struct buf line = BUF_INIT((size_t)64 << 20);
	char day[DAY_SIZE], start[MOMENT_SIZE] = "";
	const char *const cells[] = {
		start, ark_discrepancy_name(d->kind),
		d->is_explained ? "yes" : "no", d->protocol, d->service,
		d->agent, d->agent_email, d->ids[ARK_SERVICE_HISTORY],
		d->ids[ARK_VOICE_LOG], d->ids[ARK_AUDIO_LINKS], d->detail,
	};

	day_format(day, d->day);
	if (d->start_s >= 0)
		moment_format(start, d->start_s);
	(void)buf_adds(&line, day);
	csv_cells(&line, cells, sizeof(cells) / sizeof(cells[0]));
	(void)buf_adds(&line, "\r\n");
	return written(&line);
}

static int
line_csv(const struct ark_reconcile_line *l)
{
	const struct ark_reconcile_sums *s = &l->sums;
	const char *const cells[] = { l->service, l->agent, l->agent_email };
	const int64_t numbers[] = {
		s->calls, s->attended[ARK_VOICE_LOG],
		s->attended[ARK_SERVICE_HISTORY],
		s->attended[ARK_AUDIO_LINKS], s->recordings, s->archived,
		s->unmeasured, s->talk_s, s->audio_ms, s->explained,
		s->unexplained,
	};
	struct buf line = BUF_INIT((size_t)64 << 20);
	char day[DAY_SIZE];

	day_format(day, l->day);
	(void)buf_adds(&line, day);
	csv_cells(&line, cells, sizeof(cells) / sizeof(cells[0]));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)buf_addf(&line, ",%" PRId64, numbers[i]);
	(void)buf_adds(&line, "\r\n");
	return written(&line);
}

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
		if (!l->was_asked)
			printf("never asked; callark sync%s does\n",
			       i == ARK_AUDIO_LINKS ? "" : " --reports");
		else
			printf("not listed completely%s%s%s\n", *l->flaw ?
			       " (" : "", l->flaw, *l->flaw ? ")" : "");
	}
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
		return discrepancy_json(d);
	if (o->format == AS_CSV)
		return o->wants_sums ? 0 : discrepancy_csv(d);
	if (!d->is_explained || o->wants_all)
		discrepancy_text(d);
	else
		o->explained++;
	return ferror(stdout) ? ARK_EDISK : 0;
}

static int
print_line(void *ctx, const struct ark_reconcile_line *l)
{
	const struct reconcile_output *o = ctx;

	if (o->format == AS_NDJSON)
		return line_json(l);
	if (!o->wants_sums)
		return 0;
	if (o->format == AS_CSV)
		return line_csv(l);
	line_text(l);
	return ferror(stdout) ? ARK_EDISK : 0;
}

static int
print_day(void *ctx, const struct ark_reconciled_day *d)
{
	const struct reconcile_output *o = ctx;

	if (o->format == AS_NDJSON)
		return day_json(d);
	if (o->format == AS_TEXT)
		day_text(d);
	return ferror(stdout) ? ARK_EDISK : 0;
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
			csv_head(&out);
		rc = ark_reconcile(cli->config, &o, &totals, &err);
		if (!rc || rc == ARK_EINCOMPLETE)
			print_totals(&out, &totals);
	}
	ark_filter_free(filter);
	return cli_fail(cli, rc, &err);
}
