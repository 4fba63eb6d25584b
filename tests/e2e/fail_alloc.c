/*
 * A preloaded heap without room: allocation ALLOC_AT of the process fails, and
 * with ALLOC_ALL each one behind it.  Allocations are counted over all threads.
 * When the process ends, ALLOC_COUNT gets their number.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static atomic_long made;
static long first, last;

__attribute__((constructor)) static void
start(void)
{
	const char *at = getenv("ALLOC_AT");

	atomic_store(&made, 0);
	first = at ? strtol(at, NULL, 10) : 0;
	last = getenv("ALLOC_ALL") ? __LONG_MAX__ : first;
}

__attribute__((destructor)) static void
tell(void)
{
	const char *path = getenv("ALLOC_COUNT");
	FILE *f;
	long n = atomic_load(&made);

	first = 0;
	f = path ? fopen(path, "w") : NULL;
	if (f) {
		(void)fprintf(f, "%ld\n", n);
		(void)fclose(f);
	}
}

static int
is_refused(void)
{
	long n = atomic_fetch_add(&made, 1) + 1;

	if (!first || n < first || n > last)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	return is_refused() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *old, size_t size)
{
	return is_refused() ? NULL : __libc_realloc(old, size);
}
