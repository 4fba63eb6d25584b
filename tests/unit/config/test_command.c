#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "config/command.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

static void
test_output(void **state)
{
	static const struct {
		const char *command;
		const char *secret;
	} rows[] = {
		{ "echo abc", "abc" },
		{ "printf abc", "abc" },
		{ "printf 'abc\\r\\n'", "abc" },
		{ "printf 'abc\\ndef\\n'", "abc" },
		{ "printf ' a b '", " a b " },
		{ "cat; echo behind", "behind" },	/* empty input */
		{ "exec 2>/dev/null; echo talk >&2; echo x", "x" },
		{ "head -c 65535 /dev/zero | tr '\\0' '\\n' | "
		  "sed '1s/.*/a/' | head -c 65536", "a" },
		{ "exec 1>&-; sleep 0.05; exit 0", NULL },
		{ "printf a; exec 1>&-; sleep 0.05; exit 0", "a" },
		/* Signals that we ignore or block still end the command. */
		{ "trap 'echo got; exit 0' TERM; kill -TERM $$; sleep 5",
		  "got" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_error err = { 0 };
		struct secret s = { 0 };
		int rc = command_read(rows[i].command, 10000, &s, &err);

		if (rc != (rows[i].secret ? 0 : ARK_EUSAGE))
			print_error("%s: %s\n", rows[i].command, err.text);
		if (rows[i].secret) {
			assert_int_equal(rc, 0);
			assert_string_equal(s.text, rows[i].secret);
		} else {
			assert_int_equal(rc, ARK_EUSAGE);
		}
		secret_release(&s);
	}
}

static void
test_refused(void **state)
{
	static const struct {
		const char *command;
		const char *named;
	} rows[] = {
		{ "true", "empty line" },
		{ "echo; echo hush", "empty line" },
		{ "echo hush; exit 7", "exit status 7" },
		{ "exit 1", "exit status 1" },
		{ "exec 2>/dev/null; /no/such/program", "exit status 127" },
		{ "echo hush; kill -KILL $$", "signal 9" },
		{ "head -c 65537 /dev/zero", "65536 bytes" },
		{ "yes 2>/dev/null", "65536 bytes" },
		{ "printf 'hush\\001'", "control character" },
		{ "printf 'hush\\000x'", "control character" },
		{ "eval '((' 2>/dev/null", "exit status" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_error err = { 0 };
		struct secret s = { 0 };

		assert_int_equal(command_read(rows[i].command, 10000, &s,
					      &err), ARK_EUSAGE);
		assert_int_equal(err.code, ARK_EUSAGE);
		assert_non_null(strstr(err.text, rows[i].named));
		assert_null(strstr(err.text, "hush"));
		assert_false(secret_is_set(&s));
	}
}

/* A command that hangs is killed, and so is what it started. */
static void
test_too_slow(void **state)
{
	static const char *const commands[] = {
		"sleep 60",
		"echo abc; sleep 60",
		"echo abc; exec 1>&-; sleep 60",
		"trap '' TERM INT; sleep 60; sleep 60",
	};

	(void)state;
	for (size_t i = 0; i < N(commands); i++) {
		int64_t began_ms = clock_now_ms();
		struct ark_error err = { 0 };
		struct secret s = { 0 };

		assert_int_equal(command_read(commands[i], 100, &s, &err),
				 ARK_EUSAGE);
		assert_non_null(strstr(err.text, "100 ms"));
		assert_false(secret_is_set(&s));
		assert_true(clock_now_ms() - began_ms < 10000);
		/* No child is left, not even a dead one. */
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	}
}

static void
test_signals_are_default(void **state)
{
	struct secret s = { 0 };
	struct ark_error err = { 0 };
	sigset_t blocked, before;

	(void)state;
	assert_int_equal(sigemptyset(&blocked), 0);
	assert_int_equal(sigaddset(&blocked, SIGTERM), 0);
	assert_int_equal(sigprocmask(SIG_BLOCK, &blocked, &before), 0);
	assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	assert_int_equal(command_read("kill -TERM $$; echo x", 10000, &s,
				      &err), ARK_EUSAGE);
	assert_non_null(strstr(err.text, "signal 15"));
	assert_int_equal(command_read("kill -PIPE $$; echo x", 10000, &s,
				      &err), ARK_EUSAGE);
	assert_non_null(strstr(err.text, "signal 13"));
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
}

/* With descriptors 0 and 1 closed the pipe itself may become one of them. */
static void
test_closed_descriptors(void **state)
{
	struct secret s = { 0 };
	int input = dup(0), output = dup(1);
	int rc;

	(void)state;
	assert_true(input > 2 && output > 2);
	(void)close(0);
	(void)close(1);
	rc = command_read("cat; echo abc", 10000, &s, NULL);
	assert_int_equal(dup2(input, 0), 0);
	assert_int_equal(dup2(output, 1), 1);
	(void)close(input);
	(void)close(output);
	assert_int_equal(rc, 0);
	assert_string_equal(s.text, "abc");
	secret_release(&s);
}

/* ---- command_run */

/* What is written behind the end of fd, which becomes our standard error. */
static int
run_with_stderr(const struct command *c, int fd, struct ark_error *err)
{
	int ours = dup(STDERR_FILENO);
	int rc;

	assert_true(ours >= 0);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	rc = command_run(c, err);
	assert_int_equal(dup2(ours, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(close(ours), 0);
	return rc;
}

static int
memory_file(const char *text)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	ssize_t n = (ssize_t)strlen(text);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, (size_t)n), n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void
test_run(void **state)
{
	static const char *const variables[] = { "CALLARK_T=new", "X=a=b",
						 NULL };
	static const struct {
		const char *text, *input;
		bool has_variables;
		const char *said;
	} rows[] = {
		{ "true", NULL, false, "" },
		{ "echo out; echo err >&2", NULL, false, "out\nerr\n" },
		{ "cat", NULL, false, "" },
		{ "cat", "a\nb", false, "a\nb" },
		{ "echo \"$CALLARK_T\"", NULL, false, "old\n" },
		{ "echo \"$CALLARK_T $X\"", NULL, true, "new a=b\n" },
		{ "env | grep -c ^CALLARK_T=", NULL, true, "1\n" },
		{ "echo \"$CALLARK_TT\"", NULL, true, "longer\n" },
		{ "echo \"$CALLARK_API_KEY$CALLARK_PASSWORD\"", NULL, true,
		  "\n" },
	};

	(void)state;
	assert_int_equal(setenv("CALLARK_T", "old", 1), 0);
	assert_int_equal(setenv("CALLARK_TT", "longer", 1), 0);
	assert_int_equal(setenv("CALLARK_API_KEY", "hush", 1), 0);
	assert_int_equal(setenv("CALLARK_PASSWORD", "hush", 1), 0);
	for (size_t i = 0; i < N(rows); i++) {
		int input = rows[i].input ? memory_file(rows[i].input) : -1;
		const struct command c = {
			.text = rows[i].text, .max_ms = 10000, .input = input,
			.variables = rows[i].has_variables ? variables : NULL,
		};
		struct ark_error err = { 0 };
		char said[200] = "";
		int fd = memory_file("");

		assert_int_equal(run_with_stderr(&c, fd, &err), 0);
		assert_true(pread(fd, said, sizeof(said) - 1, 0) >= 0);
		assert_string_equal(said, rows[i].said);
		assert_int_equal(close(fd), 0);
		assert_true(input < 0 || !close(input));
	}
	assert_int_equal(unsetenv("CALLARK_API_KEY"), 0);
	assert_int_equal(unsetenv("CALLARK_PASSWORD"), 0);
}

static void
test_run_refused(void **state)
{
	static const struct {
		const char *text, *named;
	} rows[] = {
		{ "exit 7", "exit status 7" },
		{ "kill -KILL $$", "signal 9" },
		{ "exec 2>/dev/null; /no/such/program", "exit status 127" },
		{ "sleep 60", "within 100 ms" },
		{ "exec 2>/dev/null; yes >&2", "within 100 ms" },
		{ "trap '' TERM; sleep 60; sleep 60", "within 100 ms" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct command c = { .text = rows[i].text, .input = -1 };
		int64_t began_ms = clock_now_ms();
		struct ark_error err = { 0 };

		c.max_ms = strstr(rows[i].named, "100 ms") ? 100 : 10000;
		assert_int_equal(command_run(&c, &err), ARK_EUSAGE);
		assert_non_null(strstr(err.text, rows[i].named));
		assert_true(clock_now_ms() - began_ms < 10000);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	}
}

/* What it leaves behind in good order is not killed; what hangs is. */
static void
test_run_leaves(void **state)
{
	int ends[2];
	char byte;
	const struct command leaves = {
		.text = "(sleep 0.2; echo a) & exit 0", .max_ms = 10000,
		.input = -1,
	};
	const struct command hangs = {
		.text = "sleep 60 & sleep 60", .max_ms = 100, .input = -1,
	};

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(run_with_stderr(&leaves, ends[1], NULL), 0);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(run_with_stderr(&hangs, ends[1], NULL), ARK_EUSAGE);
	/* Nobody has the other end any more. */
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	assert_int_equal(close(ends[0]), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_too_slow),
		cmocka_unit_test(test_signals_are_default),
		cmocka_unit_test(test_closed_descriptors),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_run_refused),
		cmocka_unit_test(test_run_leaves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
