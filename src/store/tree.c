/*
 * Folders: making, emptying and listing them.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fdio.h"
#include "store/beneath.h"
#include "store/inside.h"

#define ENTRIES_MAX 1000000	/* in one folder */
#define DURABLE_MAX 8192	/* names remembered */

/*
 * See that the name of the folder called path, in parent, is on disk.  One
 * that was there already may be the work of a run that was killed before it
 * came to this, so the first sight of each folder costs one fsync.
 */
static int
settle_name(struct store *s, int parent, const char *path, bool is_new)
{
	int rc = 0;

	if (s->durability == STORE_NONE)
		return 0;
	(void)pthread_mutex_lock(&s->mutex);
	if (is_new || !idset_has(&s->durable, path)) {
		rc = fsync(parent);
		if (s->durable.n >= DURABLE_MAX)
			idset_release(&s->durable);
		/* Forgetting it costs one more fsync, so failure is fine. */
		if (!rc)
			(void)idset_add(&s->durable, path);
	}
	(void)pthread_mutex_unlock(&s->mutex);
	return rc;
}

/* Make the folder called path in parent unless it is there. */
static int
make_folder(struct store *s, int parent, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	bool is_new = mkdirat(parent, name, STORE_FOLDER_MODE) == 0;

	if (!is_new && errno != EEXIST)
		return -1;
	if (settle_name(s, parent, path, is_new)) {
		int saved = errno;

		/* Not left for a later fsync that would falsely succeed. */
		if (is_new)
			(void)unlinkat(parent, name, AT_REMOVEDIR);
		errno = saved;
		return -1;
	}
	return 0;
}

int
store_mkdirs(struct store *s, const char *path, struct ark_error *err)
{
	char upto[STORE_PATH_MAX];
	size_t len = 0;
	int rc;

	rc = store_may_write(s, err);
	if (rc)
		return rc;
	if (!beneath_is_path(path)) {
		errno = EXDEV;
		return store_fail(err, path);
	}
	while (path[len]) {
		const char *name;
		int parent;

		/* Now past one more name; len was at the slash before it. */
		len += strcspn(path + len + 1, "/") + 1;
		memcpy(upto, path, len);
		upto[len] = 0;
		parent = beneath_parent(s->fd, upto, &name);
		if (parent < 0 || make_folder(s, parent, upto))
			rc = store_fail(err, upto);
		(void)fdio_close(&parent);
		if (rc)
			return rc;
	}
	return 0;
}

int
store_unlink(struct store *s, const char *path, struct ark_error *err)
{
	const char *name;
	int folder, rc;

	rc = store_may_write(s, err);
	if (rc)
		return rc;
	folder = beneath_parent(s->fd, path, &name);
	if (folder < 0 || unlinkat(folder, name, 0))
		rc = errno == ENOENT ? 0 : store_fail(err, path);
	(void)fdio_close(&folder);
	return rc;
}

int
store_finish(struct store *s, struct ark_error *err)
{
	int rc;

	rc = store_may_write(s, err);
	if (rc)
		return rc;
	if (unlinkat(s->fd, STORE_PARTIAL, AT_REMOVEDIR) ||
	    store_fsync(s, s->fd))
		return error_errno(err, "%s/" STORE_PARTIAL, s->root);
	(void)fdio_close(&s->partial);
	return 0;
}

struct listing {
	struct store_entry *entries;
	size_t n, cap;
	bool has_sizes;
};

/* What is found by a look at it: 1, 0 when it is gone by now, or negative. */
static int
look_at(struct store_entry *e, int folder, const char *name,
	struct ark_error *err)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : error_errno(err, "%s", name);
	e->is_file = S_ISREG(st.st_mode);
	e->is_folder = S_ISDIR(st.st_mode);
	e->size = e->is_file ? st.st_size : 0;
	return 1;
}

static int
add_entry(struct listing *l, int folder, const struct dirent *d,
	  struct ark_error *err)
{
	struct store_entry *e;
	int rc = 1;

	if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
		return 0;
	if (l->n >= ENTRIES_MAX)
		return error_set(err, ARK_EDISK, "more than %d entries",
				 ENTRIES_MAX);
	e = array_room(l->entries, l->n, &l->cap, sizeof(*e));
	if (!e)
		return error_nomem(err);
	l->entries = e;
	e = &l->entries[l->n];
	e->is_file = d->d_type == DT_REG;
	e->is_folder = d->d_type == DT_DIR;
	e->size = 0;
	/* a file system need not tell what a name is of */
	if (l->has_sizes || d->d_type == DT_UNKNOWN)
		rc = look_at(e, folder, d->d_name, err);
	if (rc <= 0)
		return rc;
	(void)snprintf(e->name, sizeof(e->name), "%s", d->d_name);
	l->n++;
	return 0;
}

static int
read_folder(struct listing *l, DIR *dir, struct ark_error *err)
{
	for (;;) {
		struct dirent *d;
		int rc;

		errno = 0;
		d = readdir(dir);
		if (!d)
			return errno ? error_errno(err, "reading") : 0;
		rc = add_entry(l, dirfd(dir), d, err);
		if (rc)
			return rc;
	}
}

static int
by_name(const void *a, const void *b)
{
	const struct store_entry *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
list(struct listing *l, struct store *s, const char *path,
     struct ark_error *err)
{
	DIR *dir;
	int fd, rc;

	fd = beneath_open(s->fd, path, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return store_fail(err, path);
	dir = fdopendir(fd);
	if (!dir) {
		rc = error_errno(err, "%s", path);
		(void)fdio_close(&fd);
		return rc;
	}
	rc = read_folder(l, dir, err);
	(void)closedir(dir);
	if (rc) {
		free(l->entries);
		error_prefix(err, "%s", path);
		return rc;
	}
	if (l->n)
		qsort(l->entries, l->n, sizeof(*l->entries), by_name);
	return 0;
}

int
store_list(struct store *s, const char *path, struct store_entry **entries,
	   size_t *n, struct ark_error *err)
{
	struct listing l = { .has_sizes = true };
	int rc = list(&l, s, path, err);

	if (rc)
		return rc;
	*entries = l.entries;
	*n = l.n;
	return 0;
}

int
store_list_names(struct store *s, const char *path,
		 struct store_entry **entries, size_t *n,
		 struct ark_error *err)
{
	struct listing l = { .has_sizes = false };
	int rc = list(&l, s, path, err);

	if (rc)
		return rc;
	*entries = l.entries;
	*n = l.n;
	return 0;
}
