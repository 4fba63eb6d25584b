#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fdio.h"

/* What the kernel may have and the headers of Debian 12 have not. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif
#ifndef LANDLOCK_ACCESS_NET_BIND_TCP
#define LANDLOCK_ACCESS_NET_BIND_TCP (1ULL << 0)
#define LANDLOCK_ACCESS_NET_CONNECT_TCP (1ULL << 1)
#endif
#ifndef LANDLOCK_SCOPE_SIGNAL
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define LANDLOCK_SCOPE_SIGNAL (1ULL << 1)
#endif

/* Version 1 lets no file be moved to another folder, which archiving is. */
#define OLDEST 2

#define FS_OLDEST ((LANDLOCK_ACCESS_FS_REFER << 1) - 1)	/* all of them */

#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

#define FS_WRITE (FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE |	\
		  LANDLOCK_ACCESS_FS_TRUNCATE |			\
		  LANDLOCK_ACCESS_FS_MAKE_REG |			\
		  LANDLOCK_ACCESS_FS_MAKE_DIR |			\
		  LANDLOCK_ACCESS_FS_REMOVE_FILE |		\
		  LANDLOCK_ACCESS_FS_REMOVE_DIR |		\
		  LANDLOCK_ACCESS_FS_REFER)

/* The kernel makes no difference between making one and moving it. */
#define FS_TIDY (FS_WRITE | LANDLOCK_ACCESS_FS_MAKE_SYM |	\
		 LANDLOCK_ACCESS_FS_MAKE_FIFO |			\
		 LANDLOCK_ACCESS_FS_MAKE_SOCK |			\
		 LANDLOCK_ACCESS_FS_MAKE_CHAR |			\
		 LANDLOCK_ACCESS_FS_MAKE_BLOCK)

static const uint64_t rights_to_files[] = {
	[CONFINE_READ] = FS_READ,
	[CONFINE_WRITE] = FS_WRITE,
	[CONFINE_TIDY] = FS_TIDY,
};

/* The rights that a file can have; the others are of folders. */
#define FS_OF_FILES (LANDLOCK_ACCESS_FS_READ_FILE |		\
		     LANDLOCK_ACCESS_FS_WRITE_FILE |		\
		     LANDLOCK_ACCESS_FS_TRUNCATE)

/*
 * As the newest kernels have it.  An older one takes a longer structure than it
 * knows when the rest is zero.
 */
struct rights {
	uint64_t fs;
	uint64_t net;
	uint64_t scopes;
};

/* What each version knows beside what the one before does. */
static const struct {
	int since;
	struct rights rights;
} versions[] = {
	{ OLDEST, { .fs = FS_OLDEST } },
	{ 3, { .fs = LANDLOCK_ACCESS_FS_TRUNCATE } },
	{ 4, { .net = LANDLOCK_ACCESS_NET_BIND_TCP |
		      LANDLOCK_ACCESS_NET_CONNECT_TCP } },
	{ 5, { .fs = LANDLOCK_ACCESS_FS_IOCTL_DEV } },
	{ 6, { .scopes = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET |
			 LANDLOCK_SCOPE_SIGNAL } },
};

/* All rights that a version of Landlock knows. */
static struct rights
rights_of(int version)
{
	struct rights all = { 0 };

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (version < versions[i].since)
			break;
		all.fs |= versions[i].rights.fs;
		all.net |= versions[i].rights.net;
		all.scopes |= versions[i].rights.scopes;
	}
	return all;
}

/* Tell from errno why there is no Landlock. */
static void
tell_why_not(struct confine_report *out, const char *step)
{
	const char *why = strerror(errno);

	switch (errno) {
	case ENOSYS:
		why = "the kernel does not have it";
		out->mend = "use Linux 5.19 or newer, built with it";
		break;
	case EOPNOTSUPP:
		why = "it is switched off";
		out->mend = "name landlock in the kernel's option lsm=";
		break;
	case EPERM:
		why = "a filter of system calls forbids it";
		out->mend = "let the filter pass landlock_create_ruleset, "
			    "landlock_add_rule and landlock_restrict_self";
		break;
	default:
		break;
	}
	(void)snprintf(out->why_not, sizeof(out->why_not), "%s: %s", step,
		       why);
}

/* The kernel's version of Landlock; 0, with the report filled: none of use. */
static int
find_version(struct confine_report *out)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
			       LANDLOCK_CREATE_RULESET_VERSION);

	if (version >= OLDEST)
		return (int)version;
	if (version < 0) {
		tell_why_not(out, "Landlock");
		return 0;
	}
	(void)snprintf(out->why_not, sizeof(out->why_not), "Landlock: the "
		       "kernel's is of version %ld, expected %d", version,
		       OLDEST);
	out->mend = "use Linux 5.19 or newer";
	return 0;
}

static bool
is_not_there(int error)
{
	return error == ENOENT || error == ENOTDIR || error == EACCES ||
	       error == ELOOP || error == ENAMETOOLONG;
}

/* Return 0, also for a place that is not there, or -1 with errno. */
static int
add_place(int ruleset, const struct confine_place *place, uint64_t known)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = known & rights_to_files[place->right],
		.parent_fd = open(place->path, O_PATH | O_CLOEXEC),
	};
	int fd = rule.parent_fd;
	struct stat st;
	int rc;

	if (fd < 0)
		return is_not_there(errno) ? 0 : -1;
	rc = fstat(fd, &st);
	if (!rc && !S_ISDIR(st.st_mode))
		rule.allowed_access &= FS_OF_FILES;
	if (!rc)
		rc = (int)syscall(SYS_landlock_add_rule, ruleset,
				  LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	(void)fdio_close(&fd);
	return rc;
}

static void
restrict_self(struct confine_report *out, const struct confine_plan *plan,
	      int version)
{
	struct rights given_up = rights_of(version);
	int ruleset, rc = 0;

	if (plan->may_connect)
		given_up.net &= ~LANDLOCK_ACCESS_NET_CONNECT_TCP;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &given_up,
			       sizeof(given_up), 0);
	if (ruleset < 0) {
		tell_why_not(out, "making rules for Landlock");
		return;
	}
	for (size_t i = 0; !rc && i < plan->n; i++)
		rc = add_place(ruleset, &plan->places[i], given_up.fs);
	if (!rc)
		rc = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
	if (rc)
		tell_why_not(out, "setting the rules of Landlock");
	else
		out->landlock = version;
	(void)fdio_close(&ruleset);
}

void
confine_apply(struct confine_report *out, const struct confine_plan *plan)
{
	int version;

	*out = (struct confine_report){ .mend = "" };
	/* Landlock asks for it, and it is worth having alone. */
	out->has_no_new_privs = !prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
	version = find_version(out);
	if (version)
		restrict_self(out, plan, version);
}
