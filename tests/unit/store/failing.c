#include "unit/store/failing.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <time.h>

#include "base/thread.h"
#include "store/beneath.h"
#include "store/inside.h"
#include "unit/heap.h"

struct failing failing;

/* Set by failing_pause(). */
static atomic_bool is_looking;

static bool
is_refused(void)
{
	if (atomic_load(&is_looking) || !heap_refuses())
		return false;
	errno = EIO;
	return true;
}

/* ---- the calls ----------------------------------------------------------- */

/* With 64 where that is what the calls of callark are compiled to. */
#define STEP(name, parameters, arguments) \
	int __real_##name parameters; \
	int __wrap_##name parameters; \
	int __wrap_##name parameters \
	{ \
		return is_refused() ? -1 : __real_##name arguments; \
	}

STEP(fstat64, (int fd, struct stat *st), (fd, st))
STEP(fstatat64, (int folder, const char *restrict name,
	       struct stat *restrict st, int flags), (folder, name, st, flags))
STEP(ftruncate64, (int fd, off_t size), (fd, size))
STEP(unlinkat, (int folder, const char *name, int flags),
     (folder, name, flags))
STEP(mkdirat, (int folder, const char *name, mode_t mode),
     (folder, name, mode))
STEP(mkdir, (const char *path, mode_t mode), (path, mode))
STEP(renameat, (int from, const char *old, int to, const char *new),
     (from, old, to, new))
STEP(flock, (int fd, int how), (fd, how))
STEP(beneath_parent, (int root, const char *path, const char **name),
     (root, path, name))
STEP(fdio_pwrite, (int fd, const void *bytes, size_t n, int64_t offset),
     (fd, bytes, n, offset))
STEP(fdio_write, (int fd, const void *bytes, size_t n), (fd, bytes, n))

int __wrap_fsync(int fd);
int __real_fdio_close(int *fd);
int __wrap_fdio_close(int *fd);
ssize_t __real_fdio_pread(int fd, void *bytes, size_t n, int64_t offset);
ssize_t __wrap_fdio_pread(int fd, void *bytes, size_t n, int64_t offset);
ssize_t __real_fdio_pread_once(int fd, void *bytes, size_t n, int64_t offset);
ssize_t __wrap_fdio_pread_once(int fd, void *bytes, size_t n, int64_t offset);
int __real_fallocate64(int fd, int mode, off_t offset, off_t len);
int __wrap_fallocate64(int fd, int mode, off_t offset, off_t len);
int __real_linkat(int from, const char *old, int to, const char *new,
		  int flags);
int __wrap_linkat(int from, const char *old, int to, const char *new,
		  int flags);
int __real_renameat2(int from, const char *old, int to, const char *new,
		     unsigned flags);
int __wrap_renameat2(int from, const char *old, int to, const char *new,
		     unsigned flags);
struct dirent *__real_readdir64(DIR *dir);
struct dirent *__wrap_readdir64(DIR *dir);
DIR *__real_fdopendir(int fd);
DIR *__wrap_fdopendir(int fd);
int __real_fstatvfs64(int fd, struct statvfs *fs);
int __wrap_fstatvfs64(int fd, struct statvfs *fs);
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __real_beneath_open(int root, const char *path, int flags, mode_t mode);
int __wrap_beneath_open(int root, const char *path, int flags, mode_t mode);
int __real_pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *a);
int __wrap_pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *a);
int __real_pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *a);
int __wrap_pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *a);
int __real_thread_start(pthread_t *out, const char *name,
			void *(*work)(void *arg), void *arg);
int __wrap_thread_start(pthread_t *out, const char *name,
			void *(*work)(void *arg), void *arg);
int __real_digest_new(struct digest **out, enum digest_kind kind,
		      struct ark_error *err);
int __wrap_digest_new(struct digest **out, enum digest_kind kind,
		      struct ark_error *err);
int __real_digest_reset(struct digest *d, struct ark_error *err);
int __wrap_digest_reset(struct digest *d, struct ark_error *err);
int __real_digest_add(struct digest *d, const void *bytes, size_t n,
		      struct ark_error *err);
int __wrap_digest_add(struct digest *d, const void *bytes, size_t n,
		      struct ark_error *err);
int __real_digest_final(struct digest *d, uint8_t *out, struct ark_error *err);
int __wrap_digest_final(struct digest *d, uint8_t *out, struct ark_error *err);
int __real_digest_sha256(uint8_t *out, const void *bytes, size_t n,
			 struct ark_error *err);
int __wrap_digest_sha256(uint8_t *out, const void *bytes, size_t n,
			 struct ark_error *err);
char *__real_realpath(const char *path, char *out);
char *__wrap_realpath(const char *path, char *out);
int __wrap_nanosleep(const struct timespec *wanted, struct timespec *left);
int __real_kill(pid_t pid, int signal);
int __wrap_kill(pid_t pid, int signal);

/* Fail by choice with the errno given. */
static bool
fails_with(int chosen)
{
	if (chosen)
		errno = chosen;
	return chosen != 0;
}

/* No power is cut here. */
int
__wrap_fsync(int fd)
{
	(void)fd;
	return is_refused() ? -1 : 0;
}

/* It is closed, whatever is said of it. */
int
__wrap_fdio_close(int *fd)
{
	bool is_open = *fd >= 0;
	int rc = __real_fdio_close(fd);

	return is_open && is_refused() ? -1 : rc;
}

ssize_t
__wrap_fdio_pread(int fd, void *bytes, size_t n, int64_t offset)
{
	if (failing.ends_early)
		return 0;
	return is_refused() ? -1 : __real_fdio_pread(fd, bytes, n, offset);
}

ssize_t
__wrap_fdio_pread_once(int fd, void *bytes, size_t n, int64_t offset)
{
	if (failing.ends_early)
		return 0;
	return is_refused() ? -1 : __real_fdio_pread_once(fd, bytes, n, offset);
}

int
__wrap_fallocate64(int fd, int mode, off_t offset, off_t len)
{
	if (fails_with(failing.fallocate_errno) || is_refused())
		return -1;
	return __real_fallocate64(fd, mode, offset, len);
}

int
__wrap_linkat(int from, const char *old, int to, const char *new, int flags)
{
	if (fails_with(failing.link_errno) || is_refused())
		return -1;
	return __real_linkat(from, old, to, new, flags);
}

int
__wrap_renameat2(int from, const char *old, int to, const char *new,
		 unsigned flags)
{
	if (fails_with(failing.renameat2_errno) || is_refused())
		return -1;
	return __real_renameat2(from, old, to, new, flags);
}

struct dirent *
__wrap_readdir64(DIR *dir)
{
	return is_refused() ? NULL : __real_readdir64(dir);
}

DIR *
__wrap_fdopendir(int fd)
{
	return is_refused() ? NULL : __real_fdopendir(fd);
}

int
__wrap_fstatvfs64(int fd, struct statvfs *fs)
{
	int rc = is_refused() ? -1 : __real_fstatvfs64(fd, fs);

	if (!rc && failing.is_endless)
		fs->f_bavail = ~(fsblkcnt_t)0;
	return rc;
}

/* Those of this room make nothing by it. */
int
__wrap_open64(const char *path, int flags, ...)
{
	return is_refused() ? -1 : __real_open64(path, flags);
}

int
__wrap_beneath_open(int root, const char *path, int flags, mode_t mode)
{
	if (fails_with(failing.is_read_only && flags & O_CREAT ? EROFS : 0) ||
	    is_refused())
		return -1;
	return __real_beneath_open(root, path, flags, mode);
}

int
__wrap_pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *a)
{
	return is_refused() ? ENOMEM : __real_pthread_mutex_init(m, a);
}

int
__wrap_pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *a)
{
	return is_refused() ? ENOMEM : __real_pthread_cond_init(c, a);
}

int
__wrap_thread_start(pthread_t *out, const char *name, void *(*work)(void *arg),
		    void *arg)
{
	return is_refused() ? EAGAIN :
			      __real_thread_start(out, name, work, arg);
}

int
__wrap_digest_new(struct digest **out, enum digest_kind kind,
		  struct ark_error *err)
{
	return is_refused() ? error_nomem(err) :
			      __real_digest_new(out, kind, err);
}

int
__wrap_digest_reset(struct digest *d, struct ark_error *err)
{
	return is_refused() ? error_nomem(err) : __real_digest_reset(d, err);
}

int
__wrap_digest_add(struct digest *d, const void *bytes, size_t n,
		  struct ark_error *err)
{
	return is_refused() ? error_nomem(err) :
			      __real_digest_add(d, bytes, n, err);
}

int
__wrap_digest_final(struct digest *d, uint8_t *out, struct ark_error *err)
{
	return is_refused() ? error_nomem(err) :
			      __real_digest_final(d, out, err);
}

int
__wrap_digest_sha256(uint8_t *out, const void *bytes, size_t n,
		     struct ark_error *err)
{
	return is_refused() ? error_nomem(err) :
			      __real_digest_sha256(out, bytes, n, err);
}

/* Where a folder lies is what the test says. */
char *
__wrap_realpath(const char *path, char *out)
{
	if (failing.real_path)
		return strdup(failing.real_path);
	return is_refused() ? NULL : __real_realpath(path, out);
}

/* Nobody waits here. */
int
__wrap_nanosleep(const struct timespec *wanted, struct timespec *left)
{
	(void)wanted;
	(void)left;
	failing.n_slept++;
	return 0;
}

int
__wrap_kill(pid_t pid, int signal)
{
	return fails_with(failing.kill_errno) ? -1 : __real_kill(pid, signal);
}

/* ---- one act, again and again ------------------------------------------ */

void
failing_pause(bool yes)
{
	atomic_store(&is_looking, yes);
}

struct act {
	struct scratch *t;
	const char *name;
	int (*act)(struct scratch *t);
	int n_failed;
};

int
failing_count(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	assert_int_equal(closedir(dir), 0);
	return n - 2;
}

/* It is told, nothing stays open, and nothing is left half done. */
static void
attempt(void *ctx)
{
	struct act *a = ctx;
	int n_open, rc;

	failing_pause(true);
	n_open = failing_count("/proc/self/fd");
	a->t->err = (struct ark_error){ 0 };
	failing.n_rounds++;
	failing_pause(false);
	rc = a->act(a->t);
	failing_pause(true);
	assert_int_equal(failing_count("/proc/self/fd"), n_open);
	if (rc && (rc > 0 || a->t->err.code != rc || !*a->t->err.text))
		fail_msg("%s: %d, %d %s", a->name, rc, a->t->err.code,
			 a->t->err.text);
	if (rc && !heap_has_failed())
		fail_msg("%s: %s", a->name, a->t->err.text);
	a->n_failed += rc != 0;
	failing_pause(false);
}

int
failing_each(struct scratch *t, const char *name,
	     int (*act)(struct scratch *t))
{
	struct act a = { t, name, act };

	(void)heap_each(attempt, &a);
	return a.n_failed;
}

const char *
failing_name(const char *name, const char *what)
{
	static char path[64];

	(void)snprintf(path, sizeof(path), "%s-%d%s", name, failing.n_rounds, what);
	return path;
}

int
failing_look(struct scratch *t, const char *path, const char *text)
{
	char full[160], found[64] = "";
	size_t n;

	(void)snprintf(full, sizeof(full), "root/%s", path);
	if (!scratch_has(t, full))
		return -1;
	n = scratch_read(t, full, found, sizeof(found));
	return n == strlen(text) && !memcmp(found, text, n);
}

void
failing_put(struct scratch *t, const char *path, const char *text)
{
	char full[160];

	failing_pause(true);
	(void)snprintf(full, sizeof(full), "root/%s", path);
	scratch_write(t, full, text, strlen(text));
	failing_pause(false);
}

int
failing_setup(void **state)
{
	failing_pause(false);
	failing = (struct failing){ 0 };
	return scratch_setup(state);
}
