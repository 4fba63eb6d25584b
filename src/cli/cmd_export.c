/* callark export */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "callark/export.h"
#include "cli/cli.h"
#include "cli/output.h"

#define NO_FORMAT (-1)		/* none was named */

/* The report that the user named. */
static int
find_route(enum ark_route *out, const char *word, struct ark_error *err)
{
	const char *names[ARK_N_ROUTES];
	const char *near = NULL;
	int route = -1;

	for (int i = 0; i < ARK_N_ROUTES; i++)
		names[i] = ark_route_name((enum ark_route)i);
	if (word)
		route = ark_route_find(word, strlen(word));
	if (route >= 0) {
		*out = (enum ark_route)route;
		return 0;
	}
	if (word)
		near = text_nearest(word, names, ARK_N_ROUTES);
	if (near)
		return error_set(err, ARK_EUSAGE, "there is no report \"%s\"; "
				 "did you mean %s?", word, near);
	return error_set(err, ARK_EUSAGE, "export takes the name of a report: "
			 "%s, %s, %s, %s, %s or %s", names[0], names[1],
			 names[2], names[3], names[4], names[5]);
}

static enum ark_export_format
format_of(int named, const struct ark_export_options *o)
{
	if (named != NO_FORMAT)
		return (enum ark_export_format)named;
	return o->is_excel || o->columns ? ARK_EXPORT_CSV : ARK_EXPORT_NDJSON;
}

/*
 * Export into the file at path, which gets its name when all that is there was
 * written, be it complete or not.
 */
static int
run(struct cli *cli, const struct ark_export_options *o, const char *path,
    struct ark_error *err)
{
	struct ark_error later = { 0 };
	struct output out;
	int rc, end;

	rc = output_open(&out, "output", path, err);
	if (rc)
		return rc;
	rc = ark_export(cli->config, o, output_put, &out, err);
	end = output_close(&out, !rc || rc == ARK_EINCOMPLETE, &later);
	if (!end)
		return rc;
	(void)cli_fail(cli, rc, err);
	*err = later;
	return end;
}

static void
add_options(struct opt_table *t, struct ark_export_options *o, int *format,
	    int *each, const char **path)
{
	static const char *const formats[] = {
		"ndjson", "ndjson.gz", "csv", NULL,
	};
	static const char *const kinds[] = {
		"documents", "messages", "answers", NULL,
	};
	const struct opt rows[] = {
		{ "format", 'f', OPT_WORD, "WORD", "ndjson (documents as they "
		  "came), ndjson.gz or csv", format, formats },
		{ "rows", 0, OPT_WORD, "WORD", "documents, messages (of "
		  "service-history-messages) or answers (of voice-log)", each,
		  kinds },
		{ "columns", 0, OPT_TEXT, "A,B,...", "only these columns, in "
		  "this order; csv", &o->columns, NULL },
		{ "excel", 0, OPT_FLAG, NULL, "csv as Excel takes it: with ; "
		  "and a byte order mark", &o->is_excel, NULL },
		{ "versions", 0, OPT_FLAG, NULL, "every version of every "
		  "document, the vanished ones too", &o->has_versions, NULL },
		{ "live", 0, OPT_FLAG, NULL, "from the platform, not from the "
		  "archive", &o->is_live, NULL },
		{ "output", 'o', OPT_TEXT, "FILE", "write to a file, which is "
		  "replaced when all is there", path, NULL },
		{ 0 },
	};

	cli_add_range(t, &o->range);
	opt_add(t, rows);
}

int
cmd_export(struct cli *cli, int argc, char **argv)
{
	struct ark_export_options o = { .listener = cli->listener };
	struct ark_filter *filter = NULL;
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	int format = NO_FORMAT, each = ARK_EXPORT_DOCUMENTS, rc;
	const char *path = NULL;

	rc = ark_filter_new(&filter, &err);
	if (rc)
		return cli_fail(cli, rc, &err);
	cli->takes_words = 1;
	add_options(&t, &o, &format, &each, &path);
	opt_add_filters(&t, filter);
	rc = cli_begin(cli, &t, argc, argv, &err);
	if (!rc)
		rc = find_route(&o.route, cli->words[0], &err);
	if (!rc) {
		o.filter = filter;
		o.rows = (enum ark_export_rows)each;
		o.format = format_of(format, &o);
		rc = run(cli, &o, path, &err);
	}
	ark_filter_free(filter);
	return cli_fail(cli, rc, &err);
}
