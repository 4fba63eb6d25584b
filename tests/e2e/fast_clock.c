/*
 * A preloaded clock that runs faster, so that waits of a minute take seconds.
 *
 * FAST_BOOTTIME and FAST_MONOTONIC are the factors (1: as it is).  The program
 * keeps its own times by CLOCK_BOOTTIME, libcurl and condition variables by
 * CLOCK_MONOTONIC; the deadlines of the latter are translated back.  Waits in
 * the kernel stay real: whoever polls sees the deadline at the next turn.
 *
 * A time to connect shrinks with CLOCK_MONOTONIC, and with it what a handshake
 * of TLS may take in truth.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static long long begin[2];
static long long factor[2];

static int
index_of(clockid_t id)
{
	if (id == CLOCK_BOOTTIME)
		return 0;
	return id == CLOCK_MONOTONIC ? 1 : -1;
}

static long long
factor_from(const char *name)
{
	const char *text = getenv(name);
	long n = text ? strtol(text, NULL, 10) : 1;

	return n > 0 ? n : 1;
}

static long long
to_ns(const struct timespec *ts)
{
	return ts->tv_sec * SECOND + ts->tv_nsec;
}

static struct timespec
from_ns(long long ns)
{
	return (struct timespec){ ns / SECOND, ns % SECOND };
}

__attribute__((constructor)) static void
start(void)
{
	struct timespec ts;

	factor[0] = factor_from("FAST_BOOTTIME");
	factor[1] = factor_from("FAST_MONOTONIC");
	syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &ts);
	begin[0] = to_ns(&ts);
	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
	begin[1] = to_ns(&ts);
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int rc = (int)syscall(SYS_clock_gettime, id, ts);
	int i = index_of(id);

	if (rc || i < 0 || !factor[i])
		return rc;
	*ts = from_ns(begin[i] + (to_ns(ts) - begin[i]) * factor[i]);
	return 0;
}

/* All condition variables of the program that time out use CLOCK_MONOTONIC. */
int
pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
		       const struct timespec *until)
{
	static int (*next)(pthread_cond_t *, pthread_mutex_t *,
			   const struct timespec *);
	struct timespec real = *until;

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
	if (factor[1] > 1)
		real = from_ns(begin[1] +
			       (to_ns(until) - begin[1]) / factor[1]);
	return next(cond, mutex, &real);
}
