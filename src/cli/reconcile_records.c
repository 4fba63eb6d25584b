#include "cli/reconcile_records.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/print.h"
#include "json/tree.h"
#include "model/time.h"

/* ---- NDJSON ----------------------------------------------------------- */

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
	for (int i = 0; i < ARK_N_RECONCILE_SUMS; i++) {
		const char *name;
		int64_t n = ark_reconcile_sum(s, i, &name);

		json_put_int(t, name, n);
	}
}

int
reconcile_ndjson_discrepancy(const struct ark_discrepancy *d)
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
	return print_end(print_tree(t));
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

int
reconcile_ndjson_day(const struct ark_reconciled_day *d)
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
	json_put_text(t, "statement", *d->statement ? d->statement : NULL);
	return print_end(print_tree(t));
}

int
reconcile_ndjson_line(const struct ark_reconcile_line *l)
{
	struct json_tree *t = begin_json("sums", l->day);

	json_put_text(t, "service", l->service);
	json_put_text(t, "agent", l->agent);
	json_put_text(t, "agent_email", l->agent_email);
	put_sums(t, &l->sums);
	return print_end(print_tree(t));
}

/* ---- CSV -------------------------------------------------------------- */

void
reconcile_csv_head(bool wants_sums)
{
	static const struct ark_reconcile_sums none;

	if (!wants_sums) {
		fputs("day,start,kind,explained,protocol,service,agent,"
		      "agent_email,service_history_id,voice_log_id,"
		      "audio_links_id,detail\r\n", stdout);
		return;
	}
	fputs("day,service,agent,agent_email", stdout);
	for (int i = 0; i < ARK_N_RECONCILE_SUMS; i++) {
		const char *name;

		(void)ark_reconcile_sum(&none, i, &name);
		printf(",%s", name);
	}
	fputs("\r\n", stdout);
}

static void
csv_cells(struct buf *line, const char *const *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		(void)buf_addc(line, ',');
		text_csv_cell(line, cells[i], ',');
	}
}

int
reconcile_csv_discrepancy(const struct ark_discrepancy *d)
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
	return print_end(print_buf(&line));
}

int
reconcile_csv_line(const struct ark_reconcile_line *l)
{
	const char *const cells[] = { l->service, l->agent, l->agent_email };
	struct buf line = BUF_INIT((size_t)64 << 20);
	char day[DAY_SIZE];

	day_format(day, l->day);
	(void)buf_adds(&line, day);
	csv_cells(&line, cells, sizeof(cells) / sizeof(cells[0]));
	for (int i = 0; i < ARK_N_RECONCILE_SUMS; i++) {
		const char *name;

		(void)buf_addf(&line, ",%" PRId64,
			       ark_reconcile_sum(&l->sums, i, &name));
	}
	(void)buf_adds(&line, "\r\n");
	return print_end(print_buf(&line));
}
