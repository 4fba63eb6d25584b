/*
 * From the words of the command line to a command.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/entry.h"

static const struct cli_command commands[] = {
	{ "doctor", cmd_doctor, "check everything a run needs", "", false,
	  NULL },
	{ "orgs", cmd_orgs, "the organisations of the login", "", false,
	  NULL },
	{ "list", cmd_list, "recordings of a range; downloads nothing",
	  "[--day DATE | --from DATE --to DATE] [FILTER ...]", false, NULL },
	{ "sync", cmd_sync, "list, download, verify, publish",
	  "[--day DATE | --from DATE --to DATE] [FILTER ...]", true, NULL },
	{ "status", cmd_status, "what the archive holds, day by day",
	  "[--from DATE --to DATE]", true, NULL },
	{ "verify", cmd_verify, "read the archive back and compare",
	  "[--quick] [--repair] [--bag DIR | --from DATE --to DATE]", true,
	  NULL },
	{ "find", cmd_find, "archived recordings by agent, client, ...",
	  "[--from DATE --to DATE] [FILTER ...]", true, NULL },
	{ "export", cmd_export, "a report of the platform as NDJSON or CSV",
	  "REPORT [--from DATE --to DATE] [FILTER ...]", true,
	  "REPORT is service-history, voice-log, service-history-audio-links,\n"
	  "activity-history, satisfaction-survey-history or\n"
	  "service-history-messages." },
	{ "reconcile", cmd_reconcile, "calls of the reports against the archive",
	  "[--from DATE --to DATE] [FILTER ...]", true, NULL },
	{ "sample", cmd_sample, "draw calls to listen to, provably",
	  "--count N | ... | --redraw FILE [--last SPAN] [FILTER ...]", true,
	  NULL },
	{ "subject", cmd_subject, "everything held about one person or company",
	  "find WORD | export DIR WORD [--from DATE --to DATE]", true,
	  "WORD is a CPF, CNPJ, telephone number, e-mail address or protocol, "
	  "in any\nspelling; - takes it from the first line of standard "
	  "input.\nDIR is new or empty." },
	{ "review", cmd_review, "a folder to listen and score in",
	  "DIR [--sample FILE] [FILTER ...] | collect FILE ...", true,
	  NULL },
	{ "rebuild", cmd_rebuild, "make the catalogue anew from the tree", "",
	  true, NULL },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))
#define DESCRIPTORS 4096

#ifndef CALLARK_DUMPABLE	/* 1 only where a leak checker attaches to us */
#define CALLARK_DUMPABLE 0
#endif

static const char *const log_formats[] = { "text", "json", NULL };
static const char *const colors[] = { "auto", "always", "never", NULL };

/* The one option that goes without a command. */
#define VERSION_ROW(target) \
	{ "version", 'V', OPT_FLAG, NULL, "show the version", target, NULL }

static void
add_globals(struct opt_table *t, struct cli *cli)
{
	const struct opt rows[] = {
		{ "config", 'c', OPT_TEXT, "FILE", "settings, see "
		  "callark.conf(5)", &cli->config_file, NULL },
		{ "archive", 'a', OPT_TEXT, "DIR", "the archive's folder "
		  "(archive.path)", &cli->archive, NULL },
		{ "verbose", 'v', OPT_FLAG, NULL, "tell more",
		  &cli->is_verbose, NULL },
		{ "quiet", 'q', OPT_FLAG, NULL, "tell nothing but errors",
		  &cli->is_quiet, NULL },
		{ "log-format", 0, OPT_WORD, "WORD", "text or json",
		  &cli->log_format, log_formats },
		{ "color", 0, OPT_WORD, "WORD", "auto, always or never",
		  &cli->color, colors },
		{ "help", 'h', OPT_FLAG, NULL, "show this", &cli->wants_help,
		  NULL },
		{ 0 },
	};

	opt_add(t, rows);
}

void
cli_add_range(struct opt_table *t, struct ark_range_words *w)
{
	const struct opt rows[] = {
		{ "from", 0, OPT_TEXT, "DATE[ TIME]", "first day, or moment",
		  &w->from, NULL },
		{ "to", 0, OPT_TEXT, "DATE[ TIME]", "last day, or moment; "
		  "both inclusive", &w->to, NULL },
		{ "last", 0, OPT_TEXT, "SPAN", "back from now: 3d, 12h",
		  &w->last, NULL },
		{ "day", 0, OPT_TEXT, "DATE", "one day; also today, "
		  "yesterday", &w->day, NULL },
		{ 0 },
	};

	opt_add(t, rows);
}

static void
print_help(FILE *out)
{
	struct cli cli = { 0 };
	struct opt_table t = { 0 };
	bool unused = false;
	const struct opt version[] = { VERSION_ROW(&unused), { 0 } };

	fputs("usage: callark [options] COMMAND [options]\n\n"
	      "callark keeps a complete, provable copy of a contact centre's "
	      "recordings.\n\nCommands:\n", out);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-12s%s\n", commands[i].name,
			commands[i].help);
	fputs("\nOptions:\n", out);
	add_globals(&t, &cli);
	opt_add(&t, version);
	opt_help(&t, out);
	fputs("\n`callark COMMAND --help` tells a command's options; callark(1) "
	      "everything.\nStart with `callark doctor`.\n", out);
}

/* The words that are no options. */
static int
take_words(struct cli *cli, int n, char **words, struct ark_error *err)
{
	const char *name = cli->command->name;
	size_t taken = 0;

	for (; n && taken < cli->takes_words; n--)
		cli->words[taken++] = *words++;
	if (!n)
		return 0;
	if (cli->has_private_words)
		return error_set(err, ARK_EUSAGE, "%s takes no further "
				 "argument; what has spaces in it needs quotes "
				 "around it", name);
	return error_set(err, ARK_EUSAGE, "%s takes no %sargument \"%s\"; see "
			 "callark %s --help", name, taken ? "further " : "",
			 *words, name);
}

int
cli_begin(struct cli *cli, struct opt_table *t, int argc, char **argv,
	  struct ark_error *err)
{
	int rest = 0, rc;

	add_globals(t, cli);
	rc = opt_parse(t, argc, argv, false, &rest, err);
	if (rc)
		return rc;
	cli->is_json_log = cli->log_format == 1;
	if (cli->wants_help) {
		printf("usage: callark %s%s%s\n\n%s\n\n", cli->command->name,
		       *cli->command->usage ? " " : "", cli->command->usage,
		       cli->command->help);
		if (cli->command->words)
			printf("%s\n\n", cli->command->words);
		puts("Options:");
		opt_help(t, stdout);
		return CLI_HELP;
	}
	rc = take_words(cli, rest, argv + 1, err);
	if (!rc)
		rc = ark_config_load(&cli->config, cli->config_file, err);
	if (!rc)
		ark_config_allow_confinement(cli->config);
	if (!rc && cli->archive)
		rc = ark_config_set(cli->config, "archive.path", cli->archive,
				    "--archive", err);
	return rc;
}

int
cli_fail(const struct cli *cli, int rc, const struct ark_error *err)
{
	struct ark_event e = { ARK_LOG_ERROR, err->text, NULL, NULL };
	struct ark_error nomem = { 0 };

	if (rc >= 0)
		return rc;
	/* what prints says no more than that it had none */
	if (rc == ARK_ENOMEM && err->code != rc) {
		error_nomem(&nomem);
		e.text = nomem.text;
	}
	if (ferror(stdout))
		return rc;	/* told at the very end */
	if (cli->listener.notify && *e.text)
		cli->listener.notify(cli->listener.ctx, &e);
	return rc;
}

int
cli_exit_status(int code)
{
	switch (code) {
	case ARK_OK: return 0;
	case ARK_EINCOMPLETE:
	case ARK_ENOTFOUND: return 1;
	case ARK_EUSAGE: return 2;
	case ARK_EAUTH: return 3;
	case ARK_ESERVICE: return 4;
	case ARK_EDISK: return 5;
	case ARK_EINTEGRITY: return 6;
	case ARK_ELOCKED: return 7;
	case ARK_ELIMIT: return 8;
	case ARK_ESTOPPED: return 128 + (talk_signal() ? talk_signal() : 15);
	default: return 70;
	}
}

static const struct cli_command *
find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

static int
no_such_command(const char *name)
{
	struct buf shown = BUF_INIT(1000);
	const char *names[N_COMMANDS];
	const char *near;

	for (size_t i = 0; i < N_COMMANDS; i++)
		names[i] = commands[i].name;
	near = text_nearest(name, names, N_COMMANDS);
	text_printable(&shown, name, strnlen(name, 40));
	fprintf(stderr, "callark: there is no command \"%s\"",
		buf_text(&shown));
	if (near)
		fprintf(stderr, "; did you mean %s?", near);
	fputs("\n`callark --help` lists them\n", stderr);
	buf_release(&shown);
	return ARK_EUSAGE;
}

/* A descriptor 0, 1 or 2 that is closed would be taken by some file. */
static void
fill_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)open("/dev/null", fd ? O_WRONLY : O_RDONLY);
	}
}

/* A transfer takes two descriptors; shells allow 1024 where more may be had. */
static void
raise_descriptors(void)
{
	struct rlimit have;

	if (getrlimit(RLIMIT_NOFILE, &have) || have.rlim_cur >= DESCRIPTORS)
		return;
	have.rlim_cur = have.rlim_max < DESCRIPTORS ? have.rlim_max :
						      DESCRIPTORS;
	(void)setrlimit(RLIMIT_NOFILE, &have);
}

/* No core dumps (they would hold secrets), no loose files. */
static void
harden(void)
{
	struct rlimit none = { 0, 0 };

	(void)umask(077);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, CALLARK_DUMPABLE);
	fill_standard_descriptors();
	raise_descriptors();
}

/* Whether whoever read our output has had enough of it. */
static bool
is_reader_gone(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&out, 1, 0) > 0 && out.revents & POLLERR;
}

/* stdout is flushed and checked, so that a full disk is noticed. */
static int
end_output(int code)
{
	talk_end();
	if (!fflush(stdout) && !ferror(stdout))
		return code;
	if (is_reader_gone())
		return code;
	fputs("callark: error: the output could not be written; is the disk "
	      "full?\n", stderr);
	return code && code != ARK_EINCOMPLETE && code != ARK_ENOTFOUND ?
	       code : ARK_EDISK;
}

static int
dispatch(struct cli *cli, int argc, char **argv)
{
	struct opt_table t = { 0 };
	struct ark_error err = { 0 };
	bool wants_version = false;
	const struct opt version[] = { VERSION_ROW(&wants_version), { 0 } };
	int rest = 0, code;

	add_globals(&t, cli);
	opt_add(&t, version);
	talk_init(cli);
	if (opt_parse(&t, argc, argv, true, &rest, &err))
		return cli_fail(cli, ARK_EUSAGE, &err);
	if (wants_version) {
		puts("callark " CALLARK_VERSION);
		return ARK_OK;
	}
	if (!rest) {
		print_help(cli->wants_help ? stdout : stderr);
		return cli->wants_help ? ARK_OK : ARK_EUSAGE;
	}
	cli->command = find_command(argv[1]);
	if (!cli->command)
		return no_such_command(argv[1]);
	code = cli->command->run(cli, rest, argv + 1);
	ark_config_free(cli->config);
	return code == CLI_HELP ? ARK_OK : code;
}

int
cli_main(int argc, char **argv)
{
	struct cli cli = { 0 };

	harden();
	return cli_exit_status(end_output(dispatch(&cli, argc, argv)));
}
