#include "unit/heap.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Named by the linker's --wrap. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t n);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t n);

static atomic_long left;	/* until one fails; 0 and less: none */
static atomic_bool has_failed;

void
heap_fail(long n)
{
	atomic_store(&has_failed, false);
	atomic_store(&left, n);
}

bool
heap_has_failed(void)
{
	return atomic_load(&has_failed);
}

long
heap_each(void (*attempt)(void *ctx), void *ctx)
{
	for (long n = 1;; n++) {
		heap_fail(n);
		attempt(ctx);
		if (!heap_has_failed()) {
			heap_fail(0);
			return n - 1;
		}
	}
}

bool
heap_refuses(void)
{
	if (atomic_load(&left) <= 0 || atomic_fetch_sub(&left, 1) != 1)
		return false;
	atomic_store(&has_failed, true);
	errno = ENOMEM;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return heap_refuses() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return heap_refuses() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return heap_refuses() ? NULL : __real_realloc(old, size);
}

char *
__wrap_strdup(const char *text)
{
	return heap_refuses() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t n)
{
	return heap_refuses() ? NULL : __real_strndup(text, n);
}
