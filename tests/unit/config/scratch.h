/*
 * A directory for one test program: made before, emptied and removed behind
 * each test.  The variables that callark reads are taken out of the way.
 */
#ifndef UNIT_CONFIG_SCRATCH_H
#define UNIT_CONFIG_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct scratch {
	char dir[64];
	char path[2][512];	/* lent by scratch_path, in turn */
	unsigned turn;
};

static inline int
scratch_setup(void **state)
{
	static const char *const variables[] = {
		"CALLARK_CONFIG", "CALLARK_BASE_URL", "CALLARK_LOGIN",
		"CALLARK_ORGANIZATION", "CALLARK_ARCHIVE", "CALLARK_API_KEY",
		"CALLARK_PASSWORD", "CREDENTIALS_DIRECTORY",
	};
	struct scratch *s = calloc(1, sizeof(*s));

	if (!s)
		return -1;
	memcpy(s->dir, "/tmp/callark-config-XXXXXX",
	       sizeof("/tmp/callark-config-XXXXXX"));
	if (!mkdtemp(s->dir)) {
		free(s);
		return -1;
	}
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		(void)unsetenv(variables[i]);
	(void)setenv("XDG_CONFIG_HOME", s->dir, 1);
	(void)setenv("HOME", s->dir, 1);
	*state = s;
	return 0;
}

static inline int
scratch_remove(const char *path, const struct stat *st, int kind,
	       struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

static inline int
scratch_teardown(void **state)
{
	struct scratch *s = *state;
	int rc = nftw(s->dir, scratch_remove, 8, FTW_DEPTH | FTW_PHYS);

	free(s);
	return rc;
}

static inline const char *
scratch_path(struct scratch *s, const char *name)
{
	char path[sizeof(s->path[0])];

	(void)snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	return memcpy(s->path[s->turn++ % 2], path, sizeof(path));
}

/* Make a file of n bytes; lend its path. */
static inline const char *
scratch_bytes(struct scratch *s, const char *name, mode_t mode,
	      const void *bytes, size_t n)
{
	const char *path = scratch_path(s, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
	return path;
}

static inline const char *
scratch_file(struct scratch *s, const char *name, mode_t mode,
	     const char *text)
{
	return scratch_bytes(s, name, mode, text, strlen(text));
}

#endif
