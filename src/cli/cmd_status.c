/* callark status */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "callark/archive.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "json/tree.h"
#include "model/time.h"

#define ITEMS_SHOWN 20

struct status_output {
	int format;
	bool wants_items, has_head, is_open;
	int64_t items, archived, bytes, days;
};

static int
print_facts(void *ctx, const struct ark_archive_facts *f)
{
	struct status_output *o = ctx;
	char last[CLOCK_UTC_SIZE] = "never";

	if (o->format != PRINT_TABLE)
		return 0;
	if (f->last_run_s >= 0)
		clock_utc(last, f->last_run_s);
	printf("archive       %s\norganisation  ", f->root);
	print_safe(f->organization);
	printf("\ntime zone     %s\nlast run      %s\n", f->time_zone, last);
	if (*f->dialect)
		printf("learned       %s\n", f->dialect);
	putchar('\n');
	return 0;
}

static const char *
day_word(const struct ark_day *d)
{
	bool is_open = d->counts[ARK_DEFERRED] || d->counts[ARK_QUARANTINED] ||
		       d->counts[ARK_FAILED] || d->counts[ARK_GONE] ||
		       d->oddities;

	if (!d->was_asked)
		return "not asked";
	if (d->is_current && !d->is_complete && !is_open)
		return "so far";
	if (!d->is_complete)
		return "incomplete";
	if (is_open)
		return "open";
	return d->listed ? "complete" : "empty";
}

static void
print_day_table(struct status_output *o, const struct ark_day *d)
{
	char day[DAY_SIZE], bytes[24], first[MOMENT_SIZE] = "", last[MOMENT_SIZE] = "";

	if (!o->has_head)
		printf("%-10s %-10s %7s %8s %7s %7s %7s %6s %5s %6s %10s "
		       "%-8s %s\n", "day", "state", "listed", "archived",
		       "no-link", "exclud", "deferrd", "failed", "gone",
		       "quarnt", "bytes", "first", "last");
	o->has_head = true;
	day_format(day, d->day);
	text_bytes(bytes, d->bytes);
	if (d->first_s >= 0)
		moment_format(first, d->first_s);
	if (d->last_s >= 0)
		moment_format(last, d->last_s);
	printf("%-10s %-10s %7" PRId64 " %8" PRId64 " %7" PRId64 " %7" PRId64
	       " %7" PRId64 " %6" PRId64 " %5" PRId64 " %6" PRId64
	       " %10s %-8s %s\n", day, day_word(d), d->listed,
	       d->counts[ARK_ARCHIVED], d->counts[ARK_NO_LINK],
	       d->counts[ARK_EXCLUDED], d->counts[ARK_DEFERRED],
	       d->counts[ARK_FAILED], d->counts[ARK_GONE],
	       d->counts[ARK_QUARANTINED], bytes,
	       *first ? first + 11 : "", *last ? last + 11 : "");
	if (*d->flaw && strcmp(day_word(d), "so far"))
		printf("           %s\n", d->flaw);
}

static int
print_day_json(const struct ark_day *d)
{
	struct buf line = BUF_INIT(65536);
	struct json_tree *t = json_tree_new();
	char text[MOMENT_SIZE];
	int rc;

	day_format(text, d->day);
	json_put_text(t, "day", text);
	json_put_text(t, "state", day_word(d));
	json_put_int(t, "listed", d->listed);
	for (int i = ARK_ARCHIVED; i < ARK_N_STATES; i++)
		json_put_int(t, ark_state_name((enum ark_state)i),
			     d->counts[i]);
	if (d->total >= 0)
		json_put_int(t, "platform_total", d->total);
	json_put_int(t, "vanished", d->vanished);
	json_put_int(t, "odd_documents", d->oddities);
	json_put_int(t, "bytes", d->bytes);
	json_put_bool(t, "published", d->is_published);
	if (*d->flaw)
		json_put_text(t, "flaw", d->flaw);
	rc = json_print(t, false, &line, NULL);
	if (!rc)
		printf("%s\n", buf_text(&line));
	json_tree_free(t);
	buf_release(&line);
	return rc;
}

static void
print_day_csv(struct status_output *o, const struct ark_day *d)
{
	char day[DAY_SIZE];

	if (!o->has_head) {
		printf("day,state,listed");
		for (int i = ARK_ARCHIVED; i < ARK_N_STATES; i++)
			printf(",%s", ark_state_name((enum ark_state)i));
		printf(",bytes\r\n");
	}
	o->has_head = true;
	day_format(day, d->day);
	printf("%s,%s,%" PRId64, day, day_word(d), d->listed);
	for (int i = ARK_ARCHIVED; i < ARK_N_STATES; i++)
		printf(",%" PRId64, d->counts[i]);
	printf(",%" PRId64 "\r\n", d->bytes);
}

static int
print_day(void *ctx, const struct ark_day *d)
{
	struct status_output *o = ctx;
	const char *word = day_word(d);

	o->days++;
	o->archived += d->counts[ARK_ARCHIVED];
	o->bytes += d->bytes;
	o->is_open |= strcmp(word, "complete") && strcmp(word, "empty") &&
		      strcmp(word, "so far");
	if (o->format == PRINT_NDJSON)
		return print_day_json(d);
	if (o->format == PRINT_CSV)
		print_day_csv(o, d);
	else
		print_day_table(o, d);
	return 0;
}

static int
print_item(void *ctx, const char *id, int32_t day, enum ark_state state,
	   const char *reason, int attempts)
{
	struct status_output *o = ctx;
	char text[DAY_SIZE];

	if (o->format != PRINT_TABLE)
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
	char bytes[24];

	if (o->format != PRINT_TABLE)
		return;
	if (o->items > ITEMS_SHOWN && !o->wants_items)
		printf("and %" PRId64 " more; --items shows all\n",
		       o->items - ITEMS_SHOWN);
	text_bytes(bytes, o->bytes);
	printf("\n%" PRId64 " days, %" PRId64 " recordings, %s: %s\n", o->days,
	       o->archived, bytes, o->is_open ? "NOT complete" : "complete");
}

int
cmd_status(struct cli *cli, int argc, char **argv)
{
	struct status_output out = { .format = PRINT_TABLE };
	struct ark_status_options o = {
		.facts = print_facts, .day = print_day, .item = print_item,
		.ctx = &out,
	};
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	const struct opt rows[] = {
		{ "format", 'f', OPT_WORD, "WORD", "table, ndjson or csv",
		  &out.format, print_formats },
		{ "items", 0, OPT_FLAG, NULL, "every open item, not only the "
		  "first 20", &out.wants_items, NULL },
		{ 0 },
	};
	int rc;

	cli_add_range(&t, &o.range);
	opt_add(&t, rows);
	rc = cli_begin(cli, &t, argc, argv, &err);
	if (!rc)
		rc = ark_status(cli->config, &o, &err);
	else
		return cli_fail(cli, rc, &err);
	if (rc)
		return cli_fail(cli, rc, &err);
	print_totals(&out);
	return out.is_open ? ARK_EINCOMPLETE : ARK_OK;
}
