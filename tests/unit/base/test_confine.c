#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/confine.h"

/*
 * What is given up does not come back, so every case runs in a child.  It ends
 * with the line of what was not as expected, or with 0.
 */
#define EXPECT(is_so) \
	do { \
		if (!(is_so)) { \
			(void)fprintf(stderr, "line %d: %s; errno %d\n", \
				      __LINE__, #is_so, errno); \
			_exit(1); \
		} \
	} while (0)

static void
run_in_child(void (*body)(void))
{
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* The kernel's version; 0: it has none. */
static int
version(void)
{
	long n = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, 1U);

	return n > 0 ? (int)n : 0;
}

static void
need_version(int least)
{
	if (version() < least) {
		print_message("the kernel's Landlock is of version %d, not "
			      "%d: not tried\n", version(), least);
		skip();
	}
}

/* Folders "own", "open" and "shut" with a file in each; we are above them. */
static int
setup(void **state)
{
	static const char *const folders[] = { "own", "open", "shut" };
	char template[] = "/tmp/callark-confine-XXXXXX";
	char path[64];

	assert_non_null(mkdtemp(template));
	*state = strdup(template);
	assert_non_null(*state);
	assert_int_equal(chdir(template), 0);
	for (size_t i = 0; i < 3; i++) {
		int fd;

		assert_int_equal(mkdir(folders[i], 0700), 0);
		(void)snprintf(path, sizeof(path), "%s/file", folders[i]);
		fd = open(path, O_WRONLY | O_CREAT, 0600);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, "text", 4), 4);
		close(fd);
	}
	return 0;
}

static int
teardown(void **state)
{
	static const char *const paths[] = {
		"own/link", "own/file", "own", "open/file", "open", "shut/file",
		"shut",
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		(void)remove(paths[i]);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(*state), 0);
	free(*state);
	return 0;
}

static struct confine_report
confine(bool may_connect)
{
	static const struct confine_place places[] = {
		{ "own", CONFINE_WRITE },
		{ "open", CONFINE_READ },
		{ "no/such/place", CONFINE_WRITE },
		{ "own/file/no/folder", CONFINE_READ },
	};
	const struct confine_plan plan = {
		.places = places, .n = 4, .may_connect = may_connect,
	};
	struct confine_report report;

	confine_apply(&report, &plan);
	return report;
}

/* 0 when path opens, else why not. */
static int
try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int
refused(int rc)
{
	return rc ? errno : 0;
}

/* ---- files ---- */

static void
write_beneath(void)
{
	struct confine_report r = confine(true);

	EXPECT(r.landlock == version());
	EXPECT(r.has_no_new_privs && !*r.why_not && !*r.mend);
	EXPECT(!try_open("own/file", O_RDWR | O_TRUNC));
	EXPECT(!truncate("own/file", 10));
	EXPECT(!try_open("own/new", O_WRONLY | O_CREAT | O_EXCL));
	EXPECT(!mkdir("own/a", 0700) && !mkdir("own/b", 0700));
	EXPECT(!rename("own/new", "own/a/new"));
	EXPECT(!rename("own/a/new", "own/b/newer"));
	EXPECT(!link("own/b/newer", "own/a/again"));
	EXPECT(!unlink("own/a/again") && !unlink("own/b/newer"));
	EXPECT(!try_open("own/a", O_RDONLY | O_DIRECTORY));
	EXPECT(!rmdir("own/a") && !rmdir("own/b"));
	EXPECT(refused(symlink("/etc", "own/link")) == EACCES);
	EXPECT(refused(mkfifo("own/fifo", 0600)) == EACCES);
}

static void
read_beneath(void)
{
	(void)confine(true);
	EXPECT(!try_open("open/file", O_RDONLY));
	EXPECT(!try_open("open", O_RDONLY | O_DIRECTORY));
	EXPECT(try_open("open/file", O_WRONLY) == EACCES);
	EXPECT(try_open("open/file", O_RDWR) == EACCES);
	EXPECT(try_open("open/new", O_WRONLY | O_CREAT) == EACCES);
	EXPECT(refused(unlink("open/file")) == EACCES);
	EXPECT(refused(mkdir("open/new", 0700)) == EACCES);
	EXPECT(refused(rename("open/file", "own/other")));
	EXPECT(refused(rename("own/file", "open/other")));
	EXPECT(version() < 3 || refused(truncate("open/file", 0)) == EACCES);
}

static void
nothing_elsewhere(void)
{
	(void)confine(true);
	EXPECT(try_open("shut/file", O_RDONLY) == EACCES);
	EXPECT(try_open("shut", O_RDONLY | O_DIRECTORY) == EACCES);
	EXPECT(try_open("own/../shut/file", O_RDONLY) == EACCES);
	EXPECT(try_open("new", O_WRONLY | O_CREAT) == EACCES);
	EXPECT(try_open("/etc/passwd", O_RDONLY) == EACCES);
	EXPECT(try_open("/proc/self/environ", O_RDONLY) == EACCES);
	EXPECT(refused(rename("own/file", "shut/other")));
	EXPECT(refused(link("shut/file", "own/other")));
	EXPECT(refused(rmdir("shut")) == EACCES);
}

static void
one_file(void)
{
	const struct confine_place place = { "open/file", CONFINE_WRITE };
	struct confine_report r;

	confine_apply(&r, &(struct confine_plan){ .places = &place, .n = 1 });
	EXPECT(r.landlock > 0);
	EXPECT(!try_open("open/file", O_RDWR | O_TRUNC));
	EXPECT(try_open("open", O_RDONLY | O_DIRECTORY) == EACCES);
	EXPECT(try_open("open/new", O_WRONLY | O_CREAT) == EACCES);
	EXPECT(refused(unlink("open/file")) == EACCES);
}

static void
tidy(void)
{
	const struct confine_place place = { "own", CONFINE_TIDY };
	struct confine_report r;

	EXPECT(!symlink("/etc", "own/link") && !mkdir("own/a", 0700));
	confine_apply(&r, &(struct confine_plan){ .places = &place, .n = 1 });
	EXPECT(r.landlock > 0);
	EXPECT(!rename("own/link", "own/a/link"));
	EXPECT(!unlink("own/a/link"));
	EXPECT(!mkfifo("own/a/fifo", 0600) && !rename("own/a/fifo", "own/b"));
	EXPECT(!unlink("own/b") && !rmdir("own/a"));
	EXPECT(refused(rename("own/file", "open/other")));
	EXPECT(try_open("open/file", O_RDONLY) == EACCES);
}

static void
through_a_link(void)
{
	const struct confine_place place = { "own/link", CONFINE_READ };
	struct confine_report r;

	EXPECT(!symlink("../open", "own/link"));
	confine_apply(&r, &(struct confine_plan){ .places = &place, .n = 1 });
	EXPECT(!try_open("own/link/file", O_RDONLY));
	EXPECT(!try_open("open/file", O_RDONLY));
	EXPECT(try_open("own/file", O_RDONLY) == EACCES);
}

static void
no_place_at_all(void)
{
	struct confine_report r;

	confine_apply(&r, &(struct confine_plan){ 0 });
	EXPECT(r.landlock > 0);
	EXPECT(try_open("own/file", O_RDONLY) == EACCES);
}

static void
what_is_open_stays(void)
{
	int fd = open("shut/file", O_RDWR | O_CLOEXEC);
	char text[4];

	EXPECT(fd >= 0);
	(void)confine(true);
	EXPECT(pread(fd, text, 4, 0) == 4);
	EXPECT(pwrite(fd, "more", 4, 4) == 4);
	EXPECT(!ftruncate(fd, 0));
}

static void
twice(void)
{
	const struct confine_place place = { ".", CONFINE_READ };
	struct confine_report r;

	(void)confine(true);
	confine_apply(&r, &(struct confine_plan){ .places = &place, .n = 1 });
	EXPECT(r.landlock > 0);
	EXPECT(!try_open("own/file", O_RDONLY));
	EXPECT(try_open("own/file", O_WRONLY) == EACCES);
	EXPECT(try_open("shut/file", O_RDONLY) == EACCES);
}

static void *
try_in_thread(void *arg)
{
	(void)arg;
	EXPECT(!try_open("own/file", O_RDWR));
	EXPECT(try_open("shut/file", O_RDONLY) == EACCES);
	return NULL;
}

static void
threads(void)
{
	pthread_t thread;

	(void)confine(true);
	EXPECT(!pthread_create(&thread, NULL, try_in_thread, NULL));
	EXPECT(!pthread_join(thread, NULL));
}

#define FILE_TEST(name) \
	static void \
	test_##name(void **state) \
	{ \
		(void)state; \
		need_version(2); \
		run_in_child(name); \
	}

FILE_TEST(write_beneath)
FILE_TEST(read_beneath)
FILE_TEST(nothing_elsewhere)
FILE_TEST(one_file)
FILE_TEST(tidy)
FILE_TEST(through_a_link)
FILE_TEST(no_place_at_all)
FILE_TEST(what_is_open_stays)
FILE_TEST(twice)
FILE_TEST(threads)

/* ---- everything else ---- */

static void
programs(void)
{
	char name[] = "true";
	char *argv[] = { name, NULL };
	pid_t pid = -1;

	(void)confine(true);
	EXPECT(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, argv + 1) ==
	       EACCES);
}

FILE_TEST(programs)

/* 0 or why a TCP socket cannot be bound to, or connected from, loopback. */
static int
try_socket(bool is_listening)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(is_listening ? 0 : 1),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc;

	EXPECT(fd >= 0);
	rc = is_listening ?
		bind(fd, (const struct sockaddr *)&at, sizeof(at)) :
		connect(fd, (const struct sockaddr *)&at, sizeof(at));
	rc = refused(rc);
	close(fd);
	return rc;
}

static void
network(void)
{
	EXPECT(!try_socket(true));
	(void)confine(true);
	EXPECT(try_socket(true) == EACCES);
	EXPECT(try_socket(false) == ECONNREFUSED);
	(void)confine(false);
	EXPECT(try_socket(false) == EACCES);
}

static void
test_network(void **state)
{
	(void)state;
	need_version(4);
	run_in_child(network);
}

static void
signals(void)
{
	EXPECT(!kill(getppid(), 0));
	(void)confine(true);
	EXPECT(refused(kill(getppid(), 0)) == EPERM);
	EXPECT(!kill(getpid(), 0));
}

static void
test_signals(void **state)
{
	(void)state;
	need_version(6);
	run_in_child(signals);
}

/* ---- a kernel that has less ---- */

/* From now on one system call fails with error. */
static void
fail_call(long number, int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K,
			 SECCOMP_RET_ERRNO | (uint32_t)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, code };

	EXPECT(!prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L));
	EXPECT(!prctl(PR_SET_SECCOMP, (long)SECCOMP_MODE_FILTER, &program, 0L,
		      0L));
}

/* Nothing is confined, and the report tells why and what to do. */
static void
expect_none(const char *why, const char *mend)
{
	struct confine_report r = confine(false);

	EXPECT(!r.landlock && r.has_no_new_privs);
	EXPECT(strstr(r.why_not, why));
	EXPECT(strstr(r.mend, mend) && !*r.mend == !*mend);
	EXPECT(!try_open("shut/file", O_RDWR));
	EXPECT(!try_socket(true));
	EXPECT(try_socket(false) == ECONNREFUSED);
}

static void
none_in_kernel(void)
{
	fail_call(SYS_landlock_create_ruleset, ENOSYS);
	expect_none("the kernel does not have it", "Linux 5.19");
}

static void
switched_off(void)
{
	fail_call(SYS_landlock_create_ruleset, EOPNOTSUPP);
	expect_none("switched off", "lsm=");
}

static void
filtered(void)
{
	fail_call(SYS_landlock_create_ruleset, EPERM);
	expect_none("filter", "landlock_restrict_self");
}

static void
rule_fails(void)
{
	fail_call(SYS_landlock_add_rule, ENOMEM);
	expect_none("Cannot allocate memory", "");
}

static void
restricting_fails(void)
{
	fail_call(SYS_landlock_restrict_self, E2BIG);
	expect_none("Argument list too long", "");
}

static void
no_new_privs_fails(void)
{
	struct confine_report r;

	fail_call(SYS_prctl, EINVAL);
	r = confine(true);
	EXPECT(!r.has_no_new_privs);
}

static void
test_kernel_without(void **state)
{
	(void)state;
	run_in_child(none_in_kernel);
	run_in_child(switched_off);
	run_in_child(filtered);
	run_in_child(no_new_privs_fails);
}

static void
test_kernel_that_fails(void **state)
{
	(void)state;
	need_version(2);
	run_in_child(rule_fails);
	run_in_child(restricting_fails);
}

#define IN_FOLDERS(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDERS(test_write_beneath),
		IN_FOLDERS(test_read_beneath),
		IN_FOLDERS(test_nothing_elsewhere),
		IN_FOLDERS(test_one_file),
		IN_FOLDERS(test_tidy),
		IN_FOLDERS(test_through_a_link),
		IN_FOLDERS(test_no_place_at_all),
		IN_FOLDERS(test_what_is_open_stays),
		IN_FOLDERS(test_twice),
		IN_FOLDERS(test_threads),
		IN_FOLDERS(test_programs),
		IN_FOLDERS(test_network),
		IN_FOLDERS(test_signals),
		IN_FOLDERS(test_kernel_without),
		IN_FOLDERS(test_kernel_that_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
