#include "archive/committer.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/thread.h"

struct committer {
	struct archive *archive;
	struct mailbox *reply;
	int kind;
	struct commit_batch *open;	/* being filled; NULL: none */
	struct mailbox orders;		/* closed batches, for the thread */
	pthread_t thread;
	size_t pending, backlog;
};

enum { ORDER_BATCH, ORDER_STOP };

void
commit_batch_free(struct commit_batch *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++) {
		free((void *)(uintptr_t)b->rows[i].media_type);
		free((void *)(uintptr_t)b->rows[i].codec);
		free((void *)(uintptr_t)b->rows[i].link_host);
	}
	free(b);
}

/* The batch failed before it began: its parts are untouched, and lost. */
static void
lose_all(struct commit_batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct commit_item *item = &b->items[i];

		if (!item->part)
			continue;
		part_drop(item->part);
		item->part = NULL;
		item->end = COMMIT_LOST;
		item->err = b->err;
	}
}

static void
commit(struct committer *c, struct commit_batch *b)
{
	int64_t started = clock_now_ms();

	b->rc = store_commit(c->archive->store, b->items, b->n, COMMIT_THREADS,
			     &b->err);
	lose_all(b);
	b->spent_ms = clock_now_ms() - started;
	b->letter.kind = c->kind;
	mailbox_post(c->reply, &b->letter);
}

static void *
run(void *arg)
{
	struct committer *c = arg;

	for (;;) {
		struct letter *l = mailbox_take(&c->orders, -1);

		while (l) {
			struct letter *next = l->next;

			if (l->kind == ORDER_STOP)
				return NULL;
			commit(c, (struct commit_batch *)l);
			l = next;
		}
	}
}

int
committer_start(struct committer **out, struct archive *a,
		struct mailbox *reply, int kind, struct ark_error *err)
{
	struct committer *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return error_nomem(err);
	c->archive = a;
	c->reply = reply;
	c->kind = kind;
	rc = mailbox_init(&c->orders, err);
	if (rc) {
		free(c);
		return rc;
	}
	if (thread_start(&c->thread, "callark-commit", run, c)) {
		mailbox_release(&c->orders);
		free(c);
		return error_set(err, ARK_ENOMEM, "cannot start a thread");
	}
	*out = c;
	return 0;
}

void
committer_stop(struct committer *c)
{
	struct letter stop = { .kind = ORDER_STOP };

	if (!c)
		return;
	mailbox_post(&c->orders, &stop);
	(void)pthread_join(c->thread, NULL);
	mailbox_release(&c->orders);
	commit_batch_free(c->open);
	free(c);
}

static void
close_batch(struct committer *c)
{
	struct commit_batch *b = c->open;

	c->open = NULL;
	c->backlog++;
	b->letter.kind = ORDER_BATCH;
	mailbox_post(&c->orders, &b->letter);
}

/* Copy the texts of a row, so that it outlives its owner. */
static int
copy_row(struct catalogue_archived *to, const struct catalogue_archived *from)
{
	*to = *from;
	to->media_type = strdup(from->media_type);
	to->codec = strdup(from->codec);
	to->link_host = strdup(from->link_host);
	return to->media_type && to->codec && to->link_host ? 0 : ARK_ENOMEM;
}

int
committer_add(struct committer *c, const struct commit_order *o,
	      int64_t now_ms, struct ark_error *err)
{
	const struct part_facts *facts = part_facts(o->part);
	struct commit_batch *b = c->open;
	struct catalogue_archived *row;
	struct commit_item *item;

	if (!b) {
		b = calloc(1, sizeof(*b));
		if (!b)
			return error_nomem(err);
		b->opened_ms = now_ms;
		c->open = b;
	}
	item = &b->items[b->n];
	row = &b->rows[b->n];
	if (strlen(o->path) >= sizeof(item->path))
		return error_set(err, ARK_EBUG, "path %s is too long", o->path);
	b->n++;
	if (copy_row(row, &o->row)) {
		free((void *)(uintptr_t)row->media_type);
		free((void *)(uintptr_t)row->codec);
		free((void *)(uintptr_t)row->link_host);
		b->n--;
		return error_nomem(err);
	}
	item->part = o->part;
	memcpy(item->path, o->path, strlen(o->path) + 1);
	row->path = item->path;
	row->bytes = facts->size;
	memcpy(row->sha256, facts->sha256, sizeof(row->sha256));
	b->ctx[b->n - 1] = o->ctx;
	b->bytes += facts->size;
	c->pending++;
	if (b->n == COMMIT_MAX_FILES || b->bytes >= COMMIT_MAX_BYTES)
		close_batch(c);
	return 0;
}

void
committer_tick(struct committer *c, int64_t now_ms, bool flush)
{
	if (c->open && c->open->n &&
	    (flush || committer_due_ms(c, now_ms) <= 0))
		close_batch(c);
}

size_t
committer_pending(const struct committer *c)
{
	return c->pending;
}

size_t
committer_backlog(const struct committer *c)
{
	return c->backlog;
}

int64_t
committer_due_ms(const struct committer *c, int64_t now_ms)
{
	int64_t due;

	if (!c->open || !c->open->n)
		return -1;
	due = c->open->opened_ms + COMMIT_MAX_AGE_MS - now_ms;
	return due > 0 ? due : 0;
}

int
committer_record(struct committer *c, const struct commit_batch *b,
		 struct ark_error *err)
{
	struct catalogue_archived rows[COMMIT_MAX_FILES];
	size_t n = 0;

	c->pending -= b->n;
	c->backlog--;
	for (size_t i = 0; i < b->n; i++) {
		if (b->items[i].end == COMMIT_DONE ||
		    b->items[i].end == COMMIT_SAME)
			rows[n++] = b->rows[i];
	}
	return n ? catalogue_archive(c->archive->catalogue, rows, n, err) : 0;
}
