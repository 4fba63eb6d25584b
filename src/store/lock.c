/*
 * One run at a time: flock on ROOT/lock, with the holder's process id in it
 * for the message only.  And on the root itself, which stays when somebody
 * takes the file for a left-over and removes it beneath a run.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/text.h"
#include "store/beneath.h"
#include "store/inside.h"

#define LOCK "lock"

/*
 * Open the lock file.  An archive that is only read may lie on a read-only
 * file system; a lock that cannot be made there can be held by nobody.
 */
static int
open_lock(struct store *s, bool is_exclusive, struct ark_error *err)
{
	int rc;

	s->lock = beneath_open(s->fd, LOCK, O_RDWR | O_CREAT | O_NONBLOCK,
			       STORE_FILE_MODE);
	if (s->lock < 0 && errno == EROFS && !is_exclusive) {
		s->lock = beneath_open(s->fd, LOCK, STORE_READING, 0);
		if (s->lock < 0 && errno == ENOENT)
			return 0;
	}
	if (s->lock >= 0)
		return 0;
	rc = store_fail(err, LOCK);
	error_prefix(err, "archive %s", s->root);
	return rc;
}

/* The process id written in the lock file, 0 when it tells of no live one. */
static long
holder(int fd)
{
	char text[24] = "";
	ssize_t n = fdio_pread(fd, text, sizeof(text) - 1, 0);
	int64_t pid;

	if (n <= 0)
		return 0;
	text[strcspn(text, "\n")] = 0;
	if (text_to_int(text, 1, INT32_MAX, &pid))
		return 0;
	if (kill((pid_t)pid, 0) && errno == ESRCH)
		return 0;
	return (long)pid;
}

static int
refused(struct store *s, struct ark_error *err)
{
	long pid;
	int rc;

	if (errno != EWOULDBLOCK) {
		rc = error_errno(err, LOCK);
		goto out;
	}
	pid = holder(s->lock);
	if (pid)
		rc = error_set(err, ARK_ELOCKED, "archive %s: held by another "
			       "run, process %ld", s->root, pid);
	else
		rc = error_set(err, ARK_ELOCKED, "archive %s: held by another "
			       "run", s->root);
out:
	(void)fdio_close(&s->lock);
	return rc;
}

static int
lock(int fd, int how)
{
	int rc;

	do
		rc = flock(fd, how | LOCK_NB);
	while (rc && errno == EINTR);
	return rc;
}

/* Some file systems lock no folders; then there is the file alone. */
static int
lock_both(struct store *s, int how)
{
	if (lock(s->lock, how))
		return -1;
	return lock(s->fd, how) && errno == EWOULDBLOCK ? -1 : 0;
}

int
store_lock(struct store *s, bool is_exclusive, struct ark_error *err)
{
	char text[24];
	int rc, n;

	if (s->lock < 0) {
		rc = open_lock(s, is_exclusive, err);
		if (rc || s->lock < 0)
			return rc;
	}
	if (lock_both(s, is_exclusive ? LOCK_EX : LOCK_SH))
		return refused(s, err);
	s->is_exclusive = is_exclusive;
	n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	/* Only for the message: a full disk must not keep us from mending. */
	if (!ftruncate(s->lock, 0))
		(void)fdio_pwrite(s->lock, text, (size_t)n, 0);
	return 0;
}
