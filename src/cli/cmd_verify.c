/* callark verify */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "callark/archive.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "json/tree.h"
#include "model/time.h"

enum verify_format { VERIFY_TEXT, VERIFY_NDJSON };

static const char *const formats[] = { "text", "ndjson", NULL };

/* Names of others may be any bytes; JSON is UTF-8. */
static void
put_foreign(struct json_tree *t, const char *name, const char *text)
{
	struct buf safe = BUF_INIT(65536);

	if (!text_is_utf8(text, strlen(text))) {
		text_printable(&safe, text, strlen(text));
		text = buf_text(&safe);
	}
	json_put_text(t, name, text);
	buf_release(&safe);
}

static void
put_day(struct json_tree *t, int32_t day)
{
	char text[DAY_SIZE];

	if (day == ARK_NO_DAY) {
		json_put_null(t, "day");
		return;
	}
	day_format(text, day);
	json_put_text(t, "day", text);
}

static int
print_json(const struct ark_finding *f)
{
	struct json_tree *t = json_tree_new();

	json_put_text(t, "kind", "finding");
	put_day(t, f->day);
	json_put_text(t, "finding", ark_verdict_name(f->verdict));
	put_foreign(t, "path", f->path);
	json_put_text(t, "id", *f->id ? f->id : NULL);
	put_foreign(t, "detail", f->detail);
	return print_tree(t);
}

static void
put_counts(struct json_tree *t, const struct ark_verify_totals *v)
{
	json_put_int(t, "files", v->files);
	json_put_int(t, "bytes", v->bytes);
	for (int i = 0; i < ARK_N_VERDICTS; i++)
		json_put_int(t, ark_verdict_name((enum ark_verdict)i),
			     v->found[i]);
	json_put_int(t, "queued", v->repaired);
}

/* ark_verified_fn */
static int
print_day(void *ctx, int32_t day, const struct ark_verify_totals *v)
{
	const int *format = ctx;
	struct json_tree *t;

	if (*format != VERIFY_NDJSON)
		return 0;
	t = json_tree_new();
	json_put_text(t, "kind", "day");
	put_day(t, day);
	put_counts(t, v);
	return print_tree(t);
}

static int
print_summary(const struct ark_verify_totals *v, bool is_quick, int status)
{
	struct json_tree *t = json_tree_new();

	json_put_text(t, "kind", "summary");
	json_put_int(t, "days", v->days);
	put_counts(t, v);
	json_put_bool(t, "quick", is_quick);
	json_put_int(t, "exit", status);
	return print_tree(t);
}

/* ark_finding_fn */
static int
print_finding(void *ctx, const struct ark_finding *f)
{
	const int *format = ctx;

	if (*format == VERIFY_NDJSON)
		return print_json(f);
	printf("%-12s", ark_verdict_name(f->verdict));
	print_safe(f->path);
	if (*f->detail)
		fputs(": ", stdout);
	print_safe(f->detail);
	putchar('\n');
	return 0;
}

static void
print_totals(const struct ark_verify_totals *v, bool is_quick, bool is_bag)
{
	bool is_whole = true;
	char bytes[24];

	text_bytes(bytes, v->bytes);
	if (!is_bag)
		printf("%" PRId64 " days, ", v->days);
	printf("%" PRId64 " files, %s %s:", v->files, bytes,
	       is_quick ? "looked at" : "read");
	for (int i = 0; i < ARK_N_VERDICTS; i++) {
		if (!v->found[i])
			continue;
		printf("%s %" PRId64 " %s", is_whole ? "" : ",", v->found[i],
		       ark_verdict_name((enum ark_verdict)i));
		is_whole = false;
	}
	if (v->repaired)
		printf("; %" PRId64 " queued for the next sync", v->repaired);
	if (!is_whole)
		putchar('\n');
	else
		puts(is_quick ? " names and sizes agree" :
		     " everything agrees");
}

/* A bag by itself has no days, no archive, and nobody to fetch it again. */
static int
check_words(const struct cli *cli, const struct ark_verify_options *o,
	    const char *bag, struct ark_error *err)
{
	const struct ark_range_words *r = &o->range;

	if (!bag)
		return 0;
	if (!o->is_repairing && !cli->archive && !r->from && !r->to &&
	    !r->last && !r->day)
		return 0;
	return error_set(err, ARK_EUSAGE, "--bag is about one bag by itself: "
			 "it takes no range, no --repair and no --archive");
}

int
cmd_verify(struct cli *cli, int argc, char **argv)
{
	int format = VERIFY_TEXT, rc;
	struct ark_verify_options o = {
		.finding = print_finding, .day = print_day, .ctx = &format,
		.listener = cli->listener,
	};
	struct ark_verify_totals totals = { 0 };
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	const char *bag = NULL;
	const struct opt rows[] = {
		{ "quick", 0, OPT_FLAG, NULL, "names and sizes only; reads no "
		  "recording", &o.is_quick, NULL },
		{ "repair", 0, OPT_FLAG, NULL, "set bad recordings aside and "
		  "queue them for the next sync", &o.is_repairing, NULL },
		{ "bag", 0, OPT_TEXT, "DIR", "one BagIt bag by itself, of "
		  "whomever", &bag, NULL },
		{ "format", 'f', OPT_WORD, "WORD", "text or ndjson", &format,
		  formats },
		{ 0 },
	};

	cli_add_range(&t, &o.range);
	opt_add(&t, rows);
	rc = cli_begin(cli, &t, argc, argv, &err);
	if (!rc)
		rc = check_words(cli, &o, bag, &err);
	if (rc)
		return cli_fail(cli, rc, &err);
	rc = bag ? ark_verify_bag(cli->config, bag, &o, &totals, &err) :
		   ark_verify(cli->config, &o, &totals, &err);
	if (totals.is_finished && format == VERIFY_NDJSON &&
	    print_summary(&totals, o.is_quick, cli_exit_status(rc)))
		rc = error_nomem(&err);
	else if (totals.is_finished && format == VERIFY_TEXT &&
		 (!cli->is_quiet || rc))
		print_totals(&totals, o.is_quick, bag);
	return cli_fail(cli, rc, &err);
}
