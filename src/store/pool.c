/*
 * The pool of blocks, and what is left with each part for its writer.
 *
 * Only blocks that were given to a writer count against the pool: those are
 * certain to come back, so whoever is refused will be woken, however small the
 * pool.  The one block that each part is filling comes on top.
 */
#include <stdlib.h>

#include "store/partial.h"

/* Append part to its writer's queue unless it is there. */
static void
make_ready(struct store_part *part)
{
	struct writer *w = part->writer;

	if (part->is_ready)
		return;
	part->is_ready = true;
	part->next_ready = NULL;
	*w->last = part;
	w->last = &part->next_ready;
	(void)pthread_cond_signal(&w->work);
}

static void
clear_orders(struct orders *o)
{
	*o = (struct orders){ .last = &o->first };
}

/* The most blocks one part may have under way, so that others get some. */
static size_t
fair_share(const struct parts *p)
{
	return p->max_busy / 2 ? p->max_busy / 2 : 1;
}

/* Count a block back in; return whether somebody should be woken. */
static bool
put_back(struct store_part *part, struct block *b)
{
	struct parts *p = part->parts;
	bool is_awaited = false;

	b->next = p->spare;
	p->spare = b;
	p->n_busy--;
	part->n_busy--;
	if (part->is_starving && part->n_busy <= fair_share(p) / 2)
		is_awaited = true;
	if (p->is_starving && p->n_busy <= p->max_busy * 3 / 4)
		is_awaited = true;
	/* Whoever is woken tries again, and is noted again if in vain. */
	if (is_awaited)
		part->is_starving = p->is_starving = false;
	return is_awaited;
}

static void
wake(const struct parts *p)
{
	if (p->set.wake)
		p->set.wake(p->set.ctx);
}

void
pool_release(struct store_part *part, struct block *b)
{
	struct parts *p = part->parts;
	bool is_awaited;

	(void)pthread_mutex_lock(&p->mutex);
	is_awaited = put_back(part, b);
	(void)pthread_mutex_unlock(&p->mutex);
	if (is_awaited)
		wake(p);
}


/* Add what is being filled to the orders; the mutex is held. */
static void
give(struct store_part *part)
{
	struct block *b = part->filling;

	if (!b)
		return;
	part->filling = NULL;
	*part->orders.last = b;
	part->orders.last = &b->next;
	part->n_busy++;
	part->parts->n_busy++;
	make_ready(part);
}

int
pool_admit(struct store_part *part)
{
	struct parts *p = part->parts;
	int rc;

	(void)pthread_mutex_lock(&p->mutex);
	rc = part->rc;
	if (!rc && p->n_busy >= p->max_busy) {
		p->is_starving = true;
		rc = SINK_AGAIN;
	} else if (!rc && part->n_busy >= fair_share(p)) {
		part->is_starving = true;
		rc = SINK_AGAIN;
	}
	(void)pthread_mutex_unlock(&p->mutex);
	return rc;
}

int
pool_turn(struct store_part *part)
{
	struct parts *p = part->parts;
	struct ark_error err = { 0 };
	struct block *fresh;

	(void)pthread_mutex_lock(&p->mutex);
	give(part);
	fresh = p->spare;
	if (fresh)
		p->spare = fresh->next;
	(void)pthread_mutex_unlock(&p->mutex);
	if (!fresh)
		fresh = malloc(sizeof(*fresh));
	if (!fresh) {
		(void)error_nomem(&err);
		pool_fail(part, &err);
		return ARK_ENOMEM;
	}
	fresh->next = NULL;
	fresh->len = 0;
	part->filling = fresh;
	return 0;
}

/* Put back every block that waits; the mutex is held. */
static bool
void_orders(struct store_part *part)
{
	struct block *b = part->orders.first;
	bool is_awaited = false;

	while (b) {
		struct block *next = b->next;

		is_awaited |= put_back(part, b);
		b = next;
	}
	clear_orders(&part->orders);
	return is_awaited;
}

int
pool_begin(struct store_part *part, int64_t offset, int64_t total)
{
	struct parts *p = part->parts;
	bool is_awaited;
	int rc;

	if (part->filling)
		part->filling->len = 0;
	(void)pthread_mutex_lock(&p->mutex);
	is_awaited = void_orders(part);
	part->orders.begins = true;
	part->orders.offset = offset;
	part->orders.total = total;
	make_ready(part);
	rc = part->rc;
	(void)pthread_mutex_unlock(&p->mutex);
	if (is_awaited)
		wake(p);
	return rc;
}

void
pool_settle(struct store_part *part)
{
	(void)pthread_mutex_lock(&part->parts->mutex);
	give(part);
	part->orders.settles = true;
	make_ready(part);
	(void)pthread_mutex_unlock(&part->parts->mutex);
}

void
pool_fail(struct store_part *part, const struct ark_error *err)
{
	(void)pthread_mutex_lock(&part->parts->mutex);
	if (!part->rc) {
		part->err = *err;
		part->rc = err->code;
	}
	(void)pthread_mutex_unlock(&part->parts->mutex);
}

void
pool_abandon(struct store_part *part)
{
	struct parts *p = part->parts;
	bool is_awaited;

	(void)pthread_mutex_lock(&p->mutex);
	give(part);
	is_awaited = void_orders(part);
	while (part->is_ready)
		(void)pthread_cond_wait(&p->idle, &p->mutex);
	(void)pthread_mutex_unlock(&p->mutex);
	if (is_awaited)
		wake(p);
}

bool
pool_take(struct writer *w, struct store_part **out, struct orders *orders)
{
	struct store_part *part = w->first;

	if (!part)
		return false;
	w->first = part->next_ready;
	if (!w->first)
		w->last = &w->first;
	*orders = part->orders;
	orders->is_void = part->rc != 0;
	clear_orders(&part->orders);
	*out = part;
	return true;
}

struct part_settled *
pool_put_down(struct store_part *part, const struct orders *done,
	      struct mailbox **reply)
{
	const struct orders *o = &part->orders;
	struct part_settled *letter = NULL;

	part->is_ready = false;
	if (o->begins || o->first || o->settles)
		make_ready(part);
	if (done->settles) {
		letter = part->letter;
		part->letter = NULL;
		part->is_settled = true;
		letter->part = part;
		letter->ctx = part->ctx;
		letter->rc = part->rc;
		letter->err = part->err;
		*reply = part->reply;
	}
	(void)pthread_cond_broadcast(&part->parts->idle);
	return letter;
}

unsigned
parts_pressure(struct parts *p)
{
	size_t share;

	(void)pthread_mutex_lock(&p->mutex);
	share = p->n_busy * 100 / p->max_busy;
	(void)pthread_mutex_unlock(&p->mutex);
	return share < 100 ? (unsigned)share : 100;
}
