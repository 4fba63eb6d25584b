#include "config/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fdio.h"

#define OUTPUT_MAX ((size_t)65536)
#define WAIT_STEP_NS 10000000	/* between two looks at the child */

extern char **environ;

/*
 * The child starts with default signals, and leads a group of its own so that
 * the whole of it can be killed.
 */
static int
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int rc;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	rc = posix_spawnattr_setsigmask(attr, &none);
	if (!rc)
		rc = posix_spawnattr_setsigdefault(attr, &all);
	if (!rc)
		rc = posix_spawnattr_setpgroup(attr, 0);
	if (!rc)
		rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK |
					      POSIX_SPAWN_SETSIGDEF |
					      POSIX_SPAWN_SETPGROUP);
	return rc;
}

static int
set_descriptors(posix_spawn_file_actions_t *actions, int input, int output)
{
	int rc;

	if (input < 0)
		rc = posix_spawn_file_actions_addopen(actions, STDIN_FILENO,
						      "/dev/null", O_RDONLY,
						      0);
	else
		rc = posix_spawn_file_actions_adddup2(actions, input,
						      STDIN_FILENO);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(actions, output,
						      STDOUT_FILENO);
	return rc;
}

static bool
is_secret(const char *variable)
{
	return !strncmp(variable, "CALLARK_API_KEY=", 16) ||
	       !strncmp(variable, "CALLARK_PASSWORD=", 17);
}

/* Whether one of those is in place of the variable. */
static bool
is_replaced(const char *variable, const char *const *by)
{
	size_t name = strcspn(variable, "=");

	for (; *by; by++) {
		if (!strncmp(*by, variable, name + 1))
			return true;
	}
	return false;
}

static size_t
count(const char *const *texts)
{
	size_t n = 0;

	while (texts[n])
		n++;
	return n;
}

/* Our environment with more and without our own secrets; NULL: no memory. */
static const char **
new_environment(const char *const *more)
{
	static const char *const nothing[] = { NULL };
	const char *const *ours = (const char *const *)environ;
	const char **copy;
	size_t kept = 0;

	if (!more)
		more = nothing;
	copy = calloc(count(ours) + count(more) + 1, sizeof(*copy));
	if (!copy)
		return NULL;
	for (; *ours; ours++) {
		if (!is_secret(*ours) && !is_replaced(*ours, more))
			copy[kept++] = *ours;
	}
	for (; *more; more++)
		copy[kept++] = *more;
	return copy;
}

/* Start the command.  Return 0 or an errno. */
static int
spawn(pid_t *pid, const struct command *c, int output)
{
	char shell[] = "sh", option[] = "-c";
	char *text = strdup(c->text);
	char *const argv[] = { shell, option, text, NULL };
	const char **variables = new_environment(c->variables);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc;

	if (!text || !variables) {
		rc = ENOMEM;
		goto out_text;
	}
	rc = posix_spawn_file_actions_init(&actions);
	if (rc)
		goto out_text;
	rc = posix_spawnattr_init(&attr);
	if (rc)
		goto out_actions;
	rc = set_attributes(&attr);
	if (!rc)
		rc = set_descriptors(&actions, c->input, output);
	if (!rc)
		rc = posix_spawn(pid, "/bin/sh", &actions, &attr, argv,
				 (char *const *)(uintptr_t)variables);
	(void)posix_spawnattr_destroy(&attr);
out_actions:
	(void)posix_spawn_file_actions_destroy(&actions);
out_text:
	free(variables);
	free(text);
	return rc;
}

/* The same, with *pid -1 when there is no child. */
static int
start(pid_t *pid, const struct command *c, int output, struct ark_error *err)
{
	int rc = spawn(pid, c, output);

	if (!rc)
		return 0;
	*pid = -1;
	errno = rc;
	return error_errno(err, "starting /bin/sh");
}

static int
too_slow(int64_t max_ms, struct ark_error *err)
{
	return error_set(err, ARK_EUSAGE, "the command did not end within "
			 "%lld ms", (long long)max_ms);
}

/* Wait until fd can be read.  Return 1, 0 when the time is over, or -1. */
static int
wait_readable(int fd, int64_t until_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	for (;;) {
		int64_t left_ms = until_ms - clock_now_ms();
		int rc;

		if (left_ms <= 0)
			return 0;
		rc = poll(&p, 1, left_ms > 1000 ? 1000 : (int)left_ms);
		if (rc > 0)
			return 1;
		if (rc < 0 && errno != EINTR)
			return -1;
	}
}

/* Read to the end of fd; bytes has room for OUTPUT_MAX + 1. */
static int
read_output(int fd, char *bytes, size_t *n, int64_t max_ms,
	    struct ark_error *err)
{
	int64_t until_ms = clock_now_ms() + max_ms;

	*n = 0;
	for (;;) {
		int ready = wait_readable(fd, until_ms);
		ssize_t got;

		if (!ready)
			return too_slow(max_ms, err);
		got = ready < 0 ? -1 : read(fd, bytes + *n,
					    OUTPUT_MAX + 1 - *n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, "reading from the command");
		if (got == 0)
			return 0;
		*n += (size_t)got;
		if (*n > OUTPUT_MAX)
			return error_set(err, ARK_EUSAGE, "the command printed "
					 "more than %zu bytes", OUTPUT_MAX);
	}
}

/* Wait for the end of the child, which may outlive its output. */
static int
reap(pid_t *pid, int64_t max_ms, struct ark_error *err)
{
	const struct timespec step = { .tv_nsec = WAIT_STEP_NS };
	int64_t until_ms = clock_now_ms() + max_ms;
	int status = 0;

	for (;;) {
		pid_t ended = waitpid(*pid, &status, WNOHANG);

		if (ended < 0 && errno != EINTR)
			return error_errno(err, "waiting for the command");
		if (ended == *pid)
			break;
		if (clock_now_ms() >= until_ms)
			return too_slow(max_ms, err);
		(void)nanosleep(&step, NULL);
	}
	*pid = -1;
	if (WIFSIGNALED(status))
		return error_set(err, ARK_EUSAGE, "the command was ended by "
				 "signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status))
		return error_set(err, ARK_EUSAGE, "the command ended with "
				 "exit status %d", WEXITSTATUS(status));
	return 0;
}

static void
kill_group(pid_t pid)
{
	if (pid < 0)
		return;
	(void)kill(-pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* The first line, without its end. */
static int
set_line(struct secret *out, const char *bytes, size_t n,
	 struct ark_error *err)
{
	struct ark_error cause = { 0 };
	const char *end = memchr(bytes, '\n', n);
	int rc;

	if (end)
		n = (size_t)(end - bytes);
	if (n && bytes[n - 1] == '\r')
		n--;
	if (!n)
		return error_set(err, ARK_EUSAGE, "the command printed an "
				 "empty line or nothing");
	rc = secret_set(out, bytes, n, &cause);
	if (rc)
		return error_set(err, rc == ARK_ENOMEM ? rc : ARK_EUSAGE,
				 "%s", cause.text);
	return 0;
}

int
command_run(const struct command *c, struct ark_error *err)
{
	pid_t pid;
	int rc;

	rc = start(&pid, c, STDERR_FILENO, err);
	if (!rc)
		rc = reap(&pid, c->max_ms, err);
	kill_group(pid);
	return rc;
}

int
command_read(const char *text, int64_t max_ms, struct secret *out,
	     struct ark_error *err)
{
	const struct command c = { .text = text, .input = -1 };
	int ends[2] = { -1, -1 };
	char *bytes = NULL;
	size_t n = 0;
	pid_t pid = -1;
	int rc;

	bytes = malloc(OUTPUT_MAX + 1);
	if (!bytes) {
		rc = error_nomem(err);
		goto out;
	}
	if (pipe2(ends, O_CLOEXEC)) {
		rc = error_errno(err, "making a pipe");
		goto out;
	}
	rc = start(&pid, &c, ends[1], err);
	if (rc)
		goto out;
	(void)fdio_close(&ends[1]);
	rc = read_output(ends[0], bytes, &n, max_ms, err);
	if (!rc)
		rc = reap(&pid, max_ms, err);
	if (!rc)
		rc = set_line(out, bytes, n, err);
out:
	kill_group(pid);
	(void)fdio_close(&ends[0]);
	(void)fdio_close(&ends[1]);
	if (bytes)
		secret_wipe(bytes, OUTPUT_MAX + 1);
	free(bytes);
	return rc;
}
