#include "fixture.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/wait.h>

int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __real_fdio_close(int *fd);
int __wrap_fdio_close(int *fd);

/* Offsets in the header of an SQLite file. */
#define AT_FORMAT 60
#define AT_APPLICATION 68

static bool fails_to_chmod, fails_to_close;

int
__wrap_fchmod(int fd, mode_t mode)
{
	if (!fails_to_chmod)
		return __real_fchmod(fd, mode);
	errno = EPERM;
	return -1;
}

int
__wrap_fdio_close(int *fd)
{
	int rc = __real_fdio_close(fd);

	if (!fails_to_close)
		return rc;
	errno = EIO;
	return -1;
}

static int
paths_setup(void **state)
{
	struct fixture *f = malloc(sizeof(*f));

	assert_non_null(f);
	fixture_paths(f);
	*state = f;
	return 0;
}

static void
overwrite(const struct fixture *f, off_t at, const void *bytes, size_t n)
{
	int fd = open(f->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, at), (ssize_t)n);
	assert_int_equal(close(fd), 0);
}

static int
open_again(struct fixture *f, enum catalogue_mode mode)
{
	catalogue_close(f->c);
	f->c = NULL;
	f->err = (struct ark_error){ 0 };
	return catalogue_open(&f->c, f->path, mode, &f->err);
}

static void
test_new_file(void **state)
{
	struct fixture *f = *state;
	mode_t mask = umask(0);
	struct stat st;

	assert_int_equal(open_again(f, CATALOGUE_READ), ARK_ENOTFOUND);
	assert_int_not_equal(stat(f->path, &st), 0);
	assert_int_equal(open_again(f, CATALOGUE_WRITE), 0);
	(void)umask(mask);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(catalogue_check(f->c, &f->err), 0);
	assert_int_equal(catalogue_run_begin(f->c, 1, &f->run, &f->err), 0);
	assert_int_equal(f->run, 1);
	assert_int_equal(open_again(f, CATALOGUE_WRITE), 0);
	assert_int_equal(catalogue_run_begin(f->c, 1, &f->run, &f->err), 0);
	assert_int_equal(f->run, 2);
	assert_int_equal(catalogue_run_end(f->c, 2, 0, 5, &f->err), 0);
}

static void
test_no_place(void **state)
{
	struct fixture *f = *state;
	struct catalogue *c = NULL;
	char path[512];

	assert_int_equal(catalogue_open(&c, "db", CATALOGUE_WRITE, &f->err),
			 ARK_EBUG);
	/* nothing is made by looking: neither here nor in the root folder */
	(void)snprintf(path, sizeof(path), "%s/none/db", f->dir);
	assert_int_equal(catalogue_open(&c, path, CATALOGUE_WRITE, &f->err),
			 ARK_ENOTFOUND);
	assert_int_equal(catalogue_open(&c, "/callark-there-is-none",
					CATALOGUE_READ, &f->err),
			 ARK_ENOTFOUND);
	assert_non_null(strstr(f->err.text, " /callark-there-is-none"));
	(void)snprintf(path, sizeof(path), "%s/%0300d", f->dir, 0);
	assert_int_equal(catalogue_open(&c, path, CATALOGUE_WRITE, &f->err),
			 ARK_EDISK);
	assert_null(c);
}

/* A file of which it is not known who may read it is not written to. */
static void
test_no_mode(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	for (int i = 0; i < 2; i++) {
		fails_to_chmod = !i;
		fails_to_close = i;
		assert_int_equal(open_again(f, CATALOGUE_WRITE), ARK_EDISK);
		fails_to_chmod = fails_to_close = false;
		assert_non_null(strstr(f->err.text, f->path));
		assert_int_equal(stat(f->path, &st), 0);
		assert_int_equal(st.st_size, 0);
		assert_int_equal(unlink(f->path), 0);
	}
}

static void
test_read_only(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = document("a");
	struct catalogue_put p;

	fixture_open(f);
	put(f, &d);
	assert_int_equal(open_again(f, CATALOGUE_READ), 0);
	assert_row(f, "a", ARK_QUEUED, "");
	assert_int_equal(catalogue_put(f->c, 1, 1, &d, 1, &p, &f->err),
			 ARK_EDISK);
	assert_int_equal(catalogue_check(f->c, &f->err), 0);
}

/* A reader looks on while a writer works. */
static void
test_reader_beside_writer(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = document("a");
	struct catalogue *reader = NULL;
	struct catalogue_row r = { 0 };

	fixture_open(f);
	put(f, &d);
	assert_int_equal(catalogue_begin(f->c, &f->err), 0);
	d.id = "b";
	put(f, &d);
	assert_int_equal(catalogue_open(&reader, f->path, CATALOGUE_READ,
					&f->err), 0);
	assert_int_equal(catalogue_find(reader, CATALOGUE_RECORDING, "b", &r, &f->err), 0);
	assert_int_equal(catalogue_commit(f->c, &f->err), 0);
	assert_int_equal(catalogue_find(reader, CATALOGUE_RECORDING, "b", &r, &f->err), 1);
	catalogue_row_release(&r);
	catalogue_close(reader);
}

static void
test_no_catalogue(void **state)
{
	static const char text[] = "this is no database, but long enough for "
				   "the header of one, which has 100 bytes, so "
				   "that its first bytes are looked at at all";
	struct fixture *f = *state;

	overwrite(f, 0, text, sizeof(text));
	for (int mode = CATALOGUE_READ; mode <= CATALOGUE_WRITE; mode++) {
		assert_int_equal(open_again(f, (enum catalogue_mode)mode),
				 ARK_EINTEGRITY);
		assert_non_null(strstr(f->err.text, "callark rebuild"));
	}
}

static void
test_empty_file(void **state)
{
	struct fixture *f = *state;

	overwrite(f, 0, "", 0);
	assert_int_equal(open_again(f, CATALOGUE_READ), ARK_EINTEGRITY);
	/* what a crash between making the file and its tables leaves */
	assert_int_equal(open_again(f, CATALOGUE_WRITE), 0);
	assert_int_equal(catalogue_check(f->c, &f->err), 0);
}

static void
test_other_format(void **state)
{
	struct fixture *f = *state;
	char ours[4];
	int fd;

	fixture_open(f);
	catalogue_close(f->c);
	f->c = NULL;
	fd = open(f->path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(pread(fd, ours, sizeof(ours), AT_FORMAT), 4);
	(void)close(fd);
	overwrite(f, AT_FORMAT, "\0\0\0\143", 4);
	assert_int_equal(open_again(f, CATALOGUE_WRITE), ARK_EINTEGRITY);
	assert_non_null(strstr(f->err.text, "format 99"));
	assert_non_null(strstr(f->err.text, "callark rebuild"));
	overwrite(f, AT_FORMAT, ours, sizeof(ours));
	assert_int_equal(open_again(f, CATALOGUE_WRITE), 0);
	catalogue_close(f->c);
	f->c = NULL;
	overwrite(f, AT_APPLICATION, "else", 4);
	assert_int_equal(open_again(f, CATALOGUE_READ), ARK_EINTEGRITY);
}

/* Documents enough that they are not all in the cache. */
static void
fill(struct fixture *f, int from, int to)
{
	struct catalogue_document d;
	static char body[2000];
	char id[16];

	memset(body, 'x', sizeof(body));
	for (int i = from; i < to; i++) {
		(void)snprintf(id, sizeof(id), "%06d", i);
		d = document(id);
		d.body = body;
		d.body_len = sizeof(body);
		put(f, &d);
	}
}

static void
test_damaged(void **state)
{
	struct fixture *f = *state;
	uint8_t junk[4096];
	struct stat st;
	int rc;

	fixture_open(f);
	assert_int_equal(catalogue_begin(f->c, &f->err), 0);
	fill(f, 0, 500);
	assert_int_equal(catalogue_commit(f->c, &f->err), 0);
	catalogue_close(f->c);
	f->c = NULL;
	memset(junk, 0xa5, sizeof(junk));
	assert_int_equal(stat(f->path, &st), 0);
	for (off_t at = 16384; at < st.st_size; at += 3 * 4096)
		overwrite(f, at, junk, sizeof(junk));
	rc = open_again(f, CATALOGUE_WRITE);
	if (!rc)
		rc = catalogue_check(f->c, &f->err);
	assert_int_equal(rc, ARK_EINTEGRITY);
	assert_non_null(strstr(f->err.text, "callark rebuild"));

	/* and cut short */
	catalogue_close(f->c);
	f->c = NULL;
	assert_int_equal(truncate(f->path, 8192), 0);
	rc = open_again(f, CATALOGUE_READ);
	if (!rc)
		rc = catalogue_check(f->c, &f->err);
	assert_int_equal(rc, ARK_EINTEGRITY);
}

/* A process that dies in the middle of a transaction. */
static void
die_writing(struct fixture *f)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		if (catalogue_open(&f->c, f->path, CATALOGUE_WRITE, NULL) ||
		    catalogue_begin(f->c, NULL))
			_exit(1);
		fill(f, 100, 9000);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(access(f->journal, F_OK), 0);
}

static void
test_cut_off(void **state)
{
	struct fixture *f = *state;

	for (int mode = CATALOGUE_READ; mode <= CATALOGUE_WRITE; mode++) {
		if (!f->c)
			fixture_open(f);
		if (mode == CATALOGUE_READ)
			fill(f, 0, 3);
		catalogue_close(f->c);
		f->c = NULL;
		die_writing(f);
		/* a reader mends it too, and then sees what was committed */
		assert_int_equal(open_again(f, (enum catalogue_mode)mode), 0);
		assert_int_not_equal(access(f->journal, F_OK), 0);
		assert_int_equal(day_of_catalogue(f, FIRST_DAY).listed, 3);
		assert_int_equal(catalogue_check(f->c, &f->err), 0);
	}
}

static void
test_symbolic_links(void **state)
{
	struct fixture *f = *state;
	char link[112], through[128];

	fixture_open(f);
	catalogue_close(f->c);
	f->c = NULL;
	/* the directory may be reached through one, the file may not be one */
	(void)snprintf(link, sizeof(link), "%s/link", f->dir);
	assert_int_equal(symlink(f->dir, link), 0);
	(void)snprintf(through, sizeof(through), "%s/db", link);
	assert_int_equal(catalogue_open(&f->c, through, CATALOGUE_WRITE,
					&f->err), 0);
	catalogue_close(f->c);
	f->c = NULL;
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink(f->path, link), 0);
	for (int mode = CATALOGUE_READ; mode <= CATALOGUE_WRITE; mode++)
		assert_int_equal(catalogue_open(&f->c, link,
						(enum catalogue_mode)mode,
						&f->err), ARK_EDISK);
	assert_int_equal(unlink(link), 0);
}

/* Put until it fails; how it failed. */
static int
put_until_full(struct fixture *f, int *n_put)
{
	static char body[4000];
	struct catalogue_document d;
	struct catalogue_put p;
	char id[16];
	int rc = 0;

	memset(body, 'x', sizeof(body));
	for (*n_put = 0; !rc && *n_put < 5000; ++*n_put) {
		(void)snprintf(id, sizeof(id), "%d", *n_put);
		d = document(id);
		d.body = body;
		d.body_len = sizeof(body);
		rc = catalogue_put(f->c, f->run, 1, &d, 1, &p, &f->err);
	}
	--*n_put;
	return rc;
}

static int
unmount_and_teardown(void **state)
{
	struct fixture *f = *state;

	catalogue_close(f->c);
	f->c = NULL;
	(void)umount(f->dir);
	return fixture_teardown(state);
}

static void
test_full_disk(void **state)
{
	struct fixture *f = *state;
	struct catalogue_document d = document("last");
	struct catalogue_put p;
	int n_put;

	if (mount("tmpfs", f->dir, "tmpfs", 0, "size=1m"))
		skip();
	/* a transaction too big for the cache: SQLite undoes all of it */
	fixture_open(f);
	assert_int_equal(catalogue_begin(f->c, &f->err), 0);
	assert_int_equal(put_until_full(f, &n_put), ARK_EDISK);
	assert_true(n_put > 1000);
	assert_int_equal(catalogue_put(f->c, f->run, 1, &d, 1, &p, &f->err),
			 ARK_EBUG);
	assert_int_equal(catalogue_commit(f->c, &f->err), ARK_EBUG);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).listed, 0);

	/* page by page: all that was told to be recorded is */
	assert_int_equal(put_until_full(f, &n_put), ARK_EDISK);
	assert_true(n_put > 10 && n_put < 1000);
	assert_int_equal(day_of_catalogue(f, FIRST_DAY).listed, n_put);
	assert_int_equal(catalogue_check(f->c, &f->err), 0);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, paths_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_new_file),	TEST(test_no_place),
		TEST(test_no_mode),	TEST(test_read_only),
		TEST(test_reader_beside_writer), TEST(test_no_catalogue),
		TEST(test_empty_file),	TEST(test_other_format),
		TEST(test_damaged),	TEST(test_cut_off),
		TEST(test_symbolic_links),
		cmocka_unit_test_setup_teardown(test_full_disk, paths_setup,
						unmount_and_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
