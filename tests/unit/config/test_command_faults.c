/*
 * Commands where the system fails us: a command that cannot be started has not
 * run, and neither a child nor a descriptor is left behind.
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
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/command.h"
#include "unit/heap.h"

#define N(table) (sizeof(table) / sizeof((table)[0]))

/* ---- calls that fail ---- */

/* Of the steps below that start a command, this one fails; 0: none. */
static int failing_step, n_steps;

#define STEP(name, parameters, arguments)				\
	int __real_##name parameters;					\
	int __wrap_##name parameters;					\
	int __wrap_##name parameters					\
	{								\
		return ++n_steps == failing_step ? EAGAIN :		\
			__real_##name arguments;			\
	}

STEP(posix_spawn_file_actions_init, (posix_spawn_file_actions_t *a), (a))
STEP(posix_spawn_file_actions_addopen,
     (posix_spawn_file_actions_t *a, int fd, const char *path, int flags,
      mode_t mode), (a, fd, path, flags, mode))
STEP(posix_spawn_file_actions_adddup2,
     (posix_spawn_file_actions_t *a, int from, int to), (a, from, to))
STEP(posix_spawnattr_init, (posix_spawnattr_t *a), (a))
STEP(posix_spawnattr_setsigmask, (posix_spawnattr_t *a, const sigset_t *set),
     (a, set))
STEP(posix_spawnattr_setsigdefault, (posix_spawnattr_t *a, const sigset_t *set),
     (a, set))
STEP(posix_spawnattr_setpgroup, (posix_spawnattr_t *a, pid_t group), (a, group))
STEP(posix_spawnattr_setflags, (posix_spawnattr_t *a, short flags), (a, flags))
STEP(posix_spawn,
     (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attr, char *const argv[], char *const env[]),
     (pid, path, actions, attr, argv, env))

/* How often the next calls fail, and with what. */
static struct fault {
	int times, error;
} pipes, polls, reads, waits;

static bool
fails(struct fault *f)
{
	if (!f->times)
		return false;
	f->times--;
	errno = f->error;
	return true;
}

int __real_pipe2(int ends[2], int flags);
int __wrap_pipe2(int ends[2], int flags);
int __real_poll(struct pollfd *fds, nfds_t n, int wait_ms);
int __wrap_poll(struct pollfd *fds, nfds_t n, int wait_ms);
ssize_t __real_read(int fd, void *bytes, size_t n);
ssize_t __wrap_read(int fd, void *bytes, size_t n);
ssize_t __wrap___read_chk(int fd, void *bytes, size_t n, size_t room);
pid_t __real_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);

int
__wrap_pipe2(int ends[2], int flags)
{
	return fails(&pipes) ? -1 : __real_pipe2(ends, flags);
}

int
__wrap_poll(struct pollfd *fds, nfds_t n, int wait_ms)
{
	return fails(&polls) ? -1 : __real_poll(fds, n, wait_ms);
}

ssize_t
__wrap_read(int fd, void *bytes, size_t n)
{
	return fails(&reads) ? -1 : __real_read(fd, bytes, n);
}

/* read(), where the compiler knows how much room there is. */
ssize_t
__wrap___read_chk(int fd, void *bytes, size_t n, size_t room)
{
	assert_true(n <= room);
	return __wrap_read(fd, bytes, n);
}

pid_t
__wrap_waitpid(pid_t pid, int *status, int options)
{
	return fails(&waits) ? -1 : __real_waitpid(pid, status, options);
}

/* ---- tests ---- */

/* The lowest descriptor that is free. */
static int
free_descriptor(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	return fd;
}

static int before;

static int
set_up(void **state)
{
	(void)state;
	failing_step = 0;
	pipes = polls = reads = waits = (struct fault){ 0 };
	before = free_descriptor();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	assert_int_equal(free_descriptor(), before);
	assert_int_equal(__real_waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return 0;
}

static void
each_step_of_starting_may_fail(void **state)
{
	const struct command c = {
		.text = "exit 3", .max_ms = 10000, .input = STDIN_FILENO,
	};

	(void)state;
	for (failing_step = 1;; failing_step++) {
		struct ark_error err = { 0 };
		struct secret s = { 0 };

		n_steps = 0;
		if (!command_read("echo abc", 10000, &s, &err)) {
			assert_string_equal(s.text, "abc");
			secret_release(&s);
			break;
		}
		assert_int_equal(err.code, ARK_EDISK);
		assert_non_null(strstr(err.text, "starting /bin/sh: "));
		assert_non_null(strstr(err.text, strerror(EAGAIN)));
		assert_false(secret_is_set(&s));
		n_steps = 0;
		assert_int_equal(command_run(&c, &err), ARK_EDISK);
	}
	assert_true(failing_step > 9);
}

static void
read_a_command(void *ctx)
{
	struct ark_error err = { 0 };
	struct secret s = { 0 };
	int rc = command_read(ctx, 10000, &s, &err);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	assert_int_equal(secret_is_set(&s), !rc);
	secret_release(&s);
}

static void
a_command_without_memory_is_not_refused(void **state)
{
	static char command[] = "echo abc";

	(void)state;
	assert_true(heap_each(read_a_command, command) > 0);
}

static void
what_the_system_refuses_is_told(void **state)
{
	static const struct {
		struct fault *fault;
		const char *command, *named;
	} rows[] = {
		{ &pipes, "echo a; sleep 60", "making a pipe: " },
		{ &polls, "echo a; sleep 60", "reading from the command: " },
		{ &reads, "echo a; sleep 60", "reading from the command: " },
		{ &waits, "echo a", "waiting for the command: " },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ark_error err = { 0 };
		struct secret s = { 0 };

		*rows[i].fault = (struct fault){ 1, EIO };
		assert_int_equal(command_read(rows[i].command, 100000, &s,
					      &err), ARK_EDISK);
		assert_non_null(strstr(err.text, rows[i].named));
		assert_non_null(strstr(err.text, strerror(EIO)));
		assert_false(secret_is_set(&s));
	}
}

/* Signals that we take ourselves change nothing. */
static void
interruptions_are_none(void **state)
{
	static struct fault *const rows[] = { &polls, &reads, &waits };
	struct ark_error err = { 0 };
	struct secret killed = { 0 };

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct secret s = { 0 };

		*rows[i] = (struct fault){ 2, EINTR };
		assert_int_equal(command_read("echo abc", 10000, &s, &err), 0);
		assert_string_equal(s.text, "abc");
		assert_int_equal(rows[i]->times, 0);
		secret_release(&s);
	}
	/* Nor do they while what hangs is killed. */
	waits = (struct fault){ 2, EINTR };
	assert_int_equal(command_read("sleep 60", 30, &killed, &err),
			 ARK_EUSAGE);
	assert_non_null(strstr(err.text, "within 30 ms"));
	assert_int_equal(waits.times, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_step_of_starting_may_fail),
		TEST(a_command_without_memory_is_not_refused),
		TEST(what_the_system_refuses_is_told),
		TEST(interruptions_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
