#include "flow/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fdio.h"
#include "config/command.h"

#define ANSWER_MAX_MS (COURIER_MAX_MS + 5000)
#define END_MAX_MS 1000
#define VARIABLE_MAX ((size_t)8192)

/* What goes through the pipes, each in one write. */
struct order {
	int exit_status;	/* 0: there is nothing to tell */
	bool has_letter;	/* a whole one */
};

struct answer {
	struct ark_error error;	/* its code is 0 when all went well */
};

/* ---- in the child ------------------------------------------------------ */

/* A signal to end is for the run; whether one came is asked later. */
static void
block_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

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
		n = read(co->orders, &order, sizeof(order));
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

	if (order.exit_status)
		(void)run_command(co, c, &order, &answer.error);
	(void)fdio_write(co->answers, &answer, sizeof(answer));
}

/* ---- in the parent ----------------------------------------------------- */

static void
close_all(struct courier *co)
{
	(void)fdio_close(&co->orders);
	(void)fdio_close(&co->answers);
	(void)fdio_close(&co->letter);
}

int
courier_start(struct courier *co, const struct ark_config *c,
	      struct ark_error *err)
{
	int orders[2] = { -1, -1 }, answers[2] = { -1, -1 };
	int rc = 0;

	*co = (struct courier){ -1, -1, -1, -1 };
	co->letter = memfd_create("callark-summary", MFD_CLOEXEC);
	if (co->letter < 0 || pipe2(orders, O_CLOEXEC) ||
	    pipe2(answers, O_CLOEXEC)) {
		rc = error_errno(err, "preparing the command");
		goto out;
	}
	co->pid = fork();
	if (co->pid < 0) {
		rc = error_errno(err, "starting a process");
		goto out;
	}
	if (!co->pid) {
		block_signals();
		(void)fdio_close(&orders[1]);
		(void)fdio_close(&answers[0]);
		co->orders = orders[0];
		co->answers = answers[1];
		serve(co, c);
		_exit(0);
	}
	co->orders = orders[1];
	co->answers = answers[0];
	orders[1] = answers[0] = -1;
out:
	(void)fdio_close(&orders[0]);
	(void)fdio_close(&orders[1]);
	(void)fdio_close(&answers[0]);
	(void)fdio_close(&answers[1]);
	if (rc)
		close_all(co);
	return rc;
}

/* Wait for the answer; a process that is gone gives none. */
static int
take_answer(const struct courier *co, struct ark_error *err)
{
	struct pollfd p = { .fd = co->answers, .events = POLLIN };
	int64_t until_ms = clock_now_ms() + ANSWER_MAX_MS;
	struct answer answer = { 0 };
	int64_t left_ms = ANSWER_MAX_MS;
	ssize_t n;
	int rc;

	do {
		rc = poll(&p, 1, (int)left_ms);
		left_ms = until_ms - clock_now_ms();
	} while (rc < 0 && errno == EINTR && left_ms > 0);
	n = rc > 0 ? read(co->answers, &answer, sizeof(answer)) : 0;
	if (n != (ssize_t)sizeof(answer))
		return error_set(err, ARK_EBUG, "the process that runs it is "
				 "gone");
	if (answer.error.code)
		return error_set(err, answer.error.code, "%s",
				 answer.error.text);
	return 0;
}

/*
 * Once its pipes are closed the process ends soon; it is not waited for longer
 * than that, because a confined process may send it no signal.
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

int
courier_send(struct courier *co, int exit_status, const char *letter,
	     struct ark_error *err)
{
	struct order order = { .exit_status = exit_status };
	int rc;

	order.has_letter = letter &&
			   !fdio_write(co->letter, letter, strlen(letter)) &&
			   !fdio_write(co->letter, "\n", 1);
	if (fdio_write(co->orders, &order, sizeof(order)))
		rc = error_errno(err, "telling the process that runs it");
	else
		rc = take_answer(co, err);
	part_with(co);
	return rc;
}

void
courier_dismiss(struct courier *co)
{
	const struct order order = { .exit_status = 0 };

	if (co->pid < 0)
		return;
	(void)fdio_write(co->orders, &order, sizeof(order));
	part_with(co);
}
