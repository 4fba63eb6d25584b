/*
 * Giving files other names, and seeing that they keep them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "store/beneath.h"
#include "store/inside.h"

int
store_rename(int from, const char *name, int to, const char *final)
{
	if (!renameat2(from, name, to, final, RENAME_NOREPLACE))
		return 0;
	if (errno != ENOSYS && errno != EINVAL)
		return -1;
	/* A file system without it; a link does not replace either. */
	if (linkat(from, name, to, final, 0))
		return -1;
	return unlinkat(from, name, 0);
}

int
store_folder(struct store *s, const char *path, const char **name,
	     int *out_fd, struct ark_error *err)
{
	char folder[STORE_PATH_MAX];
	const char *slash = strrchr(path, '/');
	int rc = 0;

	*out_fd = -1;
	if (slash && beneath_is_path(path)) {
		memcpy(folder, path, (size_t)(slash - path));
		folder[slash - path] = 0;
		rc = store_mkdirs(s, folder, err);
	}
	if (rc)
		return rc;
	*out_fd = beneath_parent(s->fd, path, name);
	return *out_fd < 0 ? store_fail(err, path) : 0;
}

static int
sync_both(const struct store *s, int from, int to, const char *path,
	  struct ark_error *err)
{
	if (store_fsync(s, to) || store_fsync(s, from))
		return error_errno(err, "%s: fsync of its folder", path);
	return 0;
}

int
store_set_aside(struct store *s, const char *from, const char *to,
		struct ark_error *err)
{
	const char *old, *new;
	int source = -1, target = -1;
	int rc;

	rc = store_may_write(s, err);
	if (!rc)
		rc = store_folder(s, to, &new, &target, err);
	if (rc)
		goto out;
	source = beneath_parent(s->fd, from, &old);
	if (source < 0 || renameat(source, old, target, new)) {
		rc = errno == ENOENT ? 0 : store_fail(err, from);
		goto out;
	}
	rc = sync_both(s, source, target, to, err);
out:
	(void)fdio_close(&source);
	(void)fdio_close(&target);
	return rc;
}

int
store_move(struct store *s, const char *from, const char *to,
	   struct ark_error *err)
{
	const char *old, *new;
	int source = -1, target = -1;
	int rc;

	rc = store_may_write(s, err);
	if (rc)
		goto out;
	source = beneath_parent(s->fd, from, &old);
	if (source < 0) {
		rc = store_fail(err, from);
		goto out;
	}
	rc = store_folder(s, to, &new, &target, err);
	if (rc)
		goto out;
	if (store_rename(source, old, target, new)) {
		rc = errno == EEXIST ?
			error_set(err, ARK_EEXISTS, "%s: there already", to) :
			store_fail(err, from);
		goto out;
	}
	rc = sync_both(s, source, target, to, err);
out:
	(void)fdio_close(&source);
	(void)fdio_close(&target);
	return rc;
}

static int
link_failed(const char *path, struct ark_error *err)
{
	switch (errno) {
	case EEXIST:
		return error_set(err, ARK_EEXISTS, "%s: there already", path);
	case EXDEV:
	case EPERM:
	case EACCES:
	case EMLINK:
	case EOPNOTSUPP:
		return error_set(err, ARK_EUSAGE, "%s: no hard link can be "
				 "made: %s", path, strerror(errno));
	default:
		return store_fail(err, path);
	}
}

int
store_link(struct store *from, const char *path, struct store *to,
	   const char *new_path, struct ark_error *err)
{
	const char *old, *new;
	int source = -1, target = -1, file = -1;
	struct stat st;
	int rc;

	rc = store_may_write(to, err);
	if (!rc)
		rc = store_regular(from->fd, path, &file, &st, err);
	if (!rc)
		rc = store_folder(to, new_path, &new, &target, err);
	if (rc)
		goto out;
	source = beneath_parent(from->fd, path, &old);
	if (source < 0)
		rc = store_fail(err, path);
	else if (linkat(source, old, target, new, 0))
		rc = link_failed(new_path, err);
out:
	(void)fdio_close(&source);
	(void)fdio_close(&target);
	(void)fdio_close(&file);
	return rc;
}

int
store_settle(struct store *s, const char *path, struct ark_error *err)
{
	struct stat st;
	const char *name;
	int folder, fd = -1;
	int rc;

	folder = beneath_parent(s->fd, path, &name);
	if (folder < 0)
		return store_fail(err, path);
	rc = store_regular(folder, name, &fd, &st, err);
	if (!rc && (store_fsync(s, fd) || store_fsync(s, folder)))
		rc = error_errno(err, "%s: fsync", path);
	(void)fdio_close(&fd);
	(void)fdio_close(&folder);
	return rc;
}
