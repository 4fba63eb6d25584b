#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_too_slow),
		cmocka_unit_test(test_signals_are_default),
		cmocka_unit_test(test_closed_descriptors),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
