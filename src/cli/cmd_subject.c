/* callark subject */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "callark/subject.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "json/tree.h"
#include "model/time.h"

#define MAX_LINE 1024	/* bytes of a word that is read from standard input */
#define MAX_OUTPUT 65536	/* of one item */
#define NO_FORMAT (-1)		/* none was named */

/* ---- items ------------------------------------------------------------- */

/* The report that an item is of, as far as that is known. */
static const char *
report_of(const struct ark_held *h)
{
	return h->route < ARK_N_ROUTES ? ark_route_name(h->route) : "unknown";
}

/* What there is of an item: the state of a recording, or that it is listed. */
static const char *
state_of(const struct ark_held *h)
{
	if (h->route == ARK_AUDIO_LINKS)
		return ark_state_name(h->state);
	if (h->route == ARK_N_ROUTES)
		return "unreadable";
	return h->has_vanished ? "vanished" : "listed";
}

static void
print_row(const struct ark_held *h)
{
	char start[MOMENT_SIZE];

	moment_format(start, h->start_s);
	printf("%-19s %-27s %-12s ", start, report_of(h),
	       ark_subject_match_name(h->match));
	print_padded(h->id, 36);
	puts(h->path);
}

static int
print_json(const struct ark_held *h)
{
	struct json_tree *t = json_tree_new();
	char start[MOMENT_SIZE], day[DAY_SIZE];

	moment_format(start, h->start_s);
	day_format(day, h->day);
	json_put_text(t, "report", report_of(h));
	json_put_text(t, "id", h->id);
	json_put_text(t, "day", day);
	json_put_text(t, "start", start);
	json_put_text(t, "match", ark_subject_match_name(h->match));
	json_put_text(t, "state", state_of(h));
	json_put_int(t, "versions", h->versions);
	json_put_text(t, "path", h->path);
	if (h->bytes >= 0)
		json_put_int(t, "bytes", h->bytes);
	else
		json_put_null(t, "bytes");
	return print_tree(t);
}

static int
print_csv(const struct ark_held *h)
{
	struct buf line = BUF_INIT(MAX_OUTPUT);
	char start[MOMENT_SIZE], day[DAY_SIZE];

	moment_format(start, h->start_s);
	day_format(day, h->day);
	buf_addf(&line, "%s,", report_of(h));
	text_csv_cell(&line, h->id, ',');
	buf_addf(&line, ",%s,%s,%s,%s,%d,", day, start,
		 ark_subject_match_name(h->match), state_of(h), h->versions);
	text_csv_cell(&line, h->path, ',');
	buf_addc(&line, ',');
	if (h->bytes >= 0)
		buf_addf(&line, "%" PRId64, h->bytes);
	buf_adds(&line, "\r\n");
	return print_buf(&line);
}

struct items {
	enum print_format format;
	int64_t n;
};

static void
print_item_head(enum print_format format)
{
	if (format == PRINT_CSV)
		printf("report,id,day,start,match,state,versions,path,bytes"
		       "\r\n");
	if (format == PRINT_TABLE)
		printf("%-19s %-27s %-12s %-36s %s\n", "start", "report",
		       "match", "id", "path");
}

/* ark_held_fn */
static int
print_item(void *ctx, const struct ark_held *h)
{
	struct items *items = ctx;
	int rc = 0;

	if (!items->n++)
		print_item_head(items->format);
	if (items->format == PRINT_NDJSON)
		rc = print_json(h);
	else if (items->format == PRINT_CSV)
		rc = print_csv(h);
	else
		print_row(h);
	return print_end(rc);
}

/* ---- the word ---------------------------------------------------------- */

/* "-": the first line of standard input, which no list of processes shows. */
static int
read_word(char line[MAX_LINE], const char **word, struct ark_error *err)
{
	if (strcmp(*word, "-") != 0)
		return 0;
	if (!fgets(line, MAX_LINE, stdin))
		return error_set(err, ARK_EUSAGE, "standard input has no line "
				 "to search for");
	if (!strchr(line, '\n') && !feof(stdin))
		return error_set(err, ARK_EUSAGE, "the line to search for is "
				 "longer than %d bytes", MAX_LINE);
	line[strcspn(line, "\r\n")] = 0;
	*word = line;
	return 0;
}

/* What is to be done. */
struct request {
	bool is_export;
	const char *folder;
	struct ark_subject_options options;
};

static int
take_words(struct request *r, struct cli *cli, char line[MAX_LINE],
	   struct ark_error *err)
{
	const char *verb = cli->words[0];
	size_t at = 1;

	r->is_export = verb && !strcmp(verb, "export");
	if (!verb || (!r->is_export && strcmp(verb, "find") != 0))
		return error_set(err, ARK_EUSAGE, "subject takes find or "
				 "export; see callark subject --help");
	if (r->is_export)
		r->folder = cli->words[at++];
	r->options.word = cli->words[at];
	if (!r->options.word)
		return error_set(err, ARK_EUSAGE, "subject %s takes %sthe word "
				 "to search for", verb,
				 r->is_export ? "a folder and " : "");
	if (!r->is_export && cli->words[at + 1])
		return error_set(err, ARK_EUSAGE, "subject find takes one "
				 "word; what has spaces in it needs quotes "
				 "around it");
	return read_word(line, &r->options.word, err);
}

/* Of the options that only one of both verbs has. */
static int
check_options(const struct request *r, int format, struct ark_error *err)
{
	if (r->is_export && format != NO_FORMAT)
		return error_set(err, ARK_EUSAGE, "--format goes with subject "
				 "find only");
	if (!r->is_export && r->options.has_partly)
		return error_set(err, ARK_EUSAGE, "--partly goes with subject "
				 "export only");
	return 0;
}

static int
run_export(struct cli *cli, const struct request *r, struct ark_error *err)
{
	struct ark_subject_totals t;
	int rc;

	rc = ark_subject_export(cli->config, &r->options, r->folder, &t, err);
	if (t.documents)
		printf("%" PRId64 " recordings, %" PRId64 " documents, %"
		       PRId64 " versions, %" PRId64 " bytes of recordings\n",
		       t.recordings, t.documents, t.versions, t.bytes);
	if (t.attachments)
		printf("%" PRId64 " attachments of conversations\n",
		       t.attachments);
	if (t.partly_left_out && !cli->is_quiet)
		fprintf(stderr, "callark: %" PRId64 " items were left out: a "
			"telephone number without area code may be somebody "
			"else's; --partly takes them in\n",
			t.partly_left_out);
	return rc;
}

static void
add_options(struct opt_table *t, struct request *r, int *kind, int *format)
{
	static const char *const kinds[] = {
		"cpf", "cnpj", "phone", "email", "protocol", NULL,
	};
	const struct opt rows[] = {
		{ "kind", 'k', OPT_WORD, "WORD", "cpf, cnpj, phone, email or "
		  "protocol; else it is found out", kind, kinds },
		{ "unchecked", 0, OPT_FLAG, NULL, "a CPF or CNPJ with wrong "
		  "check digits, too", &r->options.is_unchecked, NULL },
		{ "format", 'f', OPT_WORD, "WORD", "find: table, ndjson or "
		  "csv", format, print_formats },
		{ "partly", 0, OPT_FLAG, NULL, "export: also what agrees only "
		  "but for a missing area code", &r->options.has_partly, NULL },
		{ 0 },
	};

	cli_add_range(t, &r->options.range);
	opt_add(t, rows);
}

int
cmd_subject(struct cli *cli, int argc, char **argv)
{
	static const enum print_format formats[] = {
		PRINT_TABLE, PRINT_NDJSON, PRINT_CSV,
	};
	struct request r = { .options.listener = cli->listener };
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	int kind = ARK_SUBJECT_ANY_KIND, format = NO_FORMAT, rc;
	char line[MAX_LINE];
	struct items items;

	cli->takes_words = 3;
	cli->has_private_words = true;
	add_options(&t, &r, &kind, &format);
	rc = cli_begin(cli, &t, argc, argv, &err);
	if (!rc)
		rc = take_words(&r, cli, line, &err);
	if (!rc)
		rc = check_options(&r, format, &err);
	r.options.kind = kind;
	items = (struct items){
		.format = formats[format == NO_FORMAT ? 0 : format],
	};
	if (!rc && r.is_export)
		rc = run_export(cli, &r, &err);
	else if (!rc)
		rc = ark_subject_find(cli->config, &r.options, print_item,
				      &items, &err);
	return cli_fail(cli, rc, &err);
}
