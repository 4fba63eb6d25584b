/*
 * The line: requests that begin when others end, in the loop thread, so that no
 * connection rests while the thread that submits them records or publishes.
 */
#include "http/engine_internal.h"

void
line_init(struct http_engine *e)
{
	e->line_end = &e->line;
}

void
line_add(struct http_engine *e, struct transfer *t)
{
	t->next = NULL;
	*e->line_end = t;
	e->line_end = &t->next;
}

static struct transfer *
take_first(struct http_engine *e)
{
	struct transfer *t = e->line;

	e->line = t->next;
	if (!e->line)
		e->line_end = &e->line;
	return t;
}

void
line_advance(struct http_engine *e)
{
	while (e->line && !atomic_load(&e->line_holds) &&
	       atomic_load(&e->n_of_line) < atomic_load(&e->line_max)) {
		struct transfer *t = take_first(e);

		t->is_of_line = true;
		(void)atomic_fetch_add(&e->n_of_line, 1);
		transfer_start(e, t);
	}
}

void
line_return(struct http_engine *e, enum http_end end, const char *why)
{
	while (e->line)
		transfer_return(e, take_first(e), end, why);
}

void
line_ended(struct transfer *t)
{
	struct http_engine *e = t->engine;
	enum http_end end = t->result.end;

	if (!t->is_of_line)
		return;
	t->is_of_line = false;
	(void)atomic_fetch_sub(&e->n_of_line, 1);
	if (end == HTTP_DONE || end == HTTP_CANCELLED)
		return;
	t->result.holds_line = true;
	(void)atomic_fetch_add(&e->line_holds, 1);
}

/* ---- the other threads ---- */

void
http_engine_line(struct http_engine *e, unsigned n)
{
	if (atomic_exchange(&e->line_max, n) < n)
		sockets_wake(e);
}

unsigned
http_engine_of_line(const struct http_engine *e)
{
	return atomic_load(&e->n_of_line);
}

void
http_engine_go_on(struct http_engine *e)
{
	if (atomic_fetch_sub(&e->line_holds, 1) == 1)
		sockets_wake(e);
}

void
http_engine_recall(struct http_engine *e)
{
	(void)pthread_mutex_lock(&e->mutex);
	e->is_recalling = true;
	(void)pthread_mutex_unlock(&e->mutex);
	sockets_wake(e);
}
