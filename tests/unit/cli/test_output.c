/*
 * A file for a result: there as a whole or as it was before, whatever fails,
 * and nothing beside it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/heap.h"
#include "unit/leave.h"

#include "cli/output.h"

#define OLD "as it was"
#define NEW "as it is now"

int __real_pipe2(int ends[2], int flags);
int __wrap_pipe2(int ends[2], int flags);
FILE *__real_fdopen(int fd, const char *mode);
FILE *__wrap_fdopen(int fd, const char *mode);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_fflush(FILE *f);
int __wrap_fflush(FILE *f);
int __real_fclose(FILE *f);
int __wrap_fclose(FILE *f);
pid_t __real_waitpid(pid_t pid, int *status, int options);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
int __wrap_talk_signal(void);

/* The call that fails, once; WAITPID: for a signal.  DIES: the keeper did. */
static enum call {
	NONE, PIPE2, FDOPEN, FSYNC, FFLUSH, FCLOSE, WAITPID, DIES,
} failing;
static int caught;

static bool
fails(enum call call)
{
	if (failing != call)
		return false;
	failing = NONE;
	errno = call == WAITPID ? EINTR : EIO;
	return true;
}

int
__wrap_pipe2(int ends[2], int flags)
{
	return fails(PIPE2) ? -1 : __real_pipe2(ends, flags);
}

FILE *
__wrap_fdopen(int fd, const char *mode)
{
	return fails(FDOPEN) ? NULL : __real_fdopen(fd, mode);
}

int
__wrap_fsync(int fd)
{
	return fails(FSYNC) ? -1 : __real_fsync(fd);
}

int
__wrap_fflush(FILE *f)
{
	return fails(FFLUSH) ? EOF : __real_fflush(f);
}

int
__wrap_fclose(FILE *f)
{
	int rc = __real_fclose(f);

	return fails(FCLOSE) ? EOF : rc;
}

pid_t
__wrap_waitpid(pid_t pid, int *status, int options)
{
	if (fails(WAITPID))
		return -1;
	pid = __real_waitpid(pid, status, options);
	if (fails(DIES))
		*status = SIGKILL;
	return pid;
}

int
__wrap_talk_signal(void)
{
	return caught;
}

void
__wrap__exit(int status)
{
	leave_counted(status);
}

struct desk {
	char dir[64], path[96];
	struct ark_error err;
};

static int
setup(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));
	FILE *f;

	assert_non_null(d);
	(void)snprintf(d->dir, sizeof(d->dir), "/tmp/callark-output-XXXXXX");
	assert_non_null(mkdtemp(d->dir));
	(void)snprintf(d->path, sizeof(d->path), "%s/result", d->dir);
	f = fopen(d->path, "we");
	assert_non_null(f);
	assert_true(fputs(OLD, f) >= 0);
	assert_int_equal(fclose(f), 0);
	failing = NONE;
	caught = 0;
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	struct desk *d = *state;

	if (unlink(d->path))
		(void)rmdir(d->path);
	assert_int_equal(rmdir(d->dir), 0);
	free(d);
	return 0;
}

/* The file has that text, and lies there alone; no process is left. */
static void
expect(const struct desk *d, const char *text)
{
	char now[100] = "";
	FILE *f = fopen(d->path, "re");
	DIR *dir = opendir(d->dir);
	int n = 0;

	assert_non_null(f);
	assert_true(fread(now, 1, sizeof(now) - 1, f) > 0);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(now, text);
	assert_non_null(dir);
	while (readdir(dir))
		n++;
	assert_int_equal(closedir(dir), 0);
	assert_int_equal(n, 3);		/* with . and .. */
	assert_int_equal(__real_waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* All of it; what came of it. */
static int
write_result(struct desk *d, bool is_good)
{
	struct output o;
	int rc, end;

	d->err = (struct ark_error){ 0 };
	rc = output_open(&o, "file", d->path, &d->err);
	if (rc)
		return rc;
	rc = output_put(&o, NEW, strlen(NEW), &d->err);
	end = output_close(&o, is_good && !rc, rc ? NULL : &d->err);
	return rc ? rc : end;
}

static void
it_is_replaced_or_not(void **state)
{
	struct desk *d = *state;

	assert_int_equal(write_result(d, false), 0);
	expect(d, OLD);
	failing = WAITPID;
	assert_int_equal(write_result(d, true), 0);
	assert_int_equal(failing, NONE);
	expect(d, NEW);
}

static void
whatever_fails_leaves_it_as_it_was(void **state)
{
	static const enum call calls[] = {
		PIPE2, FDOPEN, FSYNC, FFLUSH, FCLOSE,
	};
	struct desk *d = *state;

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		failing = calls[i];
		assert_int_equal(write_result(d, true), ARK_EDISK);
		assert_int_equal(failing, NONE);
		assert_int_equal(d->err.code, ARK_EDISK);
		assert_non_null(strstr(d->err.text, "--file "));
		assert_non_null(strstr(d->err.text, strerror(EIO)));
		expect(d, OLD);
	}
}

static void
a_failure_that_nobody_wants_to_hear_is_one(void **state)
{
	struct desk *d = *state;
	struct output o;

	assert_int_equal(output_open(&o, "file", d->path, NULL), 0);
	failing = FSYNC;
	assert_int_equal(output_close(&o, true, NULL), ARK_EDISK);
	expect(d, OLD);
}

static void
without_memory_nothing_is_begun(void **state)
{
	struct desk *d = *state;

	heap_fail(1);
	assert_int_equal(write_result(d, true), ARK_ENOMEM);
	assert_true(heap_has_failed());
	expect(d, OLD);
	assert_int_equal(unlink(d->path), 0);	/* its name is copied then */
	heap_fail(1);
	assert_true(write_result(d, true) < 0);
	assert_true(heap_has_failed());
	assert_int_not_equal(access(d->path, F_OK), 0);
}

/* It stands in its place when the keeper is to name it. */
static void
a_name_that_is_taken_is_told(void **state)
{
	struct desk *d = *state;
	struct output o;

	assert_int_equal(unlink(d->path), 0);
	assert_int_equal(output_open(&o, "file", d->path, &d->err), 0);
	assert_int_equal(mkdir(d->path, 0700), 0);
	assert_int_equal(output_close(&o, true, &d->err), ARK_EDISK);
	assert_non_null(strstr(d->err.text, strerror(EISDIR)));
	assert_int_equal(rmdir(d->path), 0);
	assert_int_equal(rmdir(d->dir), 0);	/* nothing is left */
	assert_int_equal(mkdir(d->dir, 0700), 0);
}

/* Killed before it heard what to do, and behind that. */
static void
a_keeper_that_died_is_told(void **state)
{
	struct desk *d = *state;
	struct output o;

	assert_int_equal(output_open(&o, "file", d->path, &d->err), 0);
	assert_int_equal(kill(o.keeper, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)o.keeper, &(siginfo_t){ 0 },
				WEXITED | WNOWAIT), 0);
	assert_int_equal(unlink(o.temporary), 0);
	assert_int_equal(output_close(&o, true, &d->err), ARK_EDISK);
	assert_non_null(strstr(d->err.text, strerror(EPIPE)));
	expect(d, OLD);
	failing = DIES;
	assert_int_equal(write_result(d, true), ARK_EDISK);
}

/* A folder, a file as a folder, and a name with no room for another. */
static void
what_cannot_be_a_file_is_told(void **state)
{
	struct desk *d = *state;
	struct output o;
	char below[400];

	assert_int_equal(output_open(&o, "file", d->dir, &d->err), ARK_EDISK);
	assert_non_null(strstr(d->err.text, strerror(EISDIR)));
	(void)snprintf(below, sizeof(below), "%s/below", d->path);
	assert_int_equal(output_open(&o, "file", below, &d->err), ARK_EDISK);
	assert_non_null(strstr(d->err.text, strerror(ENOTDIR)));
	(void)snprintf(below, sizeof(below), "%s/no/such", d->dir);
	assert_int_equal(output_open(&o, "file", below, &d->err), ARK_EDISK);
	assert_non_null(strstr(d->err.text, strerror(ENOENT)));
	(void)snprintf(below, sizeof(below), "%s/%0250d", d->dir, 0);
	assert_int_equal(output_open(&o, "file", below, &d->err), ARK_EDISK);
	assert_non_null(strstr(d->err.text, strerror(ENAMETOOLONG)));
	expect(d, OLD);
}

/* More than any buffer takes, so that it fails at once. */
static int
put_much(struct output *o, struct ark_error *err)
{
	static const char much[1 << 20];

	return output_put(o, much, sizeof(much), err);
}

static void
what_takes_no_more_is_told(void **state)
{
	struct ark_error err = { 0 };
	struct output o;

	(void)state;
	assert_int_equal(output_open(&o, "file", "/dev/full", &err), 0);
	assert_int_equal(put_much(&o, &err), ARK_EDISK);
	assert_non_null(strstr(err.text, "--file /dev/full"));
	caught = SIGTERM;
	assert_int_equal(put_much(&o, &err), ARK_ESTOPPED);
	caught = 0;
	(void)output_close(&o, false, NULL);
	assert_int_equal(output_open(&o, "file", "-", &err), 0);
	assert_ptr_equal(o.file, stdout);
	o.file = fopen("/dev/full", "we");
	assert_non_null(o.file);
	assert_int_equal(put_much(&o, &err), ARK_EDISK);
	assert_string_equal(err.text, "the output could not be written");
	(void)fclose(o.file);
	assert_int_equal(output_close(&o, true, &err), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_replaced_or_not),
		TEST(whatever_fails_leaves_it_as_it_was),
		TEST(a_failure_that_nobody_wants_to_hear_is_one),
		TEST(without_memory_nothing_is_begun),
		TEST(a_name_that_is_taken_is_told),
		TEST(a_keeper_that_died_is_told),
		TEST(what_cannot_be_a_file_is_told),
		TEST(what_takes_no_more_is_told),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
