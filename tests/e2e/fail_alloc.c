/*
 * A preloaded heap without room.
 *
 * ALLOC_AT=N       allocation N of the process fails, counted over all threads
 * ALLOC_STACK=HEX  ... of those made from this stack alone
 * ALLOC_ALL=1      and so does each one behind it, from wherever it is made
 * ALLOC_RECORD=F   F, which is there and as large as struct record, is told
 *                  what was made and refused, even by a process that dies
 *
 * A stack is the hash of the return addresses up to main or the begin of the
 * thread, each less the address that its module was loaded at: the same in
 * every process.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

#define FRAMES 64
#define STACKS 32768		/* a power of two, and never full */
#define TEXT 4096

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

/* What tests/campaigns/heap.py reads. */
struct record {
	atomic_long made, refused, n_stacks;
	struct {
		atomic_ulong hash;	/* 0: a free place */
		atomic_long times;
	} stacks[STACKS];
	char text[TEXT];	/* MODULE+OFFSET ... of the first refused */
};

struct frames {
	uintptr_t at[FRAMES];
	int n;
};

static struct record *record;
static unsigned long wanted;	/* stack; 0: any */
static long first;		/* 0: none fails */
static bool is_for_ever;
static atomic_long made, matching;
static atomic_bool is_refusing;
static _Thread_local bool is_inside;

__attribute__((constructor)) static void
start(void)
{
	const char *at = getenv("ALLOC_AT");
	const char *stack = getenv("ALLOC_STACK");
	const char *path = getenv("ALLOC_RECORD");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;

	if (fd >= 0) {
		void *p = mmap(NULL, sizeof(*record), PROT_READ | PROT_WRITE,
			       MAP_SHARED, fd, 0);

		record = p == MAP_FAILED ? NULL : p;
		(void)close(fd);
	}
	atomic_store(&made, 0);
	wanted = stack ? strtoul(stack, NULL, 16) : 0;
	first = at ? strtol(at, NULL, 10) : 0;
	is_for_ever = getenv("ALLOC_ALL");
}

static _Unwind_Reason_Code
add_frame(struct _Unwind_Context *context, void *arg)
{
	struct frames *f = arg;

	if (f->n == FRAMES)
		return _URC_END_OF_STACK;
	f->at[f->n++] = _Unwind_GetIP(context);
	return _URC_NO_REASON;
}

/* What an address is in its module, whose link map *map becomes. */
static uintptr_t
offset_of(uintptr_t address, struct link_map **map)
{
	struct dl_find_object found;

	*map = NULL;
	if (_dl_find_object((void *)address, &found))
		return 0;	/* of no module: it differs in each process */
	*map = found.dlfo_link_map;
	return address - (uintptr_t)found.dlfo_map_start;
}

static unsigned long
hash(const struct frames *f)
{
	uint64_t h = 14695981039346656037u;
	struct link_map *map;

	for (int i = 0; i < f->n; i++)
		h = (h ^ offset_of(f->at[i], &map)) * 1099511628211u;
	return h ? h : 1;
}

static void
count_stack(unsigned long h)
{
	for (size_t i = h % STACKS;; i = (i + 1) % STACKS) {
		unsigned long found = 0;

		if (atomic_compare_exchange_strong(&record->stacks[i].hash,
						   &found, h))
			atomic_fetch_add(&record->n_stacks, 1);
		else if (found != h)
			continue;
		atomic_fetch_add(&record->stacks[i].times, 1);
		return;
	}
}

static void
tell(const struct frames *f)
{
	size_t len = 0;

	for (int i = 0; i < f->n && len < TEXT; i++) {
		struct link_map *map;
		uintptr_t offset = offset_of(f->at[i], &map);
		const char *name = map ? map->l_name : "?";

		len += (size_t)snprintf(record->text + len, TEXT - len,
					"%s+0x%lx ", name, (long)offset);
	}
}

/* Whether an allocation, the n-th, is one that shall fail. */
static bool
is_meant(long n, unsigned long h)
{
	if (!first)
		return false;
	if (is_for_ever && atomic_load(&is_refusing))
		return true;
	if (wanted)
		n = h == wanted ? atomic_fetch_add(&matching, 1) + 1 : 0;
	return n == first;
}

static bool
is_refused(void)
{
	struct frames f = { .n = 0 };
	long n = atomic_fetch_add(&made, 1) + 1;
	unsigned long h = 0;
	bool is_now;

	if (is_inside)
		return false;	/* made by the unwinder itself */
	is_inside = true;
	if (wanted || record) {
		(void)_Unwind_Backtrace(add_frame, &f);
		h = hash(&f);
	}
	is_now = is_meant(n, h);
	if (record) {
		atomic_store(&record->made, n);
		count_stack(h);
		if (is_now && !atomic_fetch_add(&record->refused, 1))
			tell(&f);
	}
	is_inside = false;
	if (!is_now)
		return false;
	atomic_store(&is_refusing, true);
	errno = ENOMEM;
	return true;
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

void *
memalign(size_t alignment, size_t size)
{
	return is_refused() ? NULL : __libc_memalign(alignment, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int
posix_memalign(void **out, size_t alignment, size_t size)
{
	void *p = memalign(alignment, size);

	if (!p)
		return ENOMEM;
	*out = p;
	return 0;
}
