/* callark status */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "callark/archive.h"
#include "cli/calendar.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "cli/status_html.h"
#include "cli/status_records.h"
#include "model/time.h"

#define ITEMS_SHOWN 20

enum status_format {
	STATUS_TABLE, STATUS_NDJSON, STATUS_CSV, STATUS_CALENDAR, STATUS_HTML,
};

static const char *const formats[] = {
	"table", "ndjson", "csv", "calendar", "html", NULL,
};

struct status_output {
	const struct cli *cli;
	int format;
	bool wants_items, has_head;
	int64_t items;
	struct status_totals totals;
	struct calendar calendar;
	struct status_html page;
};

/* Whether people read it line by line. */
static bool
is_text(const struct status_output *o)
{
	return o->format == STATUS_TABLE || o->format == STATUS_CALENDAR;
}

/* ark_day_fn */
static int
take_day(void *ctx, const struct ark_day *d)
{
	struct status_output *o = ctx;
	enum cell cell = day_cell(d);

	o->totals.days++;
	o->totals.archived += d->counts[ARK_ARCHIVED];
	o->totals.bytes += d->bytes;
	o->totals.is_open |= cell == CELL_INCOMPLETE || cell == CELL_NOT_ASKED;
	return calendar_put(&o->calendar, d->day, cell);
}

static void
print_facts(const struct ark_archive_facts *f)
{
	char last[CLOCK_UTC_SIZE] = "never";

	if (f->last_run_s >= 0)
		clock_utc(last, f->last_run_s);
	printf("archive       %s\norganisation  ", f->root);
	print_safe(f->organization);
	printf("\ntime zone     %s\nlast run      %s\n", f->time_zone, last);
	if (*f->dialect)
		printf("learned       %s\n", f->dialect);
	putchar('\n');
}

/* ark_facts_fn; one day alone has no calendar above its line. */
static int
begin(void *ctx, const struct ark_archive_facts *f)
{
	struct status_output *o = ctx;
	const struct calendar *c = &o->calendar;

	calendar_cover(&o->calendar, f->from_day, f->to_day);
	if (o->format == STATUS_HTML)
		return status_html_begin(&o->page, f, c, &o->totals);
	if (!is_text(o))
		return 0;
	print_facts(f);
	if (o->format == STATUS_CALENDAR || c->first < c->last) {
		calendar_print(c, talk_wants_color(o->cli, stdout), stdout);
		if (o->format == STATUS_TABLE)
			putchar('\n');
	}
	return 0;
}

/* Behind the line of a day: its attachments, and what is not archived. */
static void
print_media(const struct ark_day_media *m)
{
	char bytes[24];

	text_bytes(bytes, m->bytes);
	printf("           attachments: %" PRId64 " listed, %" PRId64
	       " archived (%s)", m->listed, m->counts[ARK_ARCHIVED], bytes);
	for (int i = ARK_NO_LINK; i < ARK_N_STATES; i++) {
		if (m->counts[i])
			printf(", %" PRId64 " %s", m->counts[i],
			       ark_state_name((enum ark_state)i));
	}
	putchar('\n');
}

static void
print_day_head(void)
{
	printf("%-10s %-10s %7s %8s %7s %8s %8s %6s %5s %11s %10s %-8s %s\n",
	       "day", "state", "listed", "archived", "no-link", "excluded",
	       "deferred", "failed", "gone", "quarantined", "bytes", "first",
	       "last");
}

/* When the first and the last call began; a day without calls has neither. */
static void
print_times(const struct ark_day *d)
{
	char first[MOMENT_SIZE], last[MOMENT_SIZE];

	if (d->first_s < 0)
		return;
	moment_format(first, d->first_s);
	moment_format(last, d->last_s);
	printf(" %-8s %s", first + strlen("2024-12-30 "),
	       last + strlen("2024-12-30 "));
}

/* Below the line of a day: why it is not listed completely. */
static int
print_flaws(const struct ark_day *d)
{
	struct buf reports = BUF_INIT(1024);

	if (day_cell(d) == CELL_SO_FAR)
		return 0;
	if (*d->flaw) {
		printf("%11s", "");
		print_safe(d->flaw);
		putchar('\n');
	}
	day_missing(d, &reports);
	if (reports.len) {
		printf("%11s", "");
		buf_addc(&reports, '\n');
	}
	return print_buf(&reports);
}

static int
print_day_table(struct status_output *o, const struct ark_day *d)
{
	char day[DAY_SIZE], bytes[24];
	int rc;

	if (!o->has_head)
		print_day_head();
	o->has_head = true;
	day_format(day, d->day);
	text_bytes(bytes, d->bytes);
	printf("%-10s %-10s %7" PRId64 " %8" PRId64 " %7" PRId64 " %8" PRId64
	       " %8" PRId64 " %6" PRId64 " %5" PRId64 " %11" PRId64 " %10s",
	       day, day_word(d), d->listed, d->counts[ARK_ARCHIVED],
	       d->counts[ARK_NO_LINK], d->counts[ARK_EXCLUDED],
	       d->counts[ARK_DEFERRED], d->counts[ARK_FAILED],
	       d->counts[ARK_GONE], d->counts[ARK_QUARANTINED], bytes);
	print_times(d);
	putchar('\n');
	rc = print_flaws(d);
	if (d->media.listed)
		print_media(&d->media);
	return rc;
}

/* ark_day_fn */
static int
print_day(void *ctx, const struct ark_day *d)
{
	struct status_output *o = ctx;

	switch ((enum status_format)o->format) {
	case STATUS_NDJSON: return status_ndjson_day(d);
	case STATUS_CSV:
		if (!o->has_head)
			status_csv_head();
		o->has_head = true;
		return status_csv_day(d);
	case STATUS_TABLE: return print_day_table(o, d);
	case STATUS_HTML: return status_html_day(&o->page, d);
	case STATUS_CALENDAR: break;
	}
	return 0;
}

/* ark_open_item_fn */
static int
print_item(void *ctx, const char *id, int32_t day, enum ark_state state,
	   const char *reason, int attempts)
{
	struct status_output *o = ctx;
	char text[DAY_SIZE];

	if (o->format == STATUS_HTML)
		return status_html_item(&o->page, id, day, state, reason,
					attempts);
	if (!is_text(o))
		return 0;
	if (++o->items > ITEMS_SHOWN && !o->wants_items)
		return 0;
	if (o->items == 1)
		printf("\nOpen items:\n");
	day_format(text, day);
	printf("%-10s %-11s ", text, ark_state_name(state));
	print_padded(id, 36);
	printf("%3d tries  ", attempts);
	print_safe(reason);
	putchar('\n');
	return 0;
}

static void
print_totals(const struct status_output *o)
{
	const struct status_totals *t = &o->totals;
	char bytes[24];

	if (o->items > ITEMS_SHOWN && !o->wants_items)
		printf("and %" PRId64 " more; --items shows all\n",
		       o->items - ITEMS_SHOWN);
	text_bytes(bytes, t->bytes);
	printf("\n%" PRId64 " days, %" PRId64 " recordings, %s: %s\n", t->days,
	       t->archived, bytes, t->is_open ? "NOT complete" : "complete");
}

static int
run(struct status_output *out, struct ark_status_options *o,
    struct ark_error *err)
{
	int rc;

	out->page.items_shown = out->wants_items ? INT64_MAX : ITEMS_SHOWN;
	o->is_by_day = out->format == STATUS_HTML;
	rc = ark_status(out->cli->config, o, err);
	if (!rc && out->format == STATUS_HTML)
		rc = status_html_end(&out->page);
	if (!rc && is_text(out))
		print_totals(out);
	return rc;
}

int
cmd_status(struct cli *cli, int argc, char **argv)
{
	struct status_output out = {
		.cli = cli, .format = STATUS_TABLE, .calendar = CALENDAR_EMPTY,
	};
	struct ark_status_options o = {
		.overview = take_day, .facts = begin, .day = print_day,
		.item = print_item, .ctx = &out,
	};
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	const struct opt rows[] = {
		{ "format", 'f', OPT_WORD, "WORD", "table, ndjson, csv, "
		  "calendar or html", &out.format, formats },
		{ "items", 0, OPT_FLAG, NULL, "every open item, not only the "
		  "first 20 (of each day, in html)", &out.wants_items, NULL },
		{ 0 },
	};
	int rc;

	cli_add_range(&t, &o.range);
	opt_add(&t, rows);
	status_html_init(&out.page, stdout);
	rc = cli_begin(cli, &t, argc, argv, &err);
	if (!rc)
		rc = run(&out, &o, &err);
	status_html_release(&out.page);
	calendar_release(&out.calendar);
	if (rc)
		return cli_fail(cli, rc, &err);
	return out.totals.is_open ? ARK_EINCOMPLETE : ARK_OK;
}
