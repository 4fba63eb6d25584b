/*
 * The command line.  Adding a command: a file cmd_x.c, a row in command.c, a
 * section of callark(1).
 *
 * Results go to stdout, talk to stderr.  Nothing asks on stdin.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "callark/config.h"
#include "callark/event.h"
#include "callark/range.h"
#include "cli/opt.h"

enum cli_color { CLI_COLOR_AUTO, CLI_COLOR_ALWAYS, CLI_COLOR_NEVER };

#define CLI_MAX_WORDS 256	/* files that one command merges, and more */

/* What the global options say. */
struct cli {
	const char *config_file, *archive;
	bool is_verbose, is_quiet, is_json_log, wants_help;
	int log_format, color;
	const struct cli_command *command;
	size_t takes_words;		/* the command, beside its options … */
	bool has_private_words;		/* … which no message may repeat */
	const char *words[CLI_MAX_WORDS];	/* … and which it got, or NULL */
	struct ark_config *config;	/* loaded by cli_begin */
	struct ark_listener listener;
};

struct cli_command {
	const char *name;
	int (*run)(struct cli *cli, int argc, char **argv);
	const char *help;		/* one line */
	const char *usage;		/* behind the name */
	bool is_about_archive;
	const char *words;		/* what they can be, or NULL */
};

/* Each returns an ark_code; the error text is printed already. */
int cmd_doctor(struct cli *cli, int argc, char **argv);
int cmd_orgs(struct cli *cli, int argc, char **argv);
int cmd_list(struct cli *cli, int argc, char **argv);
int cmd_sync(struct cli *cli, int argc, char **argv);
int cmd_status(struct cli *cli, int argc, char **argv);
int cmd_verify(struct cli *cli, int argc, char **argv);
int cmd_find(struct cli *cli, int argc, char **argv);
int cmd_export(struct cli *cli, int argc, char **argv);
int cmd_sample(struct cli *cli, int argc, char **argv);
int cmd_subject(struct cli *cli, int argc, char **argv);
int cmd_reconcile(struct cli *cli, int argc, char **argv);
int cmd_review(struct cli *cli, int argc, char **argv);
int cmd_rebuild(struct cli *cli, int argc, char **argv);

#define CLI_HELP 1		/* of cli_begin: help was printed, all is done */

/*
 * cli_begin(cli, t, argc, argv, err):
 * Parse a command's options (t, to which the global ones are added), print its
 * help when asked, load the settings.  Return 0, CLI_HELP, or ARK_EUSAGE.
 */
int cli_begin(struct cli *cli, struct opt_table *t, int argc, char **argv,
	      struct ark_error *err);

/* cli_fail(cli, rc, err): Print "callark: text" when rc is an error; return rc. */
int cli_fail(const struct cli *cli, int rc, const struct ark_error *err);

/* cli_exit_status(code): The documented exit status of an ark_code. */
int cli_exit_status(int code);

/* The rows of --from, --to, --last and --day. */
void cli_add_range(struct opt_table *t, struct ark_range_words *words);

/* talk.c: the listener of all commands, and signals */
void talk_init(struct cli *cli);
void talk_end(void);		/* wipe the status line */
int talk_signal(void);		/* the signal that asked to stop, or 0 */
bool talk_wants_color(const struct cli *cli, FILE *out);

#endif
