/*
 * What is said on stderr: to a terminal and to a log, with memory and without;
 * and that a second signal ends the program at once.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/heap.h"
#include "unit/leave.h"

#include "cli/cli.h"

int __wrap_isatty(int fd);

static bool is_terminal;

int
__wrap_isatty(int fd)
{
	(void)fd;
	return is_terminal;
}

void
__wrap__exit(int status)
{
	leave_counted(status);
}

static char said[1000];

/* What telling of e says; nothing is allocated from the nth allocation on. */
static const char *
tell(struct cli *cli, const struct ark_event *e, long n)
{
	FILE *f = tmpfile();
	int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	ssize_t len;

	assert_non_null(f);
	assert_true(before >= 0);
	assert_int_equal(dup2(fileno(f), STDERR_FILENO), STDERR_FILENO);
	heap_fail(n);
	cli->listener.notify(cli->listener.ctx, e);
	heap_fail(0);
	(void)fflush(stderr);
	len = pread(STDERR_FILENO, said, sizeof(said) - 1, 0);
	assert_true(len >= 0);
	said[len] = 0;
	assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(close(before), 0);
	assert_int_equal(fclose(f), 0);
	return said;
}

static const struct ark_progress a_minute = {
	.days = 2, .days_listed = 1, .to_fetch = 10, .fetched = 4,
	.troubled = 1, .bytes = 2048, .rate = 1024, .in_flight = 3,
	.elapsed_ms = 60100,
};

static void
progress_is_told_as_it_can_be_read(void **state)
{
	static const struct ark_progress early = { .elapsed_ms = 200 };
	static const struct ark_progress between = { .elapsed_ms = 90000 };
	const struct ark_event minute = { .progress = &a_minute };
	const struct ark_event begun = { .progress = &early };
	const struct ark_event later = { .progress = &between };
	const struct ark_event nothing = { .level = ARK_LOG_INFO };
	struct cli cli = { 0 };

	(void)state;
	talk_init(&cli);
	is_terminal = true;
	assert_string_equal(tell(&cli, &minute, 0), "\r\033[K5/10 recordings, "
			    "1/2 days listed, 2.0 KiB, 1.0 KiB/s, 3 in flight, "
			    "1m 00s left");
	assert_string_equal(tell(&cli, &nothing, 0), "");
	is_terminal = false;
	assert_string_equal(tell(&cli, &begun, 0), "");
	assert_string_equal(tell(&cli, &later, 0), "");
	assert_non_null(strstr(tell(&cli, &minute, 0), "callark: 5/10 "));
	cli.is_json_log = true;
	assert_non_null(strstr(tell(&cli, &minute, 0), "\"text\":\"5/10 "));
	cli.is_quiet = true;
	assert_string_equal(tell(&cli, &minute, 0), "");
}

/* A line wipes the status line first; then it is told, whatever there is. */
static void
a_line_is_told_without_memory(void **state)
{
	const struct ark_event e = {
		.level = ARK_LOG_ERROR, .text = "gr\xc3\xbc\x1b!", .id = "a",
	};
	struct cli cli = { 0 };

	(void)state;
	talk_init(&cli);
	is_terminal = true;
	assert_non_null(strstr(tell(&cli, &e, 0), "\r\033[Kcallark: error: "
			       "recording a: gr\xc3\xbc"));
	is_terminal = false;
	assert_string_equal(tell(&cli, &e, 1), "callark: error: gr???"
			    "!\n");
	cli.is_json_log = true;
	assert_non_null(strstr(tell(&cli, &e, 0), "\"id\":\"a\""));
	assert_string_equal(tell(&cli, &e, 1), "{\"level\":\"error\",\"text\":"
			    "\"a line of the log is lost: out of memory\"}\n");
}

static void
a_second_signal_ends_it_at_once(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct cli cli = { 0 };

		talk_init(&cli);
		(void)raise(SIGTERM);
		if (talk_signal() != SIGTERM ||
		    !cli.listener.should_stop(cli.listener.ctx))
			_exit(1);
		(void)raise(SIGINT);
		_exit(2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 128 + SIGINT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(progress_is_told_as_it_can_be_read),
		cmocka_unit_test(a_line_is_told_without_memory),
		cmocka_unit_test(a_second_signal_ends_it_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
