#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fdio.h"

struct fixture {
	char dir[64];
	int dirfd;
	struct ark_error err;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/callark-fdio-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->dirfd = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(f->dirfd >= 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "file", "link", "fifo" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlinkat(f->dirfd, names[i], 0);
	(void)unlinkat(f->dirfd, "folder", AT_REMOVEDIR);
	assert_int_equal(fdio_close(&f->dirfd), 0);
	assert_int_equal(rmdir(f->dir), 0);
	free(f);
	return 0;
}

static int
make(const struct fixture *f, const char *bytes, size_t n)
{
	int fd = openat(f->dirfd, "file",
			O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fdio_write(fd, bytes, n), 0);
	return fd;
}

static void
test_files(void **state)
{
	struct fixture *f = *state;
	char bytes[16];
	int fd = make(f, "0123456789", 10);

	assert_int_equal(fdio_write(fd, NULL, 0), 0);
	assert_int_equal(fdio_pwrite(fd, "ab", 2, 4), 0);
	assert_int_equal(fdio_pwrite(fd, "z", 1, 11), 0);
	assert_int_equal(fdio_pread(fd, bytes, 12, 0), 12);
	assert_memory_equal(bytes, "0123ab6789\0z", 12);
	assert_int_equal(fdio_pread(fd, bytes, sizeof(bytes), 8), 4);
	assert_memory_equal(bytes, "89\0z", 4);
	assert_int_equal(fdio_pread(fd, bytes, 1, 12), 0);
	assert_int_equal(fdio_pread(fd, bytes, 0, 0), 0);
	/* neither moved the offset */
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 10);
	assert_int_equal(fdio_close(&fd), 0);
}

static void
test_failures(void **state)
{
	struct fixture *f = *state;
	struct buf out = BUF_INIT(64);
	char c = 'x';
	int fd, closed;

	fd = make(f, "", 0);
	assert_int_equal(fdio_close(&fd), 0);
	fd = openat(f->dirfd, "file", O_RDONLY | O_CLOEXEC);
	errno = 0;
	assert_int_equal(fdio_write(fd, &c, 1), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(fdio_pwrite(fd, &c, 1, 0), -1);
	assert_int_equal(fdio_close(&fd), 0);
	assert_int_equal(fdio_pread(f->dirfd, &c, 1, 0), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(fdio_slurp(f->dirfd, &out, &f->err), ARK_EDISK);
	assert_int_equal(fd, -1);
	assert_int_equal(fdio_close(&fd), 0);
	closed = 1 << 20;
	assert_int_equal(fdio_close(&closed), -1);
	assert_int_equal(closed, -1);
	buf_release(&out);
}

static void
test_full_disk(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(fdio_write(fd, "x", 1), -1);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(fdio_close(&fd), 0);
}

static void
test_slurp(void **state)
{
	enum { LARGE = 100000 };
	struct fixture *f = *state;
	struct buf out = BUF_INIT(LARGE + 1);
	struct buf small = BUF_INIT(LARGE - 1);
	char *bytes = malloc(LARGE);
	int fd;

	assert_non_null(bytes);
	for (int i = 0; i < LARGE; i++)
		bytes[i] = (char)(i % 251);
	fd = make(f, bytes, LARGE);
	buf_addc(&out, '>');
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(fdio_slurp(fd, &out, &f->err), 0);
	assert_int_equal(out.len, LARGE + 1);
	assert_memory_equal(out.data + 1, bytes, LARGE);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(fdio_slurp(fd, &small, &f->err), ARK_ELIMIT);
	assert_int_equal(fdio_close(&fd), 0);
	buf_release(&small);
	buf_release(&out);
	free(bytes);
}

static void
test_slurp_at(void **state)
{
	struct fixture *f = *state;
	struct buf out = BUF_INIT(64), small = BUF_INIT(2);
	int fd = make(f, "text", 4);

	assert_int_equal(fdio_close(&fd), 0);
	assert_int_equal(fdio_slurp_at(f->dirfd, "file", &out, &f->err), 0);
	assert_string_equal(buf_text(&out), "text");
	assert_int_equal(fdio_slurp_at(f->dirfd, "file", &small, &f->err),
			 ARK_ELIMIT);
	assert_memory_equal(f->err.text, "file: ", 6);
	assert_int_equal(fdio_slurp_at(f->dirfd, "none", &out, &f->err),
			 ARK_ENOTFOUND);
	assert_non_null(strstr(f->err.text, "none"));
	buf_release(&small);
	buf_release(&out);
}

/* What is no regular file is refused, and a pipe without writer at once. */
static void
test_slurp_at_others(void **state)
{
	struct fixture *f = *state;
	struct buf out = BUF_INIT(64);
	int fd = make(f, "text", 4);

	assert_int_equal(fdio_close(&fd), 0);
	assert_int_equal(symlinkat("file", f->dirfd, "link"), 0);
	assert_int_equal(mkdirat(f->dirfd, "folder", 0700), 0);
	assert_int_equal(mkfifoat(f->dirfd, "fifo", 0600), 0);
	assert_int_equal(fdio_slurp_at(f->dirfd, "link", &out, &f->err),
			 ARK_EDISK);
	assert_int_equal(fdio_slurp_at(f->dirfd, "folder", &out, &f->err),
			 ARK_EDISK);
	assert_int_equal(fdio_slurp_at(f->dirfd, "fifo", &out, &f->err),
			 ARK_EDISK);
	assert_non_null(strstr(f->err.text, "not a regular file"));
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

static void
on_signal(int number)
{
	(void)number;
}

struct reader {
	pthread_t writer;
	int fd;
	size_t n;
};

/* Interrupt the writer again and again while taking what it writes. */
static void *
read_slowly(void *arg)
{
	const struct timespec pause = { .tv_nsec = 200000 };
	struct reader *r = arg;
	char bytes[4096];

	for (;;) {
		ssize_t got;

		(void)pthread_kill(r->writer, SIGUSR1);
		(void)nanosleep(&pause, NULL);
		got = read(r->fd, bytes, sizeof(bytes));
		if (got <= 0)
			return NULL;
		r->n += (size_t)got;
	}
}

static void
test_interrupted(void **state)
{
	enum { LARGE = 1 << 20 };
	struct sigaction act = { .sa_handler = on_signal };
	struct sigaction old;
	struct reader r = { .writer = pthread_self() };
	uint8_t *bytes = calloc(1, LARGE);
	pthread_t thread;
	int pair[2];

	(void)state;
	assert_non_null(bytes);
	assert_int_equal(sigaction(SIGUSR1, &act, &old), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	r.fd = pair[1];
	assert_int_equal(pthread_create(&thread, NULL, read_slowly, &r), 0);
	assert_int_equal(fdio_write(pair[0], bytes, LARGE), 0);
	assert_int_equal(fdio_close(&pair[0]), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(r.n, LARGE);
	assert_int_equal(fdio_close(&pair[1]), 0);
	assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failures, setup, teardown),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test_setup_teardown(test_slurp, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slurp_at, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slurp_at_others, setup,
						teardown),
		cmocka_unit_test(test_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
