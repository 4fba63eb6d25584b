#include "flow/hashing.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/event.h"
#include "base/thread.h"
#include "store/reader.h"

#define MAX_THREADS 64

/*
 * What a thread takes at once: so many files that taking costs nothing beside
 * looking, and so few bytes that no thread has much when the others have none.
 */
#define SLICE_FILES 64
#define SLICE_BYTES (INT64_C(1) << 20)

struct hashing {
	struct store *store;
	struct store_reader *reader;	/* of the caller's thread */
	const struct ark_listener *listener;
	bool is_quick;
	atomic_bool is_stopped;
	pthread_mutex_t mutex;		/* holds for all below, and for jobs */
	pthread_cond_t added, done;
	struct hashing_job *first, **last;	/* with items to be taken */
	size_t n_waiting;
	bool is_over;
	pthread_t threads[MAX_THREADS];
	size_t n_threads;
};

/* Items of one job that one thread looks at. */
struct slice {
	struct hashing_job *job;
	struct hashing_item *items;
	size_t n;
};

void
hashing_items_free(struct hashing_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(items[i].why);
	free(items);
}

/* ---- looking ------------------------------------------------------------ */

static void
look(const struct hashing *h, struct store_reader *r, struct hashing_item *it)
{
	struct ark_error why;

	it->size = -1;
	if (h->is_quick)
		it->rc = store_reader_size(r, it->path, &it->size, &why);
	else
		it->rc = store_reader_digest(r, it->path, it->kind,
					     it->expected, it->digest,
					     &it->size, &why);
	if (!it->rc || it->rc == ARK_ENOTFOUND || it->rc == ARK_ENOMEM)
		return;
	it->why = strdup(why.text);
	if (!it->why)
		it->rc = ARK_ENOMEM;
}

static void
look_at_all(const struct hashing *h, struct store_reader *r,
	    struct hashing_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (atomic_load(&h->is_stopped))
			items[i].rc = ARK_ESTOPPED;
		else
			look(h, r, &items[i]);
	}
}

/* ---- sharing ------------------------------------------------------------ */

/* What an item counts for; one of any size may be large. */
static int64_t
weight(const struct hashing *h, const struct hashing_item *it)
{
	if (h->is_quick)
		return 0;
	return it->expected < 0 || it->expected > SLICE_BYTES ? SLICE_BYTES :
								it->expected;
}

/* How many of job's items to take now. */
static size_t
measure(const struct hashing *h, const struct hashing_job *job)
{
	const struct hashing_item *items = &job->items[job->n_taken];
	size_t left = job->n - job->n_taken, n = 0;
	int64_t bytes = 0;

	while (n < left && n < SLICE_FILES && bytes < SLICE_BYTES)
		bytes += weight(h, &items[n++]);
	return n;
}

/* Take what waits longest, the mutex being held; false: nothing waits. */
static bool
take(struct hashing *h, struct slice *s)
{
	struct hashing_job *job = h->first;

	if (!job)
		return false;
	s->job = job;
	s->items = &job->items[job->n_taken];
	s->n = measure(h, job);
	job->n_taken += s->n;
	h->n_waiting -= s->n;
	if (job->n_taken < job->n)
		return true;
	h->first = job->next;
	if (!h->first)
		h->last = &h->first;
	return true;
}

/* Look at a slice, letting go of the mutex for so long. */
static void
work_off(struct hashing *h, struct store_reader *r, const struct slice *s)
{
	(void)pthread_mutex_unlock(&h->mutex);
	look_at_all(h, r, s->items, s->n);
	(void)pthread_mutex_lock(&h->mutex);
	s->job->n_done += s->n;
	if (s->job->n_done == s->job->n)
		(void)pthread_cond_signal(&h->done);
}

static void *
work(void *arg)
{
	struct store_reader *r = NULL;
	struct hashing *h = arg;
	struct slice s;

	/* without the memory, the others do it */
	if (store_reader_new(&r, h->store, NULL))
		return NULL;
	(void)pthread_mutex_lock(&h->mutex);
	while (!h->is_over) {
		if (take(h, &s))
			work_off(h, r, &s);
		else
			(void)pthread_cond_wait(&h->added, &h->mutex);
	}
	(void)pthread_mutex_unlock(&h->mutex);
	store_reader_free(r);
	return NULL;
}

/* ---- the crew ----------------------------------------------------------- */

static void
start_threads(struct hashing *h)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = cores > MAX_THREADS ? MAX_THREADS :
			cores > 1 ? (size_t)cores - 1 : 0;

	while (h->n_threads < wanted &&
	       !thread_start(&h->threads[h->n_threads], "callark-hash", work,
			     h))
		h->n_threads++;
}

int
hashing_new(struct hashing **out, struct store *s, bool is_quick,
	    const struct ark_listener *l, struct ark_error *err)
{
	struct hashing *h = calloc(1, sizeof(*h));

	if (!h || store_reader_new(&h->reader, s, NULL)) {
		free(h);
		return error_nomem(err);
	}
	h->store = s;
	h->listener = l;
	h->is_quick = is_quick;
	h->last = &h->first;
	(void)pthread_mutex_init(&h->mutex, NULL);
	(void)pthread_cond_init(&h->added, NULL);
	(void)pthread_cond_init(&h->done, NULL);
	start_threads(h);
	*out = h;
	return 0;
}

void
hashing_free(struct hashing *h)
{
	if (!h)
		return;
	atomic_store(&h->is_stopped, true);
	(void)pthread_mutex_lock(&h->mutex);
	h->is_over = true;
	(void)pthread_cond_broadcast(&h->added);
	(void)pthread_mutex_unlock(&h->mutex);
	while (h->n_threads)
		(void)pthread_join(h->threads[--h->n_threads], NULL);
	(void)pthread_cond_destroy(&h->added);
	(void)pthread_cond_destroy(&h->done);
	(void)pthread_mutex_destroy(&h->mutex);
	store_reader_free(h->reader);
	free(h);
}

void
hashing_add(struct hashing *h, struct hashing_job *job)
{
	job->n_taken = job->n_done = 0;
	job->next = NULL;
	if (!job->n)
		return;
	(void)pthread_mutex_lock(&h->mutex);
	*h->last = job;
	h->last = &job->next;
	h->n_waiting += job->n;
	(void)pthread_cond_broadcast(&h->added);
	(void)pthread_mutex_unlock(&h->mutex);
}

size_t
hashing_waiting(struct hashing *h)
{
	size_t n;

	(void)pthread_mutex_lock(&h->mutex);
	n = h->n_waiting;
	(void)pthread_mutex_unlock(&h->mutex);
	return n;
}

bool
hashing_help(struct hashing *h, const struct hashing_job *job)
{
	struct slice s;
	bool is_done;

	if (event_should_stop(h->listener))
		atomic_store(&h->is_stopped, true);
	(void)pthread_mutex_lock(&h->mutex);
	if (job->n_done < job->n && take(h, &s))
		work_off(h, h->reader, &s);
	else
		while (job->n_done < job->n)
			(void)pthread_cond_wait(&h->done, &h->mutex);
	is_done = job->n_done == job->n;
	(void)pthread_mutex_unlock(&h->mutex);
	return is_done;
}

void
hashing_look(struct hashing *h, struct hashing_item *items, size_t n)
{
	look_at_all(h, h->reader, items, n);
}

int
hashing_run(struct store *s, struct hashing_item *items, size_t n,
	    bool is_quick, const struct ark_listener *l, struct ark_error *err)
{
	struct hashing_job job = { .items = items, .n = n };
	struct hashing *h = NULL;
	int rc;

	rc = hashing_new(&h, s, is_quick, l, err);
	if (rc)
		return rc;
	hashing_add(h, &job);
	while (!hashing_help(h, &job))
		continue;
	hashing_free(h);
	return 0;
}
