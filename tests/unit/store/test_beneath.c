#include <errno.h>
#include <sys/syscall.h>

#include "store/beneath.h"
#include "unit/store/scratch.h"

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

static int syscall_errno;	/* 0: the kernel knows the call */

/* The one of this room, openat2(). */
long
__wrap_syscall(long number, ...)
{
	const char *path;
	va_list ap;
	size_t size;
	void *how;
	int root;

	assert_int_equal(number, SYS_openat2);
	if (syscall_errno) {
		errno = syscall_errno;
		return -1;
	}
	va_start(ap, number);
	root = va_arg(ap, int);
	path = va_arg(ap, const char *);
	how = va_arg(ap, void *);
	size = va_arg(ap, size_t);
	va_end(ap);
	return __real_syscall(number, root, path, how, size);
}

static void
knows_a_path(void **state)
{
	static const struct {
		const char *path;
		bool is_path;
	} table[] = {
		{ "a", true }, { "a/b/c", true }, { "...", true },
		{ ".a", true }, { "a/..b", true }, { "2024/12/31/x", true },
		{ ".partial", true }, { "a.", true }, { "..a/b", true },
		{ "", false }, { ".", false }, { "..", false },
		{ "/", false }, { "/a", false }, { "a/", false },
		{ "a//b", false }, { "a/./b", false }, { "a/../b", false },
		{ "../a", false }, { "a/..", false }, { "a/.", false },
		{ "./a", false }, { "//", false }, { "/..", false },
	};
	char text[STORE_PATH_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (beneath_is_path(table[i].path) != table[i].is_path)
			fail_msg("\"%s\"", table[i].path);
	}
	memset(text, 'a', sizeof(text));
	text[255] = 0;
	assert_true(beneath_is_path(text));
	text[255] = 'a';
	text[256] = 0;
	assert_false(beneath_is_path(text));	/* a name of 256 bytes */
	text[256] = 'a';
	text[200] = text[400] = '/';
	text[STORE_PATH_MAX - 1] = 0;
	assert_true(beneath_is_path(text));
	text[STORE_PATH_MAX - 1] = 'a';
	text[STORE_PATH_MAX] = 0;
	assert_false(beneath_is_path(text));
}

typedef int opener(int root, const char *path, int flags, mode_t mode);

static void
try_all(struct scratch *t, opener *open_it)
{
	static const struct {
		const char *path;
		int flags;
		bool is_opened;
	} table[] = {
		{ "d/f", O_RDONLY, true },
		{ "d", O_RDONLY | O_DIRECTORY, true },
		{ "", O_RDONLY | O_DIRECTORY, true },
		{ ".", O_RDONLY | O_DIRECTORY, true },
		{ "d/new", O_WRONLY | O_CREAT | O_EXCL, true },
		{ "out/f", O_RDONLY, false },	/* parent: absolute link */
		{ "up/f", O_RDONLY, false },	/* parent: relative link */
		{ "in/f", O_RDONLY, false },	/* a link that stays inside */
		{ "final", O_RDONLY, false },
		{ "final", O_WRONLY | O_CREAT, false },
		{ "dangling", O_WRONLY | O_CREAT, false },
		{ "dangling", O_WRONLY | O_CREAT | O_EXCL, false },
		{ "out", O_RDONLY | O_DIRECTORY, false },
		{ "out/new", O_WRONLY | O_CREAT, false },
		{ "../outside/f", O_RDONLY, false },
		{ "d/../../outside/f", O_RDONLY, false },
		{ "/etc/passwd", O_RDONLY, false },
		{ "..", O_RDONLY | O_DIRECTORY, false },
		{ "d/f/x", O_RDONLY, false },
		{ "none/f", O_RDONLY, false },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		int fd = open_it(store_fd(t->store), table[i].path,
				 table[i].flags, 0600);

		if ((fd >= 0) != table[i].is_opened)
			fail_msg("\"%s\": %d", table[i].path, fd);
		if (fd < 0)
			continue;
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		(void)close(fd);
	}
	assert_false(scratch_has(t, "outside/new"));
	assert_false(scratch_has(t, "outside/made"));
	assert_int_equal(unlink(scratch_at(t, "root/d/new")), 0);
}

static void
never_leaves_the_root(void **state)
{
	struct scratch *t = *state;
	char outside[96];

	(void)snprintf(outside, sizeof(outside), "%s/outside", t->path);
	scratch_mkdir(t, "outside");
	scratch_write(t, "outside/f", "secret", 6);
	scratch_mkdir(t, "root/d");
	scratch_write(t, "root/d/f", "ours", 4);
	scratch_link(t, outside, "root/out");
	scratch_link(t, "../outside", "root/up");
	scratch_link(t, "d", "root/in");
	scratch_link(t, "d/f", "root/final");
	scratch_link(t, "../outside/made", "root/dangling");
	try_all(t, beneath_open);
	try_all(t, beneath_walk);
	/* A kernel that does not know openat2(), and a sandbox. */
	syscall_errno = ENOSYS;
	try_all(t, beneath_open);
	syscall_errno = EPERM;
	try_all(t, beneath_open);
	/* Any other failure is one. */
	syscall_errno = EIO;
	assert_int_equal(beneath_open(store_fd(t->store), "d/f", O_RDONLY, 0),
			 -1);
	syscall_errno = 0;
}

static void
opens_the_parent(void **state)
{
	struct scratch *t = *state;
	const char *name = NULL;
	int fd;

	scratch_mkdir(t, "root/d");
	scratch_link(t, "d", "root/in");
	fd = beneath_parent(store_fd(t->store), "d/f", &name);
	assert_true(fd >= 0);
	assert_string_equal(name, "f");
	assert_int_equal(fsync(fd), 0);
	(void)close(fd);
	fd = beneath_parent(store_fd(t->store), "f", &name);
	assert_true(fd >= 0);
	assert_string_equal(name, "f");
	(void)close(fd);
	assert_int_equal(beneath_parent(store_fd(t->store), "in/f", &name), -1);
	assert_int_equal(beneath_parent(store_fd(t->store), "d/..", &name), -1);
	assert_int_equal(errno, EXDEV);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_a_path),
		cmocka_unit_test_setup_teardown(never_leaves_the_root,
						scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(opens_the_parent, scratch_setup,
						scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
