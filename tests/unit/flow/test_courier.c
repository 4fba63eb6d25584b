/*
 * The process that runs the command: when it does, what the command is told,
 * and what comes of a process that dies or a command that takes its time.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/leave.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "flow/courier.h"

#define ENOUGH_MS 30000		/* on a machine that is busy */

/* The command writes below the folder of the archive, told last. */
#define SAY                                                                    \
	"cd \"$CALLARK_ARCHIVE\"; cat >letter; "                               \
	"echo $CALLARK_EXIT $CALLARK_CONFIG >text; mv text told"

int __real_socketpair(int domain, int type, int protocol, int ends[2]);
int __wrap_socketpair(int domain, int type, int protocol, int ends[2]);
int __real_memfd_create(const char *name, unsigned flags);
int __wrap_memfd_create(const char *name, unsigned flags);
int __real_fdio_write(int fd, const void *bytes, size_t n);
int __wrap_fdio_write(int fd, const void *bytes, size_t n);

/* The call that fails. */
static enum call { NONE, SOCKETPAIR, MEMFD_CREATE, FDIO_WRITE } failing;

static bool
fails(enum call call)
{
	errno = EMFILE;
	return failing == call;
}

int
__wrap_socketpair(int domain, int type, int protocol, int ends[2])
{
	return fails(SOCKETPAIR) ? -1 :
		__real_socketpair(domain, type, protocol, ends);
}

int
__wrap_memfd_create(const char *name, unsigned flags)
{
	return fails(MEMFD_CREATE) ? -1 : __real_memfd_create(name, flags);
}

int
__wrap_fdio_write(int fd, const void *bytes, size_t n)
{
	return fails(FDIO_WRITE) ? -1 : __real_fdio_write(fd, bytes, n);
}

void
__wrap__exit(int status)
{
	leave_counted(status);
}

struct desk {
	char dir[64];
	struct ark_config *config;
	struct courier courier;
	struct ark_listener listener;
	bool wants_stop;
};

/* ark_listener */
static bool
should_stop(void *ctx)
{
	return ((struct desk *)ctx)->wants_stop;
}

static void
set(struct desk *d, const char *key, const char *value)
{
	assert_int_equal(ark_config_set(d->config, key, value, "--test", NULL),
			 0);
}

static int
setup(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	memcpy(d->dir, "/tmp/callark-courier-XXXXXX",
	       sizeof("/tmp/callark-courier-XXXXXX"));
	assert_non_null(mkdtemp(d->dir));
	assert_int_equal(ark_config_load(&d->config, "/dev/null", NULL), 0);
	set(d, "archive.path", d->dir);
	d->listener = (struct ark_listener){ NULL, should_stop, d };
	*state = d;
	return 0;
}

static const char *
path_of(const struct desk *d, const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", d->dir, name);
	return path;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "letter", "text", "told", "go" };
	struct desk *d = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlink(path_of(d, names[i]));
	assert_int_equal(rmdir(d->dir), 0);
	ark_config_free(d->config);
	free(d);
	return 0;
}

static void
start(struct desk *d, const char *command)
{
	struct ark_error err = { 0 };
	int rc;

	set(d, "notify.on_failure", command);
	rc = courier_start(&d->courier, d->config, &d->listener, &err);
	if (rc)
		print_error("%s\n", err.text);
	assert_int_equal(rc, 0);
}

static void
nap(void)
{
	(void)poll(NULL, 0, 5);
}

/* Wait until a file is there; its text, up to the next call. */
static const char *
await(const struct desk *d, const char *name)
{
	int64_t until_ms = clock_now_ms() + ENOUGH_MS;
	static char text[4096];
	ssize_t n = -1;
	int fd;

	while (access(path_of(d, name), F_OK)) {
		assert_true(clock_now_ms() < until_ms);
		nap();
	}
	fd = open(path_of(d, name), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = fdio_pread(fd, text, sizeof(text) - 1, 0);
	assert_true(n >= 0);
	text[n] = 0;
	assert_int_equal(close(fd), 0);
	return text;
}

static bool
was_told(const struct desk *d)
{
	return !access(path_of(d, "told"), F_OK);
}

static void
assert_no_child(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
the_command_gets_status_and_letter(void **state)
{
	struct desk *d = *state;
	struct ark_error err = { 0 };

	start(d, SAY);
	assert_int_equal(courier_send(&d->courier, 5, "{\"a\":1}", &err), 0);
	assert_int_equal(d->courier.pid, -1);
	assert_string_equal(await(d, "told"), "5 /dev/null\n");
	assert_string_equal(await(d, "letter"), "{\"a\":1}\n");
	assert_no_child();
}

static void
there_may_be_no_letter(void **state)
{
	struct desk *d = *state;

	start(d, SAY);
	assert_int_equal(courier_send(&d->courier, 70, NULL, NULL), 0);
	assert_string_equal(await(d, "told"), "70 /dev/null\n");
	assert_string_equal(await(d, "letter"), "");
}

static void
who_is_dismissed_runs_nothing(void **state)
{
	struct desk *d = *state;

	start(d, SAY);
	courier_dismiss(&d->courier);
	assert_int_equal(d->courier.pid, -1);
	assert_no_child();
	assert_false(was_told(d));
	courier_dismiss(&d->courier);
}

/* What a run that is killed leaves of its line: nothing. */
static void
end_line(struct desk *d)
{
	(void)fdio_close(&d->courier.line);
	assert_int_equal(waitpid(d->courier.pid, NULL, 0), d->courier.pid);
	(void)fdio_close(&d->courier.letter);
}

static void
a_run_that_ends_without_a_word_was_killed(void **state)
{
	struct desk *d = *state;

	start(d, SAY);
	end_line(d);
	assert_string_equal(await(d, "told"), "137 /dev/null\n");
	assert_string_equal(await(d, "letter"), "");
}

/* Ctrl-C reaches both. */
static void
a_run_that_was_asked_to_end_was_not_killed(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct desk *d = *state;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		start(d, SAY);
		assert_int_equal(kill(d->courier.pid, signals[i]), 0);
		end_line(d);
		assert_false(was_told(d));
	}
}

static void
a_signal_does_not_keep_it_from_its_order(void **state)
{
	struct desk *d = *state;

	start(d, SAY);
	assert_int_equal(kill(d->courier.pid, SIGTERM), 0);
	assert_int_equal(courier_send(&d->courier, 3, NULL, NULL), 0);
	assert_string_equal(await(d, "told"), "3 /dev/null\n");
}

static void
how_the_command_failed_is_told(void **state)
{
	static const struct {
		const char *command, *told;
	} rows[] = {
		{ "exit 9", "the command ended with exit status 9" },
		{ "kill -KILL $$", "the command was ended by signal 9" },
		{ "exec 2>/dev/null; /no/such", "exit status 127" },
	};
	struct desk *d = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ark_error err = { 0 };

		start(d, rows[i].command);
		assert_int_equal(courier_send(&d->courier, 1, NULL, &err),
				 ARK_EUSAGE);
		assert_non_null(strstr(err.text, rows[i].told));
		assert_no_child();
	}
}

/* And the signal of a broken pipe, which would end this program, is not. */
static void
a_process_that_died_is_told(void **state)
{
	struct desk *d = *state;
	struct ark_error err = { 0 };

	start(d, SAY);
	assert_int_equal(kill(d->courier.pid, SIGKILL), 0);
	while (!waitpid(d->courier.pid, NULL, WNOHANG))
		nap();
	assert_true(courier_send(&d->courier, 1, "x", &err) < 0);
	assert_non_null(strstr(err.text, "the process that runs the command"));
	assert_false(was_told(d));
	start(d, SAY);
	assert_int_equal(kill(d->courier.pid, SIGKILL), 0);
	courier_dismiss(&d->courier);
	assert_no_child();
}

static void
a_process_that_dies_meanwhile_is_told(void **state)
{
	struct desk *d = *state;
	struct ark_error err = { 0 };

	start(d, "kill -KILL $PPID");
	assert_int_equal(courier_send(&d->courier, 1, NULL, &err), ARK_EBUG);
	assert_non_null(strstr(err.text, "is gone"));
	assert_no_child();
}

/* Whoever wants to stop waits for no command, which goes on. */
static void
a_stop_ends_the_wait(void **state)
{
	struct desk *d = *state;
	int64_t began_ms = clock_now_ms();
	struct ark_error err = { 0 };
	pid_t pid;
	int fd;

	start(d, "cd \"$CALLARK_ARCHIVE\"; "
	      "while test ! -e go; do sleep 0.05; done; " SAY);
	pid = d->courier.pid;
	d->wants_stop = true;
	assert_int_equal(courier_send(&d->courier, 4, NULL, &err),
			 ARK_EINCOMPLETE);
	assert_true(clock_now_ms() - began_ms < ENOUGH_MS);
	assert_non_null(strstr(err.text, "has not ended"));
	fd = open(path_of(d, "go"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_string_equal(await(d, "told"), "4 /dev/null\n");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
a_command_may_take_its_time(void **state)
{
	struct desk *d = *state;

	start(d, "sleep 0.25; " SAY);
	assert_int_equal(courier_send(&d->courier, 6, "x", NULL), 0);
	assert_string_equal(await(d, "letter"), "x\n");
	assert_no_child();
}

/* Without a letter the command still learns how it ended. */
static void
a_letter_that_cannot_be_written_is_left_out(void **state)
{
	struct desk *d = *state;

	start(d, SAY);
	failing = FDIO_WRITE;
	assert_int_equal(courier_send(&d->courier, 7, "x", NULL), 0);
	failing = NONE;
	assert_string_equal(await(d, "told"), "7 /dev/null\n");
	assert_string_equal(await(d, "letter"), "");
}

/* A run without an archive, and settings of no file. */
static void
what_there_is_not_is_not_told(void **state)
{
	struct desk *d = *state;
	struct ark_config none = { 0 };
	char command[256];

	(void)snprintf(command, sizeof(command), "cd %s; echo "
		       "${CALLARK_ARCHIVE-no} ${CALLARK_CONFIG-no} >text; "
		       "mv text told", d->dir);
	none.on_failure = command;
	(void)unsetenv("CALLARK_ARCHIVE");
	(void)unsetenv("CALLARK_CONFIG");
	assert_int_equal(courier_start(&d->courier, &none, &d->listener, NULL),
			 0);
	assert_int_equal(courier_send(&d->courier, 1, NULL, NULL), 0);
	assert_string_equal(await(d, "told"), "no no\n");
}

static void
what_cannot_be_begun_is_told(void **state)
{
	static const enum call calls[] = { SOCKETPAIR, MEMFD_CREATE };
	struct desk *d = *state;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct ark_error err = { 0 };

		failing = calls[i];
		assert_int_equal(courier_start(&d->courier, d->config,
					       &d->listener, &err), ARK_EDISK);
		failing = NONE;
		assert_non_null(strstr(err.text, "preparing the command"));
		assert_int_equal(d->courier.line, -1);
		assert_int_equal(d->courier.letter, -1);
		courier_dismiss(&d->courier);	/* there is nobody */
		assert_no_child();
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_command_gets_status_and_letter),
		TEST(there_may_be_no_letter),
		TEST(who_is_dismissed_runs_nothing),
		TEST(a_run_that_ends_without_a_word_was_killed),
		TEST(a_run_that_was_asked_to_end_was_not_killed),
		TEST(a_signal_does_not_keep_it_from_its_order),
		TEST(how_the_command_failed_is_told),
		TEST(a_process_that_died_is_told),
		TEST(a_process_that_dies_meanwhile_is_told),
		TEST(a_stop_ends_the_wait),
		TEST(a_command_may_take_its_time),
		TEST(a_letter_that_cannot_be_written_is_left_out),
		TEST(what_there_is_not_is_not_told),
		TEST(what_cannot_be_begun_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
