/*
 * What is asked of kernels that this one is not, or would be if it refused: they
 * are played here, so no right is given up.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/confine.h"

#define FS_OF_2 ((LANDLOCK_ACCESS_FS_REFER << 1) - 1)
#define TRUNCATE (UINT64_C(1) << 14)
#define IOCTL_DEV (UINT64_C(1) << 15)
#define BIND_TCP UINT64_C(1)
#define CONNECT_TCP UINT64_C(2)
#define SCOPES UINT64_C(3)

/* The kernel: what it is, what it refuses with which errno, what it was asked. */
static struct {
	int version;		/* of its Landlock; 0: none */
	int no_version, no_ruleset, no_rule, no_restricting;
	int no_open, no_stat, no_privs;
	uint64_t fs, net, scopes;	/* given up */
	int n_rules;
	uint64_t allowed;		/* by the last of them */
	bool is_restricted;
} kernel;

long __wrap_syscall(long number, ...);
int __wrap_prctl(int what, ...);
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __real_fstat64(int fd, struct stat *st);
int __wrap_fstat64(int fd, struct stat *st);

static int
refuse(int error)
{
	errno = error;
	return -1;
}

static long
create_ruleset(const uint64_t *rights, size_t size)
{
	if (!rights && kernel.no_version)
		return refuse(kernel.no_version);
	if (!rights)
		return kernel.version;
	if (kernel.no_ruleset)
		return refuse(kernel.no_ruleset);
	assert_int_equal(size, 3 * sizeof(*rights));
	kernel.fs = rights[0];
	kernel.net = rights[1];
	kernel.scopes = rights[2];
	return __real_open64("/dev/null", O_RDONLY | O_CLOEXEC);
}

long
__wrap_syscall(long number, ...)
{
	const struct landlock_path_beneath_attr *rule;
	long rc = 0;
	va_list ap;

	va_start(ap, number);
	if (number == SYS_landlock_create_ruleset) {
		const uint64_t *rights = va_arg(ap, const uint64_t *);

		rc = create_ruleset(rights, va_arg(ap, size_t));
	} else if (number == SYS_landlock_add_rule) {
		(void)va_arg(ap, int);
		assert_int_equal(va_arg(ap, int), LANDLOCK_RULE_PATH_BENEATH);
		rule = va_arg(ap, const struct landlock_path_beneath_attr *);
		kernel.allowed = rule->allowed_access;
		kernel.n_rules++;
		rc = kernel.no_rule ? refuse(kernel.no_rule) : 0;
	} else {
		assert_int_equal(number, SYS_landlock_restrict_self);
		rc = kernel.no_restricting ? refuse(kernel.no_restricting) : 0;
		kernel.is_restricted = !rc;
	}
	va_end(ap);
	return rc;
}

int
__wrap_prctl(int what, ...)
{
	assert_int_equal(what, PR_SET_NO_NEW_PRIVS);
	return kernel.no_privs ? refuse(kernel.no_privs) : 0;
}

/* open() and fstat(), as the C library calls them. */
int
__wrap_open64(const char *path, int flags, ...)
{
	return kernel.no_open ? refuse(kernel.no_open) :
		__real_open64(path, flags);
}

int
__wrap_fstat64(int fd, struct stat *st)
{
	return kernel.no_stat ? refuse(kernel.no_stat) :
		__real_fstat64(fd, st);
}

static struct confine_report
confine(const char *path, bool may_connect)
{
	const struct confine_place place = { path, CONFINE_WRITE };
	const struct confine_plan plan = {
		.places = &place, .n = 1, .may_connect = may_connect,
	};
	struct confine_report r;

	confine_apply(&r, &plan);
	return r;
}

static void
each_version_gives_up_what_it_knows(void **state)
{
	static const struct {
		int version;
		uint64_t fs, net, scopes;
	} rows[] = {
		{ 2, FS_OF_2, 0, 0 },
		{ 3, FS_OF_2 | TRUNCATE, 0, 0 },
		{ 4, FS_OF_2 | TRUNCATE, BIND_TCP | CONNECT_TCP, 0 },
		{ 5, FS_OF_2 | TRUNCATE | IOCTL_DEV, BIND_TCP | CONNECT_TCP,
		  0 },
		{ 6, FS_OF_2 | TRUNCATE | IOCTL_DEV, BIND_TCP | CONNECT_TCP,
		  SCOPES },
		{ 99, FS_OF_2 | TRUNCATE | IOCTL_DEV, BIND_TCP | CONNECT_TCP,
		  SCOPES },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct confine_report r;

		memset(&kernel, 0, sizeof(kernel));
		kernel.version = rows[i].version;
		r = confine("/tmp", false);
		assert_int_equal(r.landlock, rows[i].version);
		assert_true(r.has_no_new_privs);
		assert_string_equal(r.why_not, "");
		assert_string_equal(r.mend, "");
		assert_true(kernel.is_restricted);
		assert_int_equal(kernel.fs, rows[i].fs);
		assert_int_equal(kernel.net, rows[i].net);
		assert_int_equal(kernel.scopes, rows[i].scopes);
		/* A rule names no right that the ruleset does not. */
		assert_int_equal(kernel.n_rules, 1);
		assert_int_equal(kernel.allowed & ~rows[i].fs, 0);
		assert_true(kernel.allowed & LANDLOCK_ACCESS_FS_MAKE_REG);
		(void)confine("/tmp", true);
		assert_int_equal(kernel.net, rows[i].net & ~CONNECT_TCP);
	}
}

/* A file has no rights of folders; what is not there has none at all. */
static void
places_are_what_they_are(void **state)
{
	static const struct {
		const char *path;
		int no_open, n_rules;
		bool is_restricted;
	} rows[] = {
		{ "/dev/null", 0, 1, true },
		{ "/tmp", ENOENT, 0, true },
		{ "/tmp", ENOTDIR, 0, true },
		{ "/tmp", EACCES, 0, true },
		{ "/tmp", ELOOP, 0, true },
		{ "/tmp", ENAMETOOLONG, 0, true },
		{ "/tmp", EMFILE, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct confine_report r;

		memset(&kernel, 0, sizeof(kernel));
		kernel.version = 6;
		kernel.no_open = rows[i].no_open;
		r = confine(rows[i].path, false);
		assert_int_equal(kernel.n_rules, rows[i].n_rules);
		assert_int_equal(kernel.is_restricted, rows[i].is_restricted);
		assert_int_equal(r.landlock, rows[i].is_restricted ? 6 : 0);
		assert_int_equal(kernel.allowed, rows[i].n_rules ?
				 LANDLOCK_ACCESS_FS_READ_FILE |
				 LANDLOCK_ACCESS_FS_WRITE_FILE | TRUNCATE : 0);
	}
}

/* Without the whole of it there is nothing of it, and the reason is told. */
static void
a_refusal_is_told(void **state)
{
	static const struct {
		int version, no_version, no_ruleset, no_rule, no_restricting,
			no_stat;
		const char *why, *mend;
	} rows[] = {
		{ 0, ENOSYS, 0, 0, 0, 0,
		  "Landlock: the kernel does not have it", "Linux 5.19" },
		{ 0, EOPNOTSUPP, 0, 0, 0, 0, "Landlock: it is switched off",
		  "lsm=" },
		{ 0, EPERM, 0, 0, 0, 0,
		  "Landlock: a filter of system calls forbids it", "filter" },
		{ 1, 0, 0, 0, 0, 0, "Landlock: the kernel's is of version 1, "
		  "expected 2", "Linux 5.19" },
		{ 3, 0, EMFILE, 0, 0, 0, "making rules for Landlock: Too many "
		  "open files", "" },
		{ 3, 0, 0, EBADFD, 0, 0, "setting the rules of Landlock: File "
		  "descriptor in bad state", "" },
		{ 3, 0, 0, 0, E2BIG, 0, "setting the rules of Landlock: "
		  "Argument list too long", "" },
		{ 3, 0, 0, 0, 0, EIO, "setting the rules of Landlock: "
		  "Input/output error", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct confine_report r;

		memset(&kernel, 0, sizeof(kernel));
		kernel.version = rows[i].version;
		kernel.no_version = rows[i].no_version;
		kernel.no_ruleset = rows[i].no_ruleset;
		kernel.no_rule = rows[i].no_rule;
		kernel.no_restricting = rows[i].no_restricting;
		kernel.no_stat = rows[i].no_stat;
		kernel.no_privs = i ? 0 : EINVAL;
		r = confine("/tmp", false);
		assert_int_equal(r.landlock, 0);
		assert_int_equal(r.has_no_new_privs, i > 0);
		assert_string_equal(r.why_not, rows[i].why);
		assert_non_null(strstr(r.mend, rows[i].mend));
		assert_false(kernel.is_restricted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_version_gives_up_what_it_knows),
		cmocka_unit_test(places_are_what_they_are),
		cmocka_unit_test(a_refusal_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
