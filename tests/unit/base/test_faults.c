/* What base does when the system refuses it something, memory above all. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/keep.h"
#include "base/luck.h"
#include "base/mailbox.h"
#include "base/secret.h"
#include "base/timers.h"
#include "unit/heap.h"

/* ---- calls that fail ---- */

/* How often the next calls fail, and with what. */
static struct fault {
	int times, error;
} reads, preads, stats, attributes, conditions, mutexes, clocks, randoms;

static bool
fails(struct fault *f)
{
	if (!f->times)
		return false;
	f->times--;
	errno = f->error;
	return true;
}

/* pread() and fstat() are 64 to the C library. */
ssize_t __real_read(int fd, void *bytes, size_t n);
ssize_t __wrap_read(int fd, void *bytes, size_t n);
ssize_t __real_pread64(int fd, void *bytes, size_t n, off_t at);
ssize_t __wrap_pread64(int fd, void *bytes, size_t n, off_t at);
int __real_fstat64(int fd, struct stat *st);
int __wrap_fstat64(int fd, struct stat *st);
int __real_pthread_condattr_init(pthread_condattr_t *a);
int __wrap_pthread_condattr_init(pthread_condattr_t *a);
int __real_pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *a);
int __wrap_pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *a);
int __real_pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *a);
int __wrap_pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *a);
int __real_pthread_getcpuclockid(pthread_t thread, clockid_t *id);
int __wrap_pthread_getcpuclockid(pthread_t thread, clockid_t *id);
ssize_t __real_getrandom(void *bytes, size_t n, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t n, unsigned flags);

ssize_t
__wrap_read(int fd, void *bytes, size_t n)
{
	return fails(&reads) ? -1 : __real_read(fd, bytes, n);
}

ssize_t
__wrap_pread64(int fd, void *bytes, size_t n, off_t at)
{
	return fails(&preads) ? -1 : __real_pread64(fd, bytes, n, at);
}

int
__wrap_fstat64(int fd, struct stat *st)
{
	return fails(&stats) ? -1 : __real_fstat64(fd, st);
}

int
__wrap_pthread_condattr_init(pthread_condattr_t *a)
{
	return fails(&attributes) ? ENOMEM : __real_pthread_condattr_init(a);
}

int
__wrap_pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *a)
{
	return fails(&conditions) ? EAGAIN : __real_pthread_cond_init(c, a);
}

int
__wrap_pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *a)
{
	return fails(&mutexes) ? EAGAIN : __real_pthread_mutex_init(m, a);
}

int
__wrap_pthread_getcpuclockid(pthread_t thread, clockid_t *id)
{
	return fails(&clocks) ? ESRCH :
		__real_pthread_getcpuclockid(thread, id);
}

ssize_t
__wrap_getrandom(void *bytes, size_t n, unsigned flags)
{
	return fails(&randoms) ? -1 : __real_getrandom(bytes, n, flags);
}

/* ---- the system ---- */

static void
interrupted_reads_are_repeated(void **state)
{
	struct buf all = BUF_INIT(64);
	int ends[2];
	char bytes[8] = "";
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	preads = (struct fault){ 3, EINTR };
	assert_true(fdio_pread(fd, bytes, 4, 0) == 4);
	assert_string_equal(bytes, "\177ELF");
	assert_int_equal(preads.times, 0);
	preads = (struct fault){ 1, EIO };
	assert_true(fdio_pread(fd, bytes, 4, 0) < 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fdio_write(ends[1], "text", 4), 0);
	assert_int_equal(fdio_close(&ends[1]), 0);
	reads = (struct fault){ 2, EINTR };
	assert_int_equal(fdio_slurp(ends[0], &all, NULL), 0);
	assert_string_equal(buf_text(&all), "text");
	assert_int_equal(reads.times, 0);
	assert_int_equal(fdio_close(&ends[0]), 0);
	buf_release(&all);
}

static void
a_file_that_is_not_told_of_is_not_read(void **state)
{
	struct buf all = BUF_INIT(64);
	struct ark_error err = { 0 };

	(void)state;
	stats = (struct fault){ 1, EIO };
	assert_int_equal(fdio_slurp_at(AT_FDCWD, "/proc/self/comm", &all, &err),
			 ARK_EDISK);
	assert_non_null(strstr(err.text, "/proc/self/comm"));
	assert_int_equal(all.len, 0);
}

static void
a_mailbox_that_cannot_be_is_none(void **state)
{
	static struct fault *const rows[] = {
		&attributes, &conditions, &mutexes,
	};
	struct mailbox m;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ark_error err = { 0 };

		*rows[i] = (struct fault){ 1, 0 };
		assert_int_equal(mailbox_init(&m, &err), ARK_ENOMEM);
		assert_int_equal(err.code, ARK_ENOMEM);
	}
	assert_int_equal(mailbox_init(&m, NULL), 0);
	mailbox_release(&m);
}

/* The time of a thread that is gone, and chance before the kernel has any. */
static void
what_cannot_be_known_is_guessed(void **state)
{
	(void)state;
	clocks = (struct fault){ 1, 0 };
	assert_int_equal(clock_thread_ms(pthread_self()), 0);
	randoms = (struct fault){ 1, EAGAIN };
	assert_int_equal(luck_u32(), UINT32_MAX / 2);
}

/* A character that the locale of programs, C, does not have. */
static void
what_cannot_be_written_is_noticed(void **state)
{
	struct buf b = BUF_INIT(64);

	(void)state;
	buf_adds(&b, "abc");
	assert_true(buf_addf(&b, "%ls", L"\u20ac") < 0);
	assert_int_equal(buf_status(&b, NULL), b.rc);
	assert_string_equal(buf_text(&b), "abc");
	buf_release(&b);
}

/* ---- memory ---- */

static void
set_secret(void *ctx)
{
	struct secret *s = ctx;
	struct ark_error err = { 0 };
	int rc = secret_set(s, "new", 3, &err);

	assert_int_equal(rc, heap_has_failed() ? ARK_ENOMEM : 0);
	assert_int_equal(err.code, rc);
	assert_string_equal(s->text, rc ? "old" : "new");
}

static void
a_secret_stays_when_there_is_no_memory(void **state)
{
	struct secret s = { 0 };

	(void)state;
	assert_int_equal(secret_set(&s, "old", 3, NULL), 0);
	assert_int_equal(heap_each(set_secret, &s), 1);
	secret_release(&s);
}

/* Of a hundred, those that were taken come, in their order. */
static void
add_timers(void *ctx)
{
	struct timers t = { 0 };
	int items[100], n = 0;

	(void)ctx;
	for (int i = 0; i < 100; i++) {
		if (!timers_add(&t, 1000 - i, &items[i]))
			n++;
		else
			assert_true(heap_has_failed());
	}
	assert_int_equal(n, heap_has_failed() ? 99 : 100);
	for (int64_t last = 0; n; n--) {
		assert_true(timers_next_ms(&t) > last);
		last = timers_next_ms(&t);
		assert_non_null(timers_take_any(&t));
	}
	assert_null(timers_take_any(&t));
	timers_release(&t);
}

static void
a_timer_without_memory_harms_no_other(void **state)
{
	(void)state;
	assert_true(heap_each(add_timers, NULL) >= 2);
}

/* Room of all sizes, across the end of a block. */
static void
keep_all(void *ctx)
{
	static const size_t sizes[] = { 1, 65536, 65537, 3, 40000, 40000, 8 };
	struct keep k = { 0 };
	const char *a, *b;
	bool is_short = false;

	(void)ctx;
	a = keep_once(&k, "again");
	is_short |= !a;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char *room = keep_room(&k, sizes[i]);

		is_short |= !room;
		if (!room)
			continue;
		assert_int_equal((uintptr_t)room % _Alignof(max_align_t), 0);
		assert_int_equal(room[0] | room[sizes[i] - 1], 0);
		memset(room, 'x', sizes[i]);
	}
	b = keep_text(&k, "a text");
	is_short |= !b;
	assert_true(!b || !strcmp(b, "a text"));
	assert_string_equal(keep_text(&k, ""), "");
	assert_string_equal(keep_once(&k, ""), "");
	b = keep_once(&k, "again");
	is_short |= !b;
	assert_true(!b || !strcmp(b, "again"));
	if (a && b)
		assert_ptr_equal(a, b);
	assert_int_equal(is_short, heap_has_failed());
	keep_release(&k);
}

static void
what_is_kept_is_whole_or_not_there(void **state)
{
	(void)state;
	assert_true(heap_each(keep_all, NULL) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interrupted_reads_are_repeated),
		cmocka_unit_test(a_file_that_is_not_told_of_is_not_read),
		cmocka_unit_test(a_mailbox_that_cannot_be_is_none),
		cmocka_unit_test(what_cannot_be_known_is_guessed),
		cmocka_unit_test(what_cannot_be_written_is_noticed),
		cmocka_unit_test(a_secret_stays_when_there_is_no_memory),
		cmocka_unit_test(a_timer_without_memory_harms_no_other),
		cmocka_unit_test(what_is_kept_is_whole_or_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
