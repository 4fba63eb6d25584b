#include "store/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "base/fdio.h"
#include "store/beneath.h"
#include "store/inside.h"

#define PATIENCE_MS 10000
#define STEP_MS 10

struct store_log {
	const struct store *store;
	char path[STORE_PATH_MAX];
	int fd;
	int64_t size;
};

static int
measure(struct store_log *l, struct ark_error *err)
{
	struct stat st;

	if (fstat(l->fd, &st))
		return error_errno(err, "%s", l->path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ARK_EINTEGRITY,
				 "%s: expected a regular file", l->path);
	l->size = st.st_size;
	return 0;
}

int
store_log_open(struct store_log **out, struct store *s, const char *path,
	       bool may_make, struct ark_error *err)
{
	const int flags = O_RDWR | O_APPEND | O_NONBLOCK | O_NOCTTY;
	struct store_log *l = calloc(1, sizeof(*l));
	int rc = 0;

	if (!l)
		return error_nomem(err);
	l->store = s;
	l->fd = beneath_open(s->fd, path, flags | (may_make ? O_CREAT : 0),
			     STORE_FILE_MODE);
	if (l->fd < 0)
		rc = store_fail(err, path);
	else
		memcpy(l->path, path, strlen(path) + 1);
	if (!rc)
		rc = measure(l, err);
	if (rc) {
		store_log_close(l);
		return rc;
	}
	*out = l;
	return 0;
}

void
store_log_close(struct store_log *l)
{
	if (!l)
		return;
	(void)fdio_close(&l->fd);
	free(l);
}

int
store_log_hold(struct store_log *l, struct ark_error *err)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000 };

	for (int waited_ms = 0; flock(l->fd, LOCK_EX | LOCK_NB);
	     waited_ms += STEP_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return error_errno(err, "%s", l->path);
		if (waited_ms >= PATIENCE_MS)
			return error_set(err, ARK_ELOCKED, "%s: another run "
					 "does not let go of it", l->path);
		(void)nanosleep(&step, NULL);
	}
	return measure(l, err);
}

void
store_log_let_go(struct store_log *l)
{
	(void)flock(l->fd, LOCK_UN);
}

int64_t
store_log_size(const struct store_log *l)
{
	return l->size;
}

int
store_log_tail(const struct store_log *l, void *bytes, size_t max, size_t *n,
	       struct ark_error *err)
{
	int64_t at = l->size > (int64_t)max ? l->size - (int64_t)max : 0;
	ssize_t got = fdio_pread(l->fd, bytes, max, at);

	if (got < 0)
		return error_errno(err, "%s", l->path);
	*n = (size_t)got;
	return 0;
}

/* See that the name of a file that is new is durable. */
static int
settle_name(const struct store_log *l, struct ark_error *err)
{
	const char *name;
	int folder = beneath_parent(l->store->fd, l->path, &name);
	int rc = 0;

	if (folder < 0 || store_fsync(l->store, folder))
		rc = error_errno(err, "%s: fsync of its folder", l->path);
	(void)fdio_close(&folder);
	return rc;
}

int
store_log_append(struct store_log *l, const void *bytes, size_t n,
		 struct ark_error *err)
{
	int rc;

	/* First: bytes in a file whose name is lost would be lost with it. */
	rc = l->size ? 0 : settle_name(l, err);
	if (rc)
		return rc;
	if (fdio_write(l->fd, bytes, n))
		return error_errno(err, "%s", l->path);
	if (store_fsync(l->store, l->fd))
		return error_errno(err, "%s: fsync", l->path);
	l->size += (int64_t)n;
	return 0;
}
