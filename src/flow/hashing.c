#include "flow/hashing.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/thread.h"

#define MAX_THREADS 64

struct shift {
	struct store *store;
	struct hashing_item *items;
	size_t n;
	bool is_quick;
	atomic_size_t next;
	atomic_bool is_stopped;
};

static void
look(const struct shift *w, struct hashing_item *it)
{
	it->size = -1;
	if (w->is_quick || it->expected >= 0)
		it->rc = store_size(w->store, it->path, &it->size, &it->err);
	if (w->is_quick || it->rc)
		return;
	/* what may be terabytes by now is not read to find that out */
	if (it->expected < 0 || it->size == it->expected)
		it->rc = store_digest(w->store, it->path, it->kind, it->digest,
				      &it->size, &it->err);
}

static void *
work(void *arg)
{
	struct shift *w = arg;

	for (;;) {
		size_t i = atomic_fetch_add(&w->next, 1);

		if (i >= w->n)
			return NULL;
		if (atomic_load(&w->is_stopped))
			w->items[i].rc = ARK_ESTOPPED;
		else
			look(w, &w->items[i]);
	}
}

void
hashing_run(struct store *s, struct hashing_item *items, size_t n,
	    bool is_quick, bool (*should_stop)(const void *ctx),
	    const void *ctx)
{
	struct shift w = {
		.store = s, .items = items, .n = n, .is_quick = is_quick,
	};
	pthread_t threads[MAX_THREADS];
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = cores > MAX_THREADS ? MAX_THREADS :
			cores > 1 ? (size_t)cores : 1;
	size_t started = 0;

	/* this thread is one of them, and the one that listens */
	while (started + 1 < wanted && started + 1 < n &&
	       !thread_start(&threads[started], "callark-hash", work,
			     &w))
		started++;
	for (;;) {
		size_t i = atomic_fetch_add(&w.next, 1);

		if (i >= n)
			break;
		if (should_stop && should_stop(ctx))
			atomic_store(&w.is_stopped, true);
		if (atomic_load(&w.is_stopped))
			items[i].rc = ARK_ESTOPPED;
		else
			look(&w, &items[i]);
	}
	while (started)
		(void)pthread_join(threads[--started], NULL);
}
