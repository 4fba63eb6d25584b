/* callark find */
#include <stdio.h>

#include "callark/archive.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "config/config.h"

struct find_output {
	enum print_format format;
	const char *root;
	char path_end;
};

static int
print_one(void *ctx, const struct ark_found *f)
{
	const struct find_output *o = ctx;

	return print_found(o->format, o->root, f, o->path_end);
}

int
cmd_find(struct cli *cli, int argc, char **argv)
{
	static const enum print_format formats[] = {
		PRINT_PATHS, PRINT_TABLE, PRINT_NDJSON, PRINT_CSV,
	};
	struct ark_find_options o = { .listener = cli->listener };
	struct ark_filter *filter = NULL;
	struct find_output out;
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	bool is_null = false;
	int format = 0, rc;
	const struct opt rows[] = {
		{ "format", 'f', OPT_WORD, "WORD", "paths, table, ndjson or "
		  "csv", &format, print_find_formats },
		{ "null", '0', OPT_FLAG, NULL, "end paths with NUL, for "
		  "xargs -0", &is_null, NULL },
		{ 0 },
	};

	rc = ark_filter_new(&filter, &err);
	if (rc)
		return cli_fail(cli, rc, &err);
	cli_add_range(&t, &o.range);
	opt_add(&t, rows);
	opt_add_filters(&t, filter);
	rc = cli_begin(cli, &t, argc, argv, &err);
	if (!rc) {
		o.filter = filter;
		out = (struct find_output){
			formats[format], cli->config->path,
			is_null ? '\0' : '\n',
		};
		print_head(out.format, true);
		rc = ark_find(cli->config, &o, print_one, &out, &err);
	}
	ark_filter_free(filter);
	return cli_fail(cli, rc, &err);
}
