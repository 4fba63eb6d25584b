/*
 * The file of metrics: replaced as a whole or not at all, whatever the disk
 * does and whenever the program is killed.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdio.h"
#include "flow/metrics_file.h"

#define NAME "a.prom"
#define OLD "# an old file\ncallark_last_success_timestamp_seconds{} 17\n"

ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);

/* The call that fails, and with what; DIES: the program ends there. */
enum call { NONE, WRITE, FCHMOD, FSYNC, RENAMEAT };

#define DIES (-1)

static enum call failing;
static int failure;

static bool
fails(enum call call)
{
	if (call != failing)
		return false;
	if (failure == DIES)
		_exit(0);
	errno = failure;
	return true;
}

ssize_t
__wrap_write(int fd, const void *bytes, size_t n)
{
	return fails(WRITE) ? -1 : __real_write(fd, bytes, n);
}

int
__wrap_fchmod(int fd, mode_t mode)
{
	return fails(FCHMOD) ? -1 : __real_fchmod(fd, mode);
}

int
__wrap_fsync(int fd)
{
	return fails(FSYNC) ? -1 : __real_fsync(fd);
}

int
__wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	return fails(RENAMEAT) ? -1 : __real_renameat(from_fd, from, to_fd, to);
}

struct desk {
	char dir[64], path[96];
	struct ark_config *config;
	struct ark_summary *run;
};

static int
setup(void **state)
{
	struct desk *d = calloc(1, sizeof(*d));

	assert_non_null(d);
	memcpy(d->dir, "/tmp/callark-metrics-XXXXXX",
	       sizeof("/tmp/callark-metrics-XXXXXX"));
	assert_non_null(mkdtemp(d->dir));
	(void)snprintf(d->path, sizeof(d->path), "%s/" NAME, d->dir);
	assert_int_equal(ark_config_load(&d->config, "/dev/null", NULL), 0);
	d->run = calloc(1, sizeof(*d->run));
	assert_non_null(d->run);
	failing = NONE;
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	struct desk *d = *state;

	(void)unlink(d->path);
	assert_int_equal(rmdir(d->dir), 0);
	ark_config_free(d->config);
	free(d->run);
	free(d);
	return 0;
}

static void
put_old(const struct desk *d, const char *text)
{
	int fd = open(d->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fdio_write(fd, text, strlen(text)), 0);
	assert_int_equal(close(fd), 0);
}

/* The file's text, up to the next call. */
static const char *
text_of(const struct desk *d)
{
	static struct buf text = BUF_INIT(65536);

	buf_release(&text);
	buf_init(&text, 65536);
	assert_int_equal(fdio_slurp_at(AT_FDCWD, d->path, &text, NULL), 0);
	return buf_text(&text);
}

static int
replace(const struct desk *d, const char *path, struct ark_error *err)
{
	struct metrics_file f;
	int rc;

	rc = metrics_file_open(&f, path, err);
	if (!rc)
		rc = metrics_file_replace(&f, d->config, d->run, 3, err);
	metrics_file_close(&f);
	return rc;
}

static void
assert_whole(const struct desk *d)
{
	const char *text = text_of(d);
	struct stat st;

	assert_memory_equal(text, "# HELP ", 7);
	assert_int_equal(text[strlen(text) - 1], '\n');
	assert_non_null(strstr(text, "callark_run_exit_status{"));
	assert_int_equal(stat(d->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void
a_file_appears_and_is_replaced(void **state)
{
	struct desk *d = *state;

	assert_int_equal(replace(d, d->path, NULL), 0);
	assert_whole(d);
	put_old(d, OLD);
	assert_int_equal(replace(d, d->path, NULL), 0);
	assert_whole(d);
	/* what the old one knew, and no archive does */
	assert_non_null(strstr(text_of(d), "_timestamp_seconds{archive=\"\","
			       "organization=\"\"} 17\n"));
}

static void
a_disk_that_fails_leaves_the_old_file(void **state)
{
	static const struct {
		enum call call;
		int failure;
	} rows[] = {
		{ WRITE, ENOSPC }, { WRITE, EDQUOT }, { WRITE, EIO },
		{ FCHMOD, EPERM }, { FSYNC, ENOSPC }, { FSYNC, EIO },
		{ RENAMEAT, EROFS }, { RENAMEAT, EACCES }, { RENAMEAT, EISDIR },
	};
	struct desk *d = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ark_error err = { 0 };
		int rc;

		put_old(d, OLD);
		failing = rows[i].call;
		failure = rows[i].failure;
		rc = replace(d, d->path, &err);
		failing = NONE;
		assert_int_equal(rc, ARK_EDISK);
		assert_non_null(strstr(err.text, d->path));
		assert_non_null(strstr(err.text, strerror(rows[i].failure)));
		assert_string_equal(text_of(d), OLD);
		/* nothing beside it: */
		assert_int_equal(unlink(d->path), 0);
		assert_int_equal(rmdir(d->dir), 0);
		assert_int_equal(mkdir(d->dir, 0700), 0);
	}
}

/* A program that dies at any of its steps, and the one after it. */
static void
a_program_that_dies_leaves_the_old_file(void **state)
{
	struct desk *d = *state;

	for (enum call call = WRITE; call <= RENAMEAT; call++) {
		char left[128];
		pid_t pid;

		put_old(d, OLD);
		failing = call;
		failure = DIES;
		pid = fork();
		if (!pid) {
			(void)replace(d, d->path, NULL);
			_exit(1);
		}
		failing = NONE;
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_string_equal(text_of(d), OLD);
		/* what it left has a name that the collector does not read */
		(void)snprintf(left, sizeof(left), "%s.%ld", d->path,
			       (long)pid);
		assert_int_equal(unlink(left), 0);
		assert_int_equal(replace(d, d->path, NULL), 0);
		assert_whole(d);
	}
}

/* A process may get the number of one that died. */
static void
what_lies_under_our_number_is_no_hindrance(void **state)
{
	struct desk *d = *state;
	char left[128];

	(void)snprintf(left, sizeof(left), "%s.%ld", d->path, (long)getpid());
	assert_int_equal(symlink("/no/such/place", left), 0);
	assert_int_equal(replace(d, d->path, NULL), 0);
	assert_whole(d);
	assert_int_equal(access(left, F_OK), -1);
}

/* Nobody writes there what would be read for ever. */
static void
what_is_no_file_is_replaced_unread(void **state)
{
	struct desk *d = *state;

	assert_int_equal(mkfifo(d->path, 0600), 0);
	assert_int_equal(replace(d, d->path, NULL), 0);
	assert_whole(d);
	assert_int_equal(unlink(d->path), 0);
	assert_int_equal(symlink("/dev/zero", d->path), 0);
	assert_int_equal(replace(d, d->path, NULL), 0);
	assert_whole(d);
}

static void
an_archive_that_is_away_is_left_out(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ark_config_set(d->config, "archive.path", "/no/such",
					"--test", NULL), 0);
	assert_int_equal(replace(d, d->path, NULL), 0);
	assert_whole(d);
	assert_non_null(strstr(text_of(d), "archive=\"/no/such\""));
	assert_null(strstr(text_of(d), "callark_recordings"));
}

static void
a_place_that_cannot_be_is_told(void **state)
{
	struct desk *d = *state;
	struct ark_error err = { 0 };
	char path[400];

	assert_int_equal(replace(d, "/no/such/folder/a.prom", &err),
			 ARK_ENOTFOUND);
	assert_non_null(strstr(err.text, "/no/such/folder"));
	assert_int_equal(replace(d, "/dev/null/a.prom", &err), ARK_EDISK);
	(void)snprintf(path, sizeof(path), "%s/%0250d.prom", d->dir, 1);
	assert_int_equal(replace(d, path, &err), ARK_EDISK);
	assert_non_null(strstr(err.text, strerror(ENAMETOOLONG)));
}

static void
the_folder_is_the_part_before_the_name(void **state)
{
	static const struct {
		const char *path, *outbox, *name;
	} rows[] = {
		{ "/tmp/a.prom", "/tmp", "a.prom" },
		{ "/a.prom", "/", "a.prom" },
		{ "a.prom", ".", "a.prom" },
		{ "./a.prom", ".", "a.prom" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct metrics_file f;

		assert_int_equal(metrics_file_open(&f, rows[i].path, NULL), 0);
		assert_string_equal(f.outbox, rows[i].outbox);
		assert_string_equal(f.name, rows[i].name);
		metrics_file_close(&f);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_appears_and_is_replaced),
		TEST(a_disk_that_fails_leaves_the_old_file),
		TEST(a_program_that_dies_leaves_the_old_file),
		TEST(what_lies_under_our_number_is_no_hindrance),
		TEST(what_is_no_file_is_replaced_unread),
		TEST(an_archive_that_is_away_is_left_out),
		TEST(a_place_that_cannot_be_is_told),
		TEST(the_folder_is_the_part_before_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
