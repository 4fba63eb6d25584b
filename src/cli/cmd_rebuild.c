/* callark rebuild */
#include <inttypes.h>
#include <stdio.h>

#include "callark/archive.h"
#include "cli/cli.h"

static void
print_totals(const struct ark_rebuild_totals *t)
{
	printf("%" PRId64 " days, %" PRId64 " documents, %" PRId64
	       " recordings", t->days, t->documents, t->recordings);
	if (t->attachments)
		printf(", %" PRId64 " attachments", t->attachments);
	printf(" taken from the tree; %" PRId64 " problems\n", t->problems);
}

int
cmd_rebuild(struct cli *cli, int argc, char **argv)
{
	struct ark_rebuild_totals totals = { 0 };
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	int rc;

	rc = cli_begin(cli, &t, argc, argv, &err);
	if (rc)
		return cli_fail(cli, rc, &err);
	rc = ark_rebuild(cli->config, &cli->listener, &totals, &err);
	if (!rc)
		print_totals(&totals);
	if (!rc && totals.problems)
		return ARK_EINCOMPLETE;
	return cli_fail(cli, rc, &err);
}
