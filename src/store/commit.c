#include "store/commit.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "base/thread.h"
#include "store/beneath.h"
#include "store/partial.h"

#define ITEMS_MAX 1024
#define THREADS_MAX 16
#define THREADS_FROM 4	/* fewer files are not worth a thread */

/* A folder that files of the batch go to. */
struct folder {
	char path[STORE_PATH_MAX];	/* "": the root */
	int fd;
	bool is_changed;
	int rc;				/* its first failure */
	struct ark_error err;
};

/* An item on its way; all goes well until end is COMMIT_LOST or _CONFLICT. */
struct move {
	struct commit_item *item;
	struct folder *folder;
	const char *name;		/* in folder */
	bool is_placed;			/* it got its name from us */
};

struct batch {
	struct store *store;
	struct move *moves;
	size_t n;
	struct folder *folders;
	size_t n_folders;
};

static bool
is_well(const struct commit_item *item)
{
	return item->end == COMMIT_DONE || item->end == COMMIT_SAME;
}

static void
lose_errno(struct commit_item *item, const char *act)
{
	item->end = COMMIT_LOST;
	(void)error_errno(&item->err, "%s: %s", item->path, act);
}

/* Make and open the folder of a path, once for the batch. */
static struct folder *
find_folder(struct batch *b, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	struct folder *f;

	for (size_t i = 0; i < b->n_folders; i++) {
		f = &b->folders[i];
		if (strlen(f->path) == len && !memcmp(f->path, path, len)) {
			*name = slash ? slash + 1 : path;
			return f;
		}
	}
	f = &b->folders[b->n_folders++];
	memcpy(f->path, path, len);
	f->rc = store_folder(b->store, path, name, &f->fd, &f->err);
	return f;
}

/* Decide where an item goes, or that it is lost already. */
static void
prepare(struct batch *b, struct move *m)
{
	struct commit_item *item = m->item;
	const struct store_part *part = item->part;

	assert(part->is_settled);
	item->end = COMMIT_DONE;
	if (part->rc) {
		item->end = COMMIT_LOST;
		item->err = part->err;
		return;
	}
	if (!beneath_is_path(item->path)) {
		item->end = COMMIT_LOST;
		errno = EXDEV;
		(void)store_fail(&item->err, item->path);
		return;
	}
	m->folder = find_folder(b, item->path, &m->name);
	if (m->folder->rc) {
		item->end = COMMIT_LOST;
		item->err = m->folder->err;
	}
}

/* The queue of the threads that sync. */
struct queue {
	struct batch *batch;
	atomic_size_t next;
};

static void *
sync_files(void *arg)
{
	struct queue *q = arg;
	struct batch *b = q->batch;

	for (;;) {
		size_t i = atomic_fetch_add(&q->next, 1);
		struct commit_item *item;

		if (i >= b->n)
			return NULL;
		item = b->moves[i].item;
		if (!is_well(item))
			continue;
		if (store_fsync(b->store, item->part->fd))
			lose_errno(item, "fsync");
		else if (fdio_close(&item->part->fd))
			lose_errno(item, "close");
	}
}

static void
sync_all(struct batch *b, unsigned n_threads)
{
	struct queue q = { .batch = b };
	pthread_t threads[THREADS_MAX];
	unsigned n = 0;

	if (b->n < THREADS_FROM || b->store->durability == STORE_NONE)
		n_threads = 1;
	if (n_threads > THREADS_MAX)
		n_threads = THREADS_MAX;
	/* This thread is one of them, and does with fewer if it must. */
	while (n + 1 < n_threads &&
	       !thread_start(&threads[n], "callark-fsync", sync_files, &q))
		n++;
	(void)sync_files(&q);
	while (n)
		(void)pthread_join(threads[--n], NULL);
}

/* A file of that name is there: is it the same? */
static void
compare(struct batch *b, struct move *m)
{
	const struct part_facts *facts = part_facts(m->item->part);
	struct commit_item *item = m->item;
	int rc;

	rc = store_compare(b->store, m->folder->fd, m->name, facts->size,
			   facts->sha256, &item->err);
	if (rc == 1) {
		item->end = COMMIT_SAME;
		m->folder->is_changed = true;
	} else if (rc == 0) {
		item->end = COMMIT_CONFLICT;
		(void)error_set(&item->err, ARK_EEXISTS, "%s: another file is "
				"there already", item->path);
	} else {
		item->end = rc == ARK_EINTEGRITY ? COMMIT_CONFLICT :
						   COMMIT_LOST;
	}
}

static void
place(struct batch *b, struct move *m)
{
	struct store_part *part = m->item->part;

	if (!is_well(m->item))
		return;
	if (!store_rename(b->store->partial, part->name, m->folder->fd,
			  m->name)) {
		part->has_file = false;
		m->is_placed = true;
		m->folder->is_changed = true;
	} else if (errno == EEXIST) {
		compare(b, m);
	} else {
		lose_errno(m->item, "rename");
	}
}

/* Its name may be lost with the power: let go of it, to be fetched again. */
static void
lose_name(struct move *m)
{
	m->item->end = COMMIT_LOST;
	m->item->err = m->folder->err;
	if (m->is_placed)
		(void)unlinkat(m->folder->fd, m->name, 0);
}

/* Sync the folders; what was put into one that fails is not safe. */
static void
sync_folders(struct batch *b)
{
	for (size_t i = 0; i < b->n_folders; i++) {
		struct folder *f = &b->folders[i];

		if (f->rc || !f->is_changed || !store_fsync(b->store, f->fd))
			continue;
		f->rc = error_errno(&f->err, "%s: fsync", f->path);
	}
	for (size_t i = 0; i < b->n; i++) {
		struct move *m = &b->moves[i];

		if (is_well(m->item) && m->folder->rc)
			lose_name(m);
	}
}

/* Release all; return the failure of the first folder that failed. */
static int
finish(struct batch *b, struct ark_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < b->n; i++) {
		part_drop(b->moves[i].item->part);
		b->moves[i].item->part = NULL;
	}
	for (size_t i = 0; i < b->n_folders; i++) {
		struct folder *f = &b->folders[i];

		if (f->rc && !rc)
			rc = error_set(err, ARK_EDISK, "%s", f->err.text);
		(void)fdio_close(&f->fd);
	}
	return rc;
}

int
store_commit(struct store *s, struct commit_item *items, size_t n,
	     unsigned n_threads, struct ark_error *err)
{
	struct batch b = { .store = s, .n = n };
	int rc;

	assert(n <= ITEMS_MAX);
	if (!n)
		return 0;
	b.moves = calloc(n, sizeof(*b.moves));
	b.folders = calloc(n, sizeof(*b.folders));
	if (!b.moves || !b.folders) {
		rc = error_nomem(err);
		goto out;
	}
	for (size_t i = 0; i < n; i++) {
		b.moves[i].item = &items[i];
		prepare(&b, &b.moves[i]);
	}
	sync_all(&b, n_threads);
	for (size_t i = 0; i < n; i++)
		place(&b, &b.moves[i]);
	sync_folders(&b);
	rc = finish(&b, err);
out:
	free(b.moves);
	free(b.folders);
	return rc;
}
