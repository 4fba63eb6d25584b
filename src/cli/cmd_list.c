/* callark list */
#include <stdio.h>

#include "callark/service.h"
#include "cli/cli.h"
#include "cli/print.h"

static int
print_one(void *ctx, const struct ark_recording *r, const char *document,
	  size_t len)
{
	const int *format = ctx;

	return print_listed((enum print_format)*format, r, document, len);
}

int
cmd_list(struct cli *cli, int argc, char **argv)
{
	static const char *const links[] = { "all", "yes", "no", NULL };
	struct ark_list_options o = { .listener = cli->listener };
	struct ark_filter *filter = NULL;
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	int format = PRINT_TABLE, which = ARK_LINKS_ALL;
	const struct opt rows[] = {
		{ "format", 'f', OPT_WORD, "WORD", "table, ndjson (documents "
		  "as they came) or csv", &format, print_formats },
		{ "links", 0, OPT_WORD, "WORD", "yes, no or all: those with "
		  "a link to a recording", &which, links },
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
		o.links = (enum ark_links)which;
		print_head((enum print_format)format, false);
		rc = ark_list(cli->config, &o, print_one, &format, &err);
	}
	ark_filter_free(filter);
	return cli_fail(cli, rc, &err);
}
