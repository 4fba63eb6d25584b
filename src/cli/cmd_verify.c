/* callark verify */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "callark/archive.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "json/tree.h"
#include "model/time.h"

static const char *const formats[] = { "text", "ndjson", NULL };

static int
print_json(const struct ark_finding *f)
{
	struct buf line = BUF_INIT(65536);
	struct json_tree *t = json_tree_new();
	char day[DAY_SIZE];
	int rc;

	day_format(day, f->day);
	json_put_text(t, "finding", ark_verdict_name(f->verdict));
	json_put_text(t, "day", day);
	json_put_text(t, "path", f->path);
	json_put_text(t, "id", *f->id ? f->id : NULL);
	json_put_text(t, "detail", f->detail);
	rc = json_print(t, false, &line, NULL);
	if (!rc)
		printf("%s\n", buf_text(&line));
	json_tree_free(t);
	buf_release(&line);
	return rc;
}

static int
print_finding(void *ctx, const struct ark_finding *f)
{
	const int *format = ctx;

	if (*format == 1)
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
print_totals(const struct ark_verify_totals *v, bool is_quick)
{
	char bytes[24];

	text_bytes(bytes, v->bytes);
	printf("%" PRId64 " days, %" PRId64 " files, %s %s:", v->days,
	       v->files, bytes, is_quick ? "looked at" : "read");
	for (int i = 0; i <= ARK_VERIFY_UNREADABLE; i++) {
		if (v->found[i])
			printf(" %" PRId64 " %s", v->found[i],
			       ark_verdict_name((enum ark_verdict)i));
	}
	if (v->repaired)
		printf("; %" PRId64 " queued for the next sync", v->repaired);
	for (int i = 0; i <= ARK_VERIFY_UNREADABLE; i++) {
		if (v->found[i]) {
			putchar('\n');
			return;
		}
	}
	puts(is_quick ? " names and sizes agree" : " everything agrees");
}

int
cmd_verify(struct cli *cli, int argc, char **argv)
{
	int format = 0, rc;
	struct ark_verify_options o = {
		.finding = print_finding, .ctx = &format,
		.listener = cli->listener,
	};
	struct ark_verify_totals totals = { 0 };
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	const struct opt rows[] = {
		{ "quick", 0, OPT_FLAG, NULL, "names and sizes only; reads no "
		  "recording", &o.is_quick, NULL },
		{ "repair", 0, OPT_FLAG, NULL, "set bad recordings aside and "
		  "queue them for the next sync", &o.is_repairing, NULL },
		{ "format", 'f', OPT_WORD, "WORD", "text or ndjson", &format,
		  formats },
		{ 0 },
	};

	cli_add_range(&t, &o.range);
	opt_add(&t, rows);
	rc = cli_begin(cli, &t, argc, argv, &err);
	if (rc)
		return cli_fail(cli, rc, &err);
	rc = ark_verify(cli->config, &o, &totals, &err);
	if (format == 0 && (!rc || rc == ARK_EINTEGRITY) &&
	    (!cli->is_quiet || rc))
		print_totals(&totals, o.is_quick);
	return cli_fail(cli, rc, &err);
}
