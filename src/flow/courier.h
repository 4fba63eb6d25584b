/*
 * The process that runs notify.on_failure.
 *
 * A run that has begun may start no program any more (confinement.h), so a
 * process is forked before, which keeps the right, has read no secret yet, and
 * does nothing but wait.  It ends with the run: also when that is killed, for
 * then the line between them ends, and the command runs as after any other
 * failure.
 *
 * start -> send -> (ended), or start -> dismiss.
 */
#ifndef FLOW_COURIER_H
#define FLOW_COURIER_H

#include <sys/types.h>

#include "callark/event.h"
#include "config/config.h"

#define COURIER_MAX_MS 60000	/* for the command */
#define COURIER_KILLED 137	/* CALLARK_EXIT after a run without an end */

struct courier {
	const struct ark_listener *listener;	/* lent */
	pid_t pid;		/* -1: there is none */
	int line;		/* a socket to it */
	int letter;		/* a file in memory: what the command reads */
};

/*
 * courier_start(co, c, l, err):
 * Fork the process; it keeps what c says of the command, the archive and the
 * file of settings.  Call it before there is a second thread.  Return 0,
 * ARK_EDISK or ARK_ENOMEM; then nothing has to be dismissed.
 */
int courier_start(struct courier *co, const struct ark_config *c,
		  const struct ark_listener *l, struct ark_error *err);

/*
 * courier_send(co, exit_status, letter, err):
 * Let the command run, with letter (NULL: nothing) on its standard input, and
 * wait for its end: some seconds longer than COURIER_MAX_MS at most, and one
 * second once l wants to stop.  co is then over, but a command that was not
 * waited for goes on.  Return 0 when the command ended with 0, else an error
 * that tells how it ended, or that it has not.
 */
int courier_send(struct courier *co, int exit_status, const char *letter,
		 struct ark_error *err);

/* courier_dismiss(co): Let the process end without doing anything. */
void courier_dismiss(struct courier *co);

#endif
