#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fdio.h"
#include "store/beneath.h"
#include "store/inside.h"

int
store_fail(struct ark_error *err, const char *path)
{
	if (errno != ELOOP && errno != EXDEV && errno != ENOTDIR)
		return error_errno(err, "%s", path);
	return error_set(err, ARK_EINTEGRITY, "%s: expected a path that stays "
			 "inside, found a symbolic link, a file in place of a "
			 "folder, or a way out", path);
}

int
store_may_write(const struct store *s, struct ark_error *err)
{
	if (s->partial >= 0)
		return 0;
	return error_set(err, ARK_EBUG, "%s: opened for reading only", s->root);
}

int
store_fsync(const struct store *s, int fd)
{
	return s->durability == STORE_NONE ? 0 : fsync(fd);
}

/* The folder that holds path, an absolute path without a slash at its end. */
static int
sync_parent(const char *path, struct ark_error *err)
{
	char parent[PATH_MAX];
	char *slash;
	int fd, rc = 0;

	if (strlen(path) >= sizeof(parent))
		return error_set(err, ARK_EUSAGE, "%s: path too long", path);
	memcpy(parent, path, strlen(path) + 1);
	slash = strrchr(parent, '/');
	assert(slash);
	if (slash == parent)
		slash++;
	*slash = 0;
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd))
		rc = error_errno(err, "%s", parent);
	(void)fdio_close(&fd);
	return rc;
}

/* Tell from errno why the root cannot be had. */
static int
refuse_root(const char *path, enum store_mode mode, struct ark_error *err)
{
	const char *what = mode == STORE_FOREIGN ? "folder" : "archive";

	if (errno == ENOENT && mode != STORE_FOREIGN)
		return error_set(err, ARK_ENOTFOUND, "archive %s: there is "
				 "none yet; callark sync makes it", path);
	if (errno != ENOTDIR)
		return error_errno(err, "%s %s", what, path);
	return error_set(err, ARK_EUSAGE, "%s %s: expected a folder", what,
			 path);
}

/* Find, or make, the root and learn its absolute path. */
static int
find_root(struct store *s, const char *path, enum store_mode mode,
	  struct ark_error *err)
{
	bool is_new = false;

	if (mode == STORE_CREATE) {
		is_new = mkdir(path, STORE_FOLDER_MODE) == 0;
		if (!is_new && errno == ENOENT)
			return error_set(err, ARK_EUSAGE, "%s: the folder "
					 "above it does not exist", path);
		if (!is_new && errno != EEXIST)
			return refuse_root(path, mode, err);
	}
	s->root = realpath(path, NULL);
	if (!s->root)
		return refuse_root(path, mode, err);
	return is_new ? sync_parent(s->root, err) : 0;
}

static int
check_root(const struct store *s, struct ark_error *err)
{
	struct stat st;

	if (fstat(s->fd, &st))
		return error_errno(err, "archive %s", s->root);
	if (st.st_uid != geteuid())
		return error_set(err, ARK_EUSAGE, "archive %s: owned by user "
				 "%lu, expected the user that runs callark "
				 "(%lu)", s->root, (unsigned long)st.st_uid,
				 (unsigned long)geteuid());
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(err, ARK_EUSAGE, "archive %s: mode %04o lets "
				 "others write; mend with: chmod go-w %s",
				 s->root, (unsigned)st.st_mode & 07777,
				 s->root);
	return 0;
}

static int
open_root(struct store *s, const char *path, enum store_mode mode,
	  struct ark_error *err)
{
	int rc;

	rc = find_root(s, path, mode, err);
	if (rc)
		return rc;
	s->fd = open(s->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0)
		return refuse_root(s->root, mode, err);
	if (mode == STORE_FOREIGN)
		return 0;
	rc = check_root(s, err);
	if (rc || mode == STORE_READ)
		return rc;
	if (mkdirat(s->fd, STORE_PARTIAL, STORE_FOLDER_MODE) && errno != EEXIST)
		return error_errno(err, "%s/" STORE_PARTIAL, s->root);
	s->partial = beneath_open(s->fd, STORE_PARTIAL,
				  O_RDONLY | O_DIRECTORY, 0);
	if (s->partial < 0)
		return store_fail(err, STORE_PARTIAL);
	return 0;
}

int
store_open(struct store **out, const char *path, enum store_mode mode,
	   struct ark_error *err)
{
	struct store *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return error_nomem(err);
	s->fd = s->partial = s->lock = -1;
	if (pthread_mutex_init(&s->mutex, NULL)) {
		free(s);
		return error_nomem(err);
	}
	rc = open_root(s, path, mode, err);
	if (rc) {
		store_close(s);
		return rc;
	}
	*out = s;
	return 0;
}

void
store_close(struct store *s)
{
	if (!s)
		return;
	/* The process id would mislead whoever is refused by a later holder. */
	if (s->lock >= 0 && s->is_exclusive)
		(void)!ftruncate(s->lock, 0);
	(void)fdio_close(&s->lock);
	(void)fdio_close(&s->partial);
	(void)fdio_close(&s->fd);
	idset_release(&s->durable);
	(void)pthread_mutex_destroy(&s->mutex);
	free(s->root);
	free(s);
}

void
store_set_durability(struct store *s, enum store_durability d)
{
	s->durability = d;
}

const char *
store_root(const struct store *s)
{
	return s->root;
}

int
store_fd(const struct store *s)
{
	return s->fd;
}

int
store_free_bytes(struct store *s, int64_t *out, struct ark_error *err)
{
	struct statvfs v;
	int64_t bytes;

	if (fstatvfs(s->fd, &v))
		return error_errno(err, "%s", s->root);
	if (__builtin_mul_overflow(v.f_bavail, v.f_frsize, &bytes))
		bytes = INT64_MAX;
	*out = bytes;
	return 0;
}
