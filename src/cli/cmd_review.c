/* callark review */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "callark/review.h"
#include "cli/cli.h"
#include "cli/collect.h"

static void
print_totals(const struct ark_review_totals *t, const char *folder)
{
	char bytes[24];

	text_bytes(bytes, t->bytes);
	printf("%" PRId64 " calls, %s of sound: %" PRId64 " copied, %" PRId64
	       " linked, %" PRId64 " converted", t->calls, bytes, t->copied,
	       t->linked, t->converted);
	if (t->unplayable)
		printf(", %" PRId64 " cannot be played", t->unplayable);
	printf("\nopen %s/index.html\n", folder);
}

static size_t
count_words(const struct cli *cli)
{
	size_t n = 0;

	while (n < CLI_MAX_WORDS && cli->words[n])
		n++;
	return n;
}

static int
collect(const struct cli *cli, int format, struct ark_error *err)
{
	size_t n = count_words(cli);

	if (n < 2)
		return error_set(err, ARK_EUSAGE, "review collect takes the "
				 "files that evaluators exported");
	return collect_print(cli->words + 1, n - 1, format, err);
}

static int
make(struct cli *cli, const struct ark_review_options *o, struct ark_error *err)
{
	const char *folder = cli->words[0];
	struct ark_review_totals t;
	int rc;

	if (!folder)
		return error_set(err, ARK_EUSAGE, "review takes the folder to "
				 "make, or collect and files; see callark "
				 "review --help");
	if (cli->words[1])
		return error_set(err, ARK_EUSAGE, "review takes one folder; "
				 "there is \"%s\" besides", cli->words[1]);
	rc = ark_review(cli->config, o, folder, &t, err);
	if (!rc || rc == ARK_EINTEGRITY)
		print_totals(&t, folder);
	return rc;
}

int
cmd_review(struct cli *cli, int argc, char **argv)
{
	struct ark_review_options o = { .listener = cli->listener };
	struct ark_filter *filter = NULL;
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	int format = 0, rc;
	const struct opt rows[] = {
		{ "sample", 's', OPT_TEXT, "FILE", "the calls of a draw, by "
		  "its record", &o.sample, NULL },
		{ "evaluator", 'e', OPT_TEXT, "NAME", "of the sample: the "
		  "calls of this one alone", &o.evaluator, NULL },
		{ "form", 'f', OPT_TEXT, "FILE", "the scorecard, JSON; see "
		  "callark(1)", &o.form, NULL },
		{ "title", 't', OPT_TEXT, "TEXT", "of the page", &o.title,
		  NULL },
		{ "unmask", 0, OPT_FLAG, NULL, "show clients and what they "
		  "wrote as it is", &o.is_unmasked, NULL },
		{ "hard-link", 0, OPT_FLAG, NULL, "link recordings instead of "
		  "copying them, where that can be done", &o.wants_links,
		  NULL },
		{ "format", 0, OPT_WORD, "WORD", "of collect: text, csv or "
		  "ndjson", &format, collect_formats },
		{ 0 },
	};

	cli->takes_words = CLI_MAX_WORDS;
	rc = ark_filter_new(&filter, &err);
	if (rc)
		return cli_fail(cli, rc, &err);
	cli_add_range(&t, &o.range);
	opt_add(&t, rows);
	opt_add_filters(&t, filter);
	rc = cli_begin(cli, &t, argc, argv, &err);
	if (!rc) {
		o.filter = filter;
		rc = cli->words[0] && !strcmp(cli->words[0], "collect") ?
		     collect(cli, format, &err) : make(cli, &o, &err);
	}
	ark_filter_free(filter);
	return cli_fail(cli, rc, &err);
}
