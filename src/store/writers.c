/*
 * The threads that write, and the life of the pool.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "store/partial.h"

#define MAX_WRITERS 64

static void *
writer_main(void *arg)
{
	struct writer *w = arg;
	struct parts *p = w->parts;

	(void)pthread_mutex_lock(&p->mutex);
	for (;;) {
		struct part_settled *letter;
		struct store_part *part;
		struct mailbox *reply;
		struct orders orders;

		while (!w->first && !p->is_stopping)
			(void)pthread_cond_wait(&w->work, &p->mutex);
		if (!pool_take(w, &part, &orders))
			break;
		(void)pthread_mutex_unlock(&p->mutex);
		body_carry_out(w, part, &orders);
		(void)pthread_mutex_lock(&p->mutex);
		letter = pool_put_down(part, &orders, &reply);
		if (letter) {
			(void)pthread_mutex_unlock(&p->mutex);
			mailbox_post(reply, &letter->letter);
			(void)pthread_mutex_lock(&p->mutex);
		}
	}
	(void)pthread_mutex_unlock(&p->mutex);
	return NULL;
}

static int
start_writer(struct parts *p, struct ark_error *err)
{
	struct writer *w = &p->writers[p->n_writers];
	int rc;

	w->parts = p;
	w->last = &w->first;
	if (pthread_cond_init(&w->work, NULL))
		return error_nomem(err);
	/* No signals in it: SIGXFSZ comes as EFBIG. */
	rc = thread_start(&w->thread, "callark-write", writer_main, w);
	if (rc) {
		(void)pthread_cond_destroy(&w->work);
		return error_set(err, ARK_ENOMEM, "writer thread: %s",
				 strerror(rc));
	}
	p->n_writers++;
	return 0;
}

int
parts_start(struct parts **out, const struct parts_settings *s,
	    struct ark_error *err)
{
	unsigned n = s->n_threads ? s->n_threads : 1;
	struct parts *p;
	int rc;

	rc = store_may_write(s->store, err);
	if (rc)
		return rc;
	if (n > MAX_WRITERS)
		n = MAX_WRITERS;
	p = calloc(1, sizeof(*p));
	if (!p)
		return error_nomem(err);
	p->set = *s;
	p->max_busy = s->pool_bytes / PART_BLOCK;
	if (!p->max_busy)
		p->max_busy = 1;
	if (pthread_mutex_init(&p->mutex, NULL)) {
		free(p);
		return error_nomem(err);
	}
	if (pthread_cond_init(&p->idle, NULL)) {
		(void)pthread_mutex_destroy(&p->mutex);
		free(p);
		return error_nomem(err);
	}
	rc = records_count(p, err);
	p->writers = calloc(n, sizeof(*p->writers));
	if (!rc && !p->writers)
		rc = error_nomem(err);
	while (!rc && p->n_writers < n)
		rc = start_writer(p, err);
	if (rc) {
		parts_stop(p);
		return rc;
	}
	*out = p;
	return 0;
}

void
parts_stop(struct parts *p)
{
	if (!p)
		return;
	assert(!p->open.n);
	(void)pthread_mutex_lock(&p->mutex);
	p->is_stopping = true;
	for (unsigned i = 0; i < p->n_writers; i++)
		(void)pthread_cond_signal(&p->writers[i].work);
	(void)pthread_mutex_unlock(&p->mutex);
	for (unsigned i = 0; i < p->n_writers; i++) {
		struct writer *w = &p->writers[i];

		(void)pthread_join(w->thread, NULL);
		(void)pthread_cond_destroy(&w->work);
		while (w->n_spare)
			digest_free(w->spare[--w->n_spare]);
	}
	while (p->spare) {
		struct block *next = p->spare->next;

		free(p->spare);
		p->spare = next;
	}
	free(p->writers);
	idmap_release(&p->open);
	(void)pthread_cond_destroy(&p->idle);
	(void)pthread_mutex_destroy(&p->mutex);
	free(p);
}
