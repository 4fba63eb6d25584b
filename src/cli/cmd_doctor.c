/* callark doctor */
#include <stdio.h>

#include "callark/service.h"
#include "cli/cli.h"
#include "cli/print.h"

static void
print_check(void *ctx, const struct ark_check *check)
{
	static const char *const words[] = { "ok", "note", "BAD" };
	static const char *const colors[] = {
		"\033[32m", "\033[33m", "\033[31m",
	};
	const struct cli *cli = ctx;
	bool has_color = talk_wants_color(cli, stdout);

	printf("%s%-5s%s %-18s ", has_color ? colors[check->end] : "",
	       words[check->end], has_color ? "\033[0m" : "", check->name);
	print_safe(check->found);
	if (*check->mend) {
		fputs("; ", stdout);
		print_safe(check->mend);
	}
	putchar('\n');
	(void)fflush(stdout);
}

int
cmd_doctor(struct cli *cli, int argc, char **argv)
{
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	int rc;

	rc = cli_begin(cli, &t, argc, argv, &err);
	if (!rc)
		rc = ark_doctor(cli->config, &cli->listener, print_check, cli,
				&err);
	return cli_fail(cli, rc, &err);
}
