/*
 * Running the commands that the settings name, by /bin/sh -c.
 *
 * A command starts with default signals, leads a process group of its own, and
 * finds none of our secrets in its environment.  When its time is over it is
 * killed together with what it started.
 */
#ifndef CONFIG_COMMAND_H
#define CONFIG_COMMAND_H

#include <stdint.h>

#include "base/secret.h"

struct command {
	const char *text;
	int64_t max_ms;		/* to its end */
	int input;		/* its standard input; -1: an empty one */
	const char *const *variables;	/* "NAME=VALUE" in place of what the
					   environment has; the last is NULL */
};

/*
 * command_run(c, err):
 * Run c with its standard output on our standard error.  Blocks until it has
 * ended; what it left running goes on.  Return 0 when its exit status is 0,
 * ARK_EUSAGE (it ended otherwise, or not in time), ARK_EDISK (it could not be
 * started) or ARK_ENOMEM.
 */
int command_run(const struct command *c, struct ark_error *err);

/*
 * command_read(text, max_ms, out, err):
 * Run the command with nothing on its standard input and take the first line
 * that it prints.  It must end well, within max_ms, and print no more than
 * 64 KiB; otherwise it is killed.  Blocks.  Return 0, ARK_EUSAGE, ARK_EDISK or
 * ARK_ENOMEM.
 */
int command_read(const char *text, int64_t max_ms, struct secret *out,
		 struct ark_error *err);

#endif
