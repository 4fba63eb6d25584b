#include "flow/courier.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/event.h"
#include "base/fdio.h"
#include "config/command.h"

#define ANSWER_MAX_MS (COURIER_MAX_MS + 5000)
#define END_MAX_MS 1000
#define LOOK_MS 100		/* between two looks for a signal */
#define PATIENCE_MS 1000	/* that whoever sent one has left */
#define VARIABLE_MAX ((size_t)8192)

/* What goes over the line, each as one message. */
struct order {
	int exit_status;	/* 0: there is nothing to tell */
	bool has_letter;	/* a whole one */
};

struct answer {
	struct ark_error error;	/* its code is 0 when all went well */
};

/* The signals that ask a program to end. */
static void
block_signals(sigset_t *before)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, before);
}

/* ---- in the child ------------------------------------------------------ */

static bool
was_signalled(void)
{
	sigset_t set;

	return !sigpending(&set) &&
	       (sigismember(&set, SIGINT) == 1 ||
		sigismember(&set, SIGTERM) == 1 ||
		sigismember(&set, SIGHUP) == 1);
}

/* A run that ended without a word was killed, if nobody asked it to end. */
static struct order
await_order(const struct courier *co)
{
	struct order order;
	ssize_t n;

	do
		n = recv(co->line, &order, sizeof(order), 0);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(order))
		return order;
	return (struct order){ was_signalled() ? 0 : COURIER_KILLED, false };
}

static int
run_command(const struct courier *co, const struct ark_config *c,
	    const struct order *order, struct ark_error *err)
{
	struct buf archive = BUF_INIT(VARIABLE_MAX);
	struct buf file = BUF_INIT(VARIABLE_MAX);
	const char *variables[4] = { NULL };
	const struct command command = {
		.text = c->on_failure, .max_ms = COURIER_MAX_MS,
		.input = order->has_letter ? co->letter : -1,
		.variables = variables,
	};
	char exit[32];
	size_t n = 0;
	int rc;

	(void)snprintf(exit, sizeof(exit), "CALLARK_EXIT=%d",
		       order->exit_status);
	variables[n++] = exit;
	if (c->path && !buf_addf(&archive, "CALLARK_ARCHIVE=%s", c->path))
		variables[n++] = buf_text(&archive);
	if (c->file && !buf_addf(&file, "CALLARK_CONFIG=%s", c->file))
		variables[n++] = buf_text(&file);
	(void)lseek(co->letter, 0, SEEK_SET);
	rc = command_run(&command, err);
	buf_release(&archive);
	buf_release(&file);
	return rc;
}

static void
serve(const struct courier *co, const struct ark_config *c)
{
	struct answer answer = { 0 };
	struct order order = await_order(co);

	if (!order.exit_status)
		return;
	(void)run_command(co, c, &order, &answer.error);
	(void)send(co->line, &answer, sizeof(answer), MSG_NOSIGNAL);
}

/*
 * The life of the process.  It has no use for our standard output, and whoever
 * reads that is to see its end when this run ends.
 */
static _Noreturn void
live(const struct courier *co, const struct ark_config *c)
{
	(void)dup2(STDERR_FILENO, STDOUT_FILENO);
	serve(co, c);
	_exit(0);
}

/* ---- in the parent ----------------------------------------------------- */

static void
close_all(struct courier *co)
{
	(void)fdio_close(&co->line);
	(void)fdio_close(&co->letter);
}

/*
 * Fork; each of both has one end of the line.  A signal to end is for the run:
 * the child never takes one, but is asked later whether one came.
 */
static int
fork_courier(struct courier *co, const struct ark_config *c,
	     struct ark_error *err)
{
	sigset_t before;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return error_errno(err, "preparing the command");
	block_signals(&before);
	co->pid = fork();
	co->line = ends[co->pid ? 0 : 1];
	(void)close(ends[co->pid ? 1 : 0]);
	if (!co->pid)
		live(co, c);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return co->pid < 0 ? error_errno(err, "starting a process") : 0;
}

int
courier_start(struct courier *co, const struct ark_config *c,
	      const struct ark_listener *l, struct ark_error *err)
{
	int rc;

	*co = (struct courier){ .listener = l, .pid = -1, .line = -1 };
	co->letter = memfd_create("callark-summary", MFD_CLOEXEC);
	if (co->letter < 0)
		rc = error_errno(err, "preparing the command");
	else
		rc = fork_courier(co, c, err);
	if (rc)
		close_all(co);
	return rc;
}

/*
 * Wait until the line has something to say, or its end.  Return whether it has;
 * once a signal asks this program to end, only a moment is left.
 */
static bool
wait_answer(const struct courier *co)
{
	struct pollfd p = { .fd = co->line, .events = POLLIN };
	int64_t until_ms = clock_now_ms() + ANSWER_MAX_MS;

	while (poll(&p, 1, LOOK_MS) <= 0) {
		int64_t now_ms = clock_now_ms();

		if (event_should_stop(co->listener) &&
		    until_ms > now_ms + PATIENCE_MS)
			until_ms = now_ms + PATIENCE_MS;
		if (now_ms >= until_ms)
			return false;
	}
	return true;
}

/* A process that is gone gives no answer. */
static int
take_answer(const struct courier *co, struct ark_error *err)
{
	struct answer answer = { 0 };
	ssize_t n;

	if (!wait_answer(co))
		return error_set(err, ARK_EINCOMPLETE, "the command has not "
				 "ended and is left alone");
	n = recv(co->line, &answer, sizeof(answer), MSG_DONTWAIT);
	if (n != (ssize_t)sizeof(answer))
		return error_set(err, ARK_EBUG, "the process that runs the "
				 "command is gone");
	if (answer.error.code)
		return error_set(err, answer.error.code, "%s",
				 answer.error.text);
	return 0;
}

/*
 * A process whose line is closed ends soon, if no command keeps it.  It is not
 * waited for longer than that, and a confined program may send it no signal.
 */
static void
part_with(struct courier *co)
{
	const struct timespec step = { .tv_nsec = 5000000 };
	int64_t until_ms = clock_now_ms() + END_MAX_MS;

	close_all(co);
	while (!waitpid(co->pid, NULL, WNOHANG) && clock_now_ms() < until_ms)
		(void)nanosleep(&step, NULL);
	co->pid = -1;
}

static bool
say(const struct courier *co, const struct order *order)
{
	return send(co->line, order, sizeof(*order), MSG_NOSIGNAL) ==
	       (ssize_t)sizeof(*order);
}

int
courier_send(struct courier *co, int exit_status, const char *letter,
	     struct ark_error *err)
{
	struct order order = { .exit_status = exit_status };
	int rc;

	order.has_letter = letter &&
			   !fdio_write(co->letter, letter, strlen(letter)) &&
			   !fdio_write(co->letter, "\n", 1);
	if (say(co, &order))
		rc = take_answer(co, err);
	else
		rc = error_errno(err, "asking the process that runs the "
				 "command");
	part_with(co);
	return rc;
}

void
courier_dismiss(struct courier *co)
{
	const struct order order = { .exit_status = 0 };

	if (co->pid < 0)
		return;
	(void)say(co, &order);
	part_with(co);
}
