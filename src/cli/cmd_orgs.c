/* callark orgs */
#include <stdio.h>

#include "callark/service.h"
#include "cli/cli.h"
#include "cli/print.h"

static int
print_organization(void *ctx, const struct ark_organization *o)
{
	(void)ctx;
	print_padded(o->id, 28);
	print_padded(o->time_zone, 24);
	print_safe(o->name);
	putchar('\n');
	return 0;
}

int
cmd_orgs(struct cli *cli, int argc, char **argv)
{
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	int rc;

	rc = cli_begin(cli, &t, argc, argv, &err);
	if (!rc)
		rc = ark_organizations(cli->config, &cli->listener,
				       print_organization, NULL, &err);
	return cli_fail(cli, rc, &err);
}
