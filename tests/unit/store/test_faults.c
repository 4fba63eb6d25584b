/*
 * What becomes of a file when the system fails: each call by which the store
 * does something fails once, with "Input/output error", and each allocation.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <time.h>

#include "base/thread.h"
#include "store/beneath.h"
#include "store/inside.h"
#include "store/log.h"
#include "unit/heap.h"
#include "unit/store/scratch.h"

#define MIB (1 << 20)

/* All fail as the heap does (unit/heap.h), but while a test looks about. */
static atomic_bool is_looking;

static bool
is_refused(void)
{
	/* volatile, or the compiler does without */
	void *volatile some;

	if (atomic_load(&is_looking))
		return false;
	some = malloc(1);
	free(some);
	if (!some)
		errno = EIO;
	return !some;
}

/* ---- what a test may ask for besides ------------------------------------- */

static int link_errno, fallocate_errno, kill_errno;	/* 0: none */
static int renameat2_errno;	/* where it knows no flags */
static bool is_read_only, is_endless, ends_early;
static const char *real_path;	/* NULL: what it is */
static int n_slept;

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
	if (ends_early)
		return 0;
	return is_refused() ? -1 : __real_fdio_pread(fd, bytes, n, offset);
}

ssize_t
__wrap_fdio_pread_once(int fd, void *bytes, size_t n, int64_t offset)
{
	if (ends_early)
		return 0;
	return is_refused() ? -1 : __real_fdio_pread_once(fd, bytes, n, offset);
}

int
__wrap_fallocate64(int fd, int mode, off_t offset, off_t len)
{
	if (fails_with(fallocate_errno) || is_refused())
		return -1;
	return __real_fallocate64(fd, mode, offset, len);
}

int
__wrap_linkat(int from, const char *old, int to, const char *new, int flags)
{
	if (fails_with(link_errno) || is_refused())
		return -1;
	return __real_linkat(from, old, to, new, flags);
}

int
__wrap_renameat2(int from, const char *old, int to, const char *new,
		 unsigned flags)
{
	if (fails_with(renameat2_errno) || is_refused())
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

	if (!rc && is_endless)
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
	if (fails_with(is_read_only && flags & O_CREAT ? EROFS : 0) ||
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
	if (real_path)
		return strdup(real_path);
	return is_refused() ? NULL : __real_realpath(path, out);
}

/* Nobody waits here. */
int
__wrap_nanosleep(const struct timespec *wanted, struct timespec *left)
{
	(void)wanted;
	(void)left;
	n_slept++;
	return 0;
}

int
__wrap_kill(pid_t pid, int signal)
{
	return fails_with(kill_errno) ? -1 : __real_kill(pid, signal);
}

/* ---- one act, again and again ------------------------------------------ */

#define TEXT "the whole text"
#define LARGE (PART_RESUME_MIN + 100000)

static uint8_t *large;		/* LARGE bytes */
static uint8_t large_sha256[DIGEST_SHA256_SIZE];
static int n_rounds;		/* names differ from round to round */

struct act {
	struct scratch *t;
	const char *name;
	int (*act)(struct scratch *t);
	int n_failed;
};

/* How many things lie in a folder, without the store. */
static int
count_in(const char *path)
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

	atomic_store(&is_looking, true);
	n_open = count_in("/proc/self/fd");
	a->t->err = (struct ark_error){ 0 };
	n_rounds++;
	atomic_store(&is_looking, false);
	rc = a->act(a->t);
	atomic_store(&is_looking, true);
	assert_int_equal(count_in("/proc/self/fd"), n_open);
	if (rc && (rc > 0 || a->t->err.code != rc || !*a->t->err.text))
		fail_msg("%s: %d, %d %s", a->name, rc, a->t->err.code,
			 a->t->err.text);
	if (rc && !heap_has_failed())
		fail_msg("%s: %s", a->name, a->t->err.text);
	a->n_failed += rc != 0;
	atomic_store(&is_looking, false);
}

/* Return how often it failed: some failures are made good. */
static int
try_each(struct scratch *t, const char *name, int (*act)(struct scratch *t))
{
	struct act a = { t, name, act };

	(void)heap_each(attempt, &a);
	return a.n_failed;
}

/* NAME-3/what, in the third round; lent until called again. */
static const char *
name_of(const char *name, const char *what)
{
	static char path[64];

	(void)snprintf(path, sizeof(path), "%s-%d%s", name, n_rounds, what);
	return path;
}

/* What is at a path beneath the root: -1 nothing, 0 something else, 1 text. */
static int
look(struct scratch *t, const char *path, const char *text)
{
	char full[160], found[64] = "";
	size_t n;

	(void)snprintf(full, sizeof(full), "root/%s", path);
	if (!scratch_has(t, full))
		return -1;
	n = scratch_read(t, full, found, sizeof(found));
	return n == strlen(text) && !memcmp(found, text, n);
}

static void
put_there(struct scratch *t, const char *path, const char *text)
{
	char full[160];

	atomic_store(&is_looking, true);
	(void)snprintf(full, sizeof(full), "root/%s", path);
	scratch_write(t, full, text, strlen(text));
	atomic_store(&is_looking, false);
}

static int
setup(void **state)
{
	atomic_store(&is_looking, false);
	link_errno = fallocate_errno = kill_errno = renameat2_errno = 0;
	is_read_only = is_endless = ends_early = false;
	real_path = NULL;
	n_rounds = n_slept = 0;
	return scratch_setup(state);
}

/* ---- bodies -------------------------------------------------------------- */

static int
start(struct scratch *t)
{
	const struct parts_settings settings = {
		.store = t->store, .n_threads = 1, .pool_bytes = 4 * MIB,
	};

	return parts_start(&t->parts, &settings, &t->err);
}

static void
stop(struct scratch *t)
{
	parts_stop(t->parts);
	t->parts = NULL;
}

/* A settled part of n bytes, of which total were announced; or none. */
static int
receive(struct scratch *t, struct store_part **out, const void *bytes, size_t n,
	int64_t total, unsigned wants)
{
	struct sink *sink;
	int rc;

	rc = part_open(out, t->parts, "identity", &t->err);
	if (rc)
		return rc;
	sink = part_sink(*out);
	if (!sink->begin(sink, 0, total))
		(void)scratch_feed(*out, bytes, n, 16384);
	rc = scratch_settle(t, *out, wants);
	if (rc) {
		part_drop(*out);
		*out = NULL;
	}
	return rc;
}

/* Commit it; what became of it is in t->err. */
static int
commit(struct scratch *t, struct store_part *part, const char *path)
{
	struct commit_item item = { .part = part };
	int rc;

	(void)snprintf(item.path, sizeof(item.path), "%s", path);
	rc = store_commit(t->store, &item, 1, 1, &t->err);
	if (item.part) {
		assert_int_equal(rc, ARK_ENOMEM);
		part_drop(item.part);
		return rc;
	}
	if (item.end == COMMIT_DONE || item.end == COMMIT_SAME)
		return rc;
	t->err = item.err;
	return item.err.code;
}

static int
keep_body(struct scratch *t)
{
	const char *path = name_of("day", "/body");
	struct store_part *part = NULL;
	char full[160];
	int rc;

	rc = start(t);
	if (rc)
		return rc;
	rc = receive(t, &part, large, LARGE, 3 * MIB,
		     PART_WANTS_MD5 | PART_WANTS_SHA512);
	if (!rc) {
		assert_int_equal(part_facts(part)->size, LARGE);
		assert_memory_equal(part_facts(part)->sha256, large_sha256,
				    sizeof(large_sha256));
		rc = commit(t, part, path);
	}
	stop(t);
	atomic_store(&is_looking, true);
	(void)snprintf(full, sizeof(full), "root/%s", path);
	assert_int_equal(scratch_has(t, full), !rc);
	assert_int_equal(count_in(scratch_at(t, "root/.partial")), 0);
	return rc;
}

static int
keep_same_body(struct scratch *t)
{
	struct store_part *part = NULL;
	int rc;

	rc = start(t);
	if (rc)
		return rc;
	rc = receive(t, &part, TEXT, strlen(TEXT), -1, 0);
	if (!rc)
		rc = commit(t, part, "same");
	stop(t);
	atomic_store(&is_looking, true);
	assert_int_equal(look(t, "same", TEXT), 1);
	/* what cannot be removed is in nobody's way: the next round does it */
	assert_true(count_in(scratch_at(t, "root/.partial")) == 0 ||
		    (!rc && heap_has_failed()));
	return rc;
}

static int
quarantine(struct scratch *t)
{
	const char *path = name_of("q", "/body");
	struct store_part *part = NULL;
	char body[80], note[80];
	int rc;

	(void)snprintf(body, sizeof(body), "%s.body", path);
	(void)snprintf(note, sizeof(note), "%s.json", path);
	rc = start(t);
	if (rc)
		return rc;
	rc = receive(t, &part, TEXT, strlen(TEXT), -1, 0);
	if (!rc)
		rc = store_quarantine(t->store, part, path, "{}", 2, &t->err);
	stop(t);
	atomic_store(&is_looking, true);
	assert_int_equal(look(t, body, TEXT), rc ? -1 : 1);
	assert_int_not_equal(look(t, note, "{}"), rc ? 0 : -1);
	assert_int_equal(count_in(scratch_at(t, "root/.partial")), 0);
	return rc;
}

static void
a_body_is_whole_or_not_there(void **state)
{
	struct scratch *t = *state;

	assert_true(try_each(t, "body", keep_body) > 30);
	put_there(t, "same", TEXT);
	assert_true(try_each(t, "same", keep_same_body) > 20);
	assert_true(try_each(t, "quarantine", quarantine) > 25);
}

/* Where it is not known what becomes of room, none is asked for. */
static void
a_disk_that_gives_no_room_beforehand_is_written_to(void **state)
{
	static const int reasons[] = { EOPNOTSUPP, ENOSYS, EINTR };
	struct scratch *t = *state;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		fallocate_errno = reasons[i];
		n_rounds++;
		assert_int_equal(keep_body(t), 0);
		atomic_store(&is_looking, false);
	}
	fallocate_errno = ENOSPC;
	n_rounds++;
	assert_int_equal(keep_body(t), ARK_EDISK);
}

static void
a_body_that_cannot_be_read_back_is_none(void **state)
{
	struct store_part *part = NULL;
	struct scratch *t = *state;

	assert_int_equal(start(t), 0);
	ends_early = true;
	assert_int_equal(receive(t, &part, large, LARGE, -1, PART_WANTS_MD5),
			 ARK_EDISK);
	assert_non_null(strstr(t->err.text, "found 0"));
	ends_early = false;
	/* nor is what is there, and shrinks while it is compared */
	put_there(t, "same", TEXT);
	assert_int_equal(receive(t, &part, TEXT, strlen(TEXT), -1, 0), 0);
	ends_early = true;
	assert_int_equal(commit(t, part, "same"), ARK_EEXISTS);
	stop(t);
}

/* What the sender says last counts, be the file made or not. */
static int
begin_anew(struct scratch *t)
{
	struct store_part *part = NULL;
	char name[80];
	struct sink *sink;
	int rc;

	rc = start(t);
	if (rc)
		return rc;
	rc = part_open(&part, t->parts, "identity", &t->err);
	if (rc)
		goto out;
	(void)snprintf(name, sizeof(name), "root/.partial/%s", part->name);
	sink = part_sink(part);
	rc = sink->begin(sink, 0, 2 * PART_BLOCK);
	if (!rc)
		rc = scratch_feed(part, large, 2 * PART_BLOCK, PART_BLOCK);
	/* its writer makes the file */
	for (int i = 0; !rc && i < 1000 && !scratch_has(t, name); i++) {
		(void)usleep(1000);
		rc = pool_admit(part);
	}
	if (!rc)
		rc = sink->begin(sink, 0, (int64_t)strlen(TEXT));
	if (!rc)
		(void)scratch_feed(part, (const uint8_t *)TEXT, strlen(TEXT),
				   5);
	rc = scratch_settle(t, part, 0);
	if (!rc)
		rc = commit(t, part, name_of("anew", ""));
	else
		part_drop(part);
out:
	stop(t);
	atomic_store(&is_looking, true);
	assert_int_equal(look(t, name_of("anew", ""), TEXT), rc ? -1 : 1);
	assert_int_equal(count_in(scratch_at(t, "root/.partial")), 0);
	return rc;
}

static void
what_begins_anew_is_anew(void **state)
{
	assert_true(try_each(*state, "anew", begin_anew) > 20);
}

/* Remove all that is in .partial; how many things that was. */
static int
empty_partial(struct scratch *t)
{
	DIR *dir = opendir(scratch_at(t, "root/.partial"));
	const struct dirent *d;
	int n = 0;

	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL) {
		char path[320];

		if (*d->d_name == '.')
			continue;
		(void)snprintf(path, sizeof(path), "root/.partial/%s",
			       d->d_name);
		assert_int_equal(unlink(scratch_at(t, path)), 0);
		n++;
	}
	assert_int_equal(closedir(dir), 0);
	return n;
}

/* Keep a part, and go on with what was kept, if anything. */
static int
go_on(struct scratch *t)
{
	const size_t first = PART_RESUME_MIN;
	struct store_part *part = NULL;
	struct part_kept kept;
	struct sink *sink;
	int rc, n_left;

	rc = start(t);
	if (rc)
		return rc;
	rc = receive(t, &part, large, first, LARGE, 0);
	if (!rc)
		rc = part_keep(part, "\"etag\"", LARGE, &t->err);
	if (!rc)
		rc = part_open(&part, t->parts, "identity", &t->err);
	if (rc)
		goto out;
	part_kept(part, &kept);
	assert_true(!kept.offset || (size_t)kept.offset == first);
	sink = part_sink(part);
	/* the sender asks twice, before and after it was looked at */
	for (int i = 0; i < 2; i++) {
		(void)sink->begin(sink, kept.offset, LARGE);
		(void)usleep(1000);
	}
	(void)scratch_feed(part, large + kept.offset,
			   LARGE - (size_t)kept.offset, 16384);
	rc = scratch_settle(t, part, 0);
	if (!rc) {
		assert_int_equal(part_facts(part)->size, LARGE);
		assert_memory_equal(part_facts(part)->sha256, large_sha256,
				    sizeof(large_sha256));
	}
	part_drop(part);
out:
	stop(t);
	atomic_store(&is_looking, true);
	/* all that was kept, or a record that could not be removed */
	n_left = empty_partial(t);
	assert_true(n_left == 0 ||
		    (heap_has_failed() && n_left == (rc ? 2 : 1)));
	return rc;
}

static void
what_goes_on_is_whole(void **state)
{
	assert_true(try_each(*state, "go on", go_on) > 30);
}

static void
what_is_kept_and_cannot_be_read_is_told(void **state)
{
	struct store_part *part = NULL;
	struct scratch *t = *state;
	struct sink *sink;

	assert_int_equal(start(t), 0);
	assert_int_equal(receive(t, &part, large, LARGE, -1, 0), 0);
	assert_int_equal(part_keep(part, "\"etag\"", -1, &t->err), 0);
	assert_int_equal(part_open(&part, t->parts, "identity", &t->err), 0);
	sink = part_sink(part);
	ends_early = true;
	assert_int_equal(sink->begin(sink, LARGE, -1), 0);
	assert_int_equal(scratch_settle(t, part, 0), ARK_EDISK);
	assert_non_null(strstr(t->err.text, "found 0"));
	part_drop(part);
	stop(t);
}

/* ---- files and names ----------------------------------------------------- */

static int
put_file(struct scratch *t)
{
	int rc;

	put_there(t, "file", "before");
	rc = store_file_put(t->store, "file", TEXT, strlen(TEXT), &t->err);
	atomic_store(&is_looking, true);
	assert_true(look(t, "file", TEXT) == 1 ||
		    (rc && look(t, "file", "before") == 1));
	assert_int_equal(count_in(scratch_at(t, "root/.partial")), 0);
	return rc;
}

static int
make_folders(struct scratch *t)
{
	char full[80];
	int rc;

	rc = store_mkdirs(t->store, name_of("folder", "/a/b"), &t->err);
	atomic_store(&is_looking, true);
	(void)snprintf(full, sizeof(full), "root/%s", name_of("folder", "/a/b"));
	assert_int_equal(scratch_has(t, full), !rc);
	return rc;
}

static int
set_aside(struct scratch *t)
{
	int rc;

	put_there(t, "old", TEXT);
	rc = store_set_aside(t->store, "old", name_of("aside", "/new"), &t->err);
	atomic_store(&is_looking, true);
	assert_int_equal(look(t, "old", TEXT) +
			 look(t, name_of("aside", "/new"), TEXT), 0);
	assert_true(rc || look(t, "old", TEXT) == -1);
	return rc;
}

static int
move(struct scratch *t)
{
	int rc;

	put_there(t, "old", TEXT);
	rc = store_move(t->store, "old", name_of("moved", "/new"), &t->err);
	atomic_store(&is_looking, true);
	assert_true(look(t, "old", TEXT) == 1 ||
		    look(t, name_of("moved", "/new"), TEXT) == 1);
	assert_true(rc || look(t, "old", TEXT) == -1);
	return rc;
}

static int
link_file(struct scratch *t)
{
	int rc;

	put_there(t, "old", TEXT);
	rc = store_link(t->store, "old", t->store, name_of("linked", "/new"),
			&t->err);
	atomic_store(&is_looking, true);
	assert_int_equal(look(t, "old", TEXT), 1);
	assert_true(rc || look(t, name_of("linked", "/new"), TEXT) == 1);
	return rc;
}

static int
settle_file(struct scratch *t)
{
	return store_settle(t->store, "old", &t->err);
}

static int
unlink_file(struct scratch *t)
{
	int rc;

	put_there(t, "doomed", TEXT);
	rc = store_unlink(t->store, "doomed", &t->err);
	atomic_store(&is_looking, true);
	assert_int_equal(look(t, "doomed", TEXT), rc ? 1 : -1);
	return rc;
}

static void
a_file_is_whole_under_one_name_or_the_other(void **state)
{
	struct scratch *t = *state;

	assert_true(try_each(t, "put", put_file) > 8);
	assert_true(try_each(t, "folders", make_folders) > 6);
	assert_true(try_each(t, "aside", set_aside) > 6);
	for (int i = 0; i < 2; i++) {
		renameat2_errno = i ? EINVAL : 0;
		assert_true(try_each(t, "move", move) > 6);
	}
	assert_true(try_each(t, "link", link_file) > 6);
	assert_true(try_each(t, "settle", settle_file) > 4);
	assert_true(try_each(t, "unlink", unlink_file) > 1);
}

/* A file system without renameat2()'s flags: nothing is replaced there, too. */
static void
a_name_is_not_taken_where_renames_replace(void **state)
{
	static const int reasons[] = { EINVAL, ENOSYS };
	struct scratch *t = *state;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		renameat2_errno = reasons[i];
		n_rounds++;
		put_there(t, "a", TEXT);
		put_there(t, "b", "another");
		assert_int_equal(store_move(t->store, "a", "b", &t->err),
				 ARK_EEXISTS);
		assert_int_equal(look(t, "a", TEXT), 1);
		assert_int_equal(look(t, "b", "another"), 1);
		assert_int_equal(store_move(t->store, "a", name_of("c", ""),
					    &t->err), 0);
		assert_int_equal(look(t, "a", TEXT), -1);
		assert_int_equal(look(t, name_of("c", ""), TEXT), 1);
	}
}

static void
whoever_may_make_no_links_is_told_so(void **state)
{
	static const struct {
		int reason, code;
	} table[] = {
		{ EXDEV, ARK_EUSAGE }, { EPERM, ARK_EUSAGE },
		{ EACCES, ARK_EUSAGE }, { EMLINK, ARK_EUSAGE },
		{ EOPNOTSUPP, ARK_EUSAGE }, { EEXIST, ARK_EEXISTS },
		{ EIO, ARK_EDISK }, { ENOTDIR, ARK_EINTEGRITY },
	};
	struct scratch *t = *state;

	put_there(t, "a", TEXT);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		link_errno = table[i].reason;
		assert_int_equal(store_link(t->store, "a", t->store, "b",
					    &t->err), table[i].code);
		assert_int_equal(look(t, "b", TEXT), -1);
	}
}

/* ---- reading ----------------------------------------------------------- */

static int
list(struct scratch *t)
{
	struct store_entry *entries = NULL;
	size_t n = 0;
	int rc;

	rc = store_list(t->store, "d", &entries, &n, &t->err);
	assert_int_equal(n, rc ? 0 : 3);
	free(entries);
	return rc;
}

static int
read_file(struct scratch *t)
{
	struct buf out = BUF_INIT(100);
	uint8_t sha256[DIGEST_SHA256_SIZE];
	int64_t size = -1;
	int rc;

	rc = store_size(t->store, "d/a", &size, &t->err);
	if (!rc)
		rc = store_slurp(t->store, "d/a", &out, &t->err);
	if (!rc) {
		assert_int_equal(out.len, strlen(TEXT));
		rc = store_sha256(t->store, "d/a", sha256, &size, &t->err);
		assert_true(rc || size == (int64_t)strlen(TEXT));
	}
	buf_release(&out);
	return rc;
}

static int
sweep(struct scratch *t)
{
	int rc;

	put_there(t, ".partial/left-over", TEXT);
	put_there(t, ".partial/another", TEXT);
	rc = parts_sweep(t->store, &t->err);
	atomic_store(&is_looking, true);
	assert_true(rc || count_in(scratch_at(t, "root/.partial")) == 0);
	return rc;
}

static void
what_cannot_be_read_is_told(void **state)
{
	struct scratch *t = *state;

	scratch_mkdir(t, "root/d");
	put_there(t, "d/a", TEXT);
	put_there(t, "d/b", TEXT);
	put_there(t, "d/c", TEXT);
	assert_true(try_each(t, "list", list) > 8);
	assert_true(try_each(t, "read", read_file) > 8);
	assert_true(try_each(t, "sweep", sweep) > 4);
}

/* ---- the archive's folder ------------------------------------------------ */

static int
open_archive(struct scratch *t)
{
	struct store *s = NULL;
	char path[160];
	int64_t room;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/%s", t->path,
		       name_of("archive", ""));
	rc = store_open(&s, path, STORE_CREATE, &t->err);
	if (rc) {
		assert_null(s);
		return rc;
	}
	rc = store_lock(s, true, &t->err);
	if (!rc)
		rc = store_free_bytes(s, &room, &t->err);
	if (!rc)
		rc = store_finish(s, &t->err);
	store_close(s);
	return rc;
}

static void
an_archive_that_cannot_be_opened_is_told(void **state)
{
	struct scratch *t = *state;
	int64_t room = 0;

	assert_true(try_each(t, "open", open_archive) > 10);
	is_endless = true;
	assert_int_equal(store_free_bytes(t->store, &room, &t->err), 0);
	assert_true(room == INT64_MAX);
}

/* The name of a new archive is made durable in the folder that holds it. */
static void
an_archive_may_lie_anywhere(void **state)
{
	struct scratch *t = *state;
	struct store *s = NULL;
	char path[96], longer[2 * PATH_MAX];

	memset(longer, 'a', sizeof(longer));
	longer[0] = '/';
	longer[sizeof(longer) - 1] = 0;
	(void)snprintf(path, sizeof(path), "%s/new", t->path);
	real_path = longer;
	assert_int_equal(store_open(&s, path, STORE_CREATE, &t->err),
			 ARK_EUSAGE);
	assert_int_equal(rmdir(path), 0);
	/* in the root folder, where none is in fact */
	real_path = "/callark-there-is-none";
	assert_int_equal(store_open(&s, path, STORE_CREATE, &t->err),
			 ARK_ENOTFOUND);
	assert_non_null(strstr(t->err.text, "/callark-there-is-none: there is "
			       "none yet"));
	assert_null(s);
}

static int
lock_to_read(struct scratch *t)
{
	int rc;

	is_read_only = true;
	rc = store_lock(t->store, false, &t->err);
	is_read_only = false;
	return rc;
}

static void
a_disk_for_reading_needs_no_lock(void **state)
{
	struct scratch *t = *state;
	struct store *other = NULL;

	is_read_only = true;
	assert_int_equal(store_lock(t->store, false, &t->err), 0);
	assert_int_equal(t->store->lock, -1);
	assert_int_equal(store_lock(t->store, true, &t->err), ARK_EDISK);
	is_read_only = false;
	assert_int_equal(try_each(t, "lock", lock_to_read), 1);
	/* and where there is a lock, it is looked at */
	assert_int_equal(store_open(&other, store_root(t->store), STORE_WRITE,
				    &t->err), 0);
	assert_int_equal(store_lock(other, true, &t->err), 0);
	is_read_only = true;
	assert_int_equal(store_lock(t->store, false, &t->err), ARK_ELOCKED);
	store_close(other);
}

static void
the_holder_is_told_as_far_as_it_is_known(void **state)
{
	static const struct {
		const char *text;
		int kill_errno;
		bool is_told;
	} table[] = {
		{ "12345\n", 0, false }, { "12345\n", ESRCH, false },
		{ "12345\n", EPERM, true }, { "no number\n", EPERM, false },
		{ "", EPERM, false },
	};
	struct scratch *t = *state;
	struct store *other = NULL;

	assert_int_equal(store_lock(t->store, true, &t->err), 0);
	assert_int_equal(store_open(&other, store_root(t->store), STORE_WRITE,
				    &t->err), 0);
	for (size_t i = 1; i < sizeof(table) / sizeof(*table); i++) {
		put_there(t, "lock", table[i].text);
		kill_errno = table[i].kill_errno;
		assert_int_equal(store_lock(other, true, &t->err),
				 ARK_ELOCKED);
		assert_int_equal(!!strstr(t->err.text, "process 12345"),
				 table[i].is_told);
	}
	store_close(other);
}

/* So many folders are made that their names are forgotten on the way. */
static void
a_folder_that_was_forgotten_is_made_durable_again(void **state)
{
	struct scratch *t = *state;

	assert_int_equal(store_mkdirs(t->store, "a", &t->err), 0);
	assert_int_equal(t->store->durable.n, 1);
	t->store->durable.n = 8192;
	assert_int_equal(store_mkdirs(t->store, "b", &t->err), 0);
	assert_int_equal(t->store->durable.n, 1);
	assert_false(idset_has(&t->store->durable, "a"));
	assert_int_equal(store_mkdirs(t->store, "a", &t->err), 0);
	assert_true(idset_has(&t->store->durable, "a"));
}

/* ---- the log ------------------------------------------------------------- */

static int
write_log(struct scratch *t)
{
	struct store_log *l = NULL;
	char text[8];
	size_t n = 0;
	int rc;

	rc = store_log_open(&l, t->store, name_of("log", ""), true, &t->err);
	if (rc)
		return rc;
	rc = store_log_hold(l, &t->err);
	if (!rc)
		rc = store_log_append(l, "one\n", 4, &t->err);
	if (!rc)
		rc = store_log_tail(l, text, sizeof(text), &n, &t->err);
	assert_int_equal(n, rc ? 0 : 4);
	store_log_close(l);
	atomic_store(&is_looking, true);
	assert_true(rc || look(t, name_of("log", ""), "one\n") == 1);
	return rc;
}

static void
a_log_that_cannot_be_written_is_told(void **state)
{
	struct scratch *t = *state;
	struct store_log *a = NULL, *b = NULL;

	assert_true(try_each(t, "log", write_log) > 8);
	assert_int_equal(store_log_open(&a, t->store, "log", true, &t->err), 0);
	assert_int_equal(store_log_open(&b, t->store, "log", true, &t->err), 0);
	assert_int_equal(store_log_hold(a, &t->err), 0);
	n_slept = 0;
	assert_int_equal(store_log_hold(b, &t->err), ARK_ELOCKED);
	assert_int_equal(n_slept, 1000);
	store_log_close(a);
	assert_int_equal(store_log_hold(b, &t->err), 0);
	store_log_close(b);
}

static int
remember_large(void **state)
{
	(void)state;
	large = scratch_bytes(LARGE, 1);
	return digest_sha256(large_sha256, large, LARGE, NULL);
}

static int
forget_large(void **state)
{
	(void)state;
	free(large);
	return 0;
}

int
main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_body_is_whole_or_not_there),
		TEST(a_disk_that_gives_no_room_beforehand_is_written_to),
		TEST(a_body_that_cannot_be_read_back_is_none),
		TEST(what_begins_anew_is_anew),
		TEST(what_goes_on_is_whole),
		TEST(what_is_kept_and_cannot_be_read_is_told),
		TEST(a_file_is_whole_under_one_name_or_the_other),
		TEST(a_name_is_not_taken_where_renames_replace),
		TEST(whoever_may_make_no_links_is_told_so),
		TEST(what_cannot_be_read_is_told),
		TEST(an_archive_that_cannot_be_opened_is_told),
		TEST(an_archive_may_lie_anywhere),
		TEST(a_disk_for_reading_needs_no_lock),
		TEST(the_holder_is_told_as_far_as_it_is_known),
		TEST(a_folder_that_was_forgotten_is_made_durable_again),
		TEST(a_log_that_cannot_be_written_is_told),
	};

	return cmocka_run_group_tests(tests, remember_large, forget_large);
}
