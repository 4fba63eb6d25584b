/*
 * A folder of its own for each test, and parts run to their end in it.
 */
#ifndef UNIT_STORE_SCRATCH_H
#define UNIT_STORE_SCRATCH_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mailbox.h"
#include "store/commit.h"
#include "store/file.h"
#include "store/layout.h"
#include "store/part.h"
#include "store/partial.h"
#include "store/store.h"

struct scratch {
	char path[64];
	struct store *store;	/* PATH/root */
	struct parts *parts;
	struct mailbox reply;
	struct ark_error err;
};

static inline int
scratch_remove_one(const char *path, const struct stat *st, int type,
		   struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int
scratch_setup(void **state)
{
	struct scratch *t = calloc(1, sizeof(*t));
	char root[96];

	assert_non_null(t);
	(void)snprintf(t->path, sizeof(t->path), "/tmp/callark-store-XXXXXX");
	assert_non_null(mkdtemp(t->path));
	(void)snprintf(root, sizeof(root), "%s/root", t->path);
	assert_int_equal(store_open(&t->store, root, STORE_CREATE, &t->err), 0);
	assert_int_equal(mailbox_init(&t->reply, &t->err), 0);
	*state = t;
	return 0;
}

/* Drop the parts that a test which failed may have left behind. */
static inline void
scratch_drop_parts(struct parts *parts)
{
	for (size_t i = 0; parts && i < parts->open.n_slots;) {
		struct store_part *part = parts->open.slots[i].item;

		/* Dropping one may move another into its slot. */
		if (part)
			part_drop(part);
		else
			i++;
	}
}

static inline int
scratch_teardown(void **state)
{
	struct scratch *t = *state;

	scratch_drop_parts(t->parts);
	parts_stop(t->parts);
	store_close(t->store);
	mailbox_release(&t->reply);
	(void)nftw(t->path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(t);
	return 0;
}

/* The same, with a pool of two threads. */
static inline int
scratch_setup_parts(void **state)
{
	struct parts_settings settings = {
		.n_threads = 2, .pool_bytes = 1 << 20,
	};
	struct scratch *t;

	(void)scratch_setup(state);
	t = *state;
	settings.store = t->store;
	assert_int_equal(parts_start(&t->parts, &settings, &t->err), 0);
	return 0;
}

/* The path of a thing beneath the scratch folder; lent until called again. */
static inline const char *
scratch_at(const struct scratch *t, const char *name)
{
	static char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s", t->path, name);
	return path;
}

static inline void
scratch_write(const struct scratch *t, const char *name, const void *bytes,
	      size_t n)
{
	FILE *f = fopen(scratch_at(t, name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static inline size_t
scratch_read(const struct scratch *t, const char *name, void *bytes, size_t n)
{
	FILE *f = fopen(scratch_at(t, name), "r");
	size_t got;

	assert_non_null(f);
	got = fread(bytes, 1, n, f);
	assert_int_equal(fclose(f), 0);
	return got;
}

static inline int
scratch_has(const struct scratch *t, const char *name)
{
	struct stat st;

	return !lstat(scratch_at(t, name), &st);
}

static inline void
scratch_mkdir(const struct scratch *t, const char *name)
{
	assert_int_equal(mkdir(scratch_at(t, name), 0700), 0);
}

static inline void
scratch_link(const struct scratch *t, const char *target, const char *name)
{
	assert_int_equal(symlink(target, scratch_at(t, name)), 0);
}

/* How many things lie in a folder of the store. */
static inline size_t
scratch_count(const struct scratch *t, const char *folder)
{
	struct store_entry *entries = NULL;
	size_t n = 0;

	assert_int_equal(store_list(t->store, folder, &entries, &n, NULL), 0);
	free(entries);
	return n;
}

/* n bytes that depend on seed. */
static inline uint8_t *
scratch_bytes(size_t n, uint32_t seed)
{
	uint8_t *bytes = malloc(n + 1);

	assert_non_null(bytes);
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		bytes[i] = (uint8_t)(seed >> 24);
	}
	return bytes;
}

/* Offer n bytes in pieces of step, waiting for room. */
static inline int
scratch_feed(struct store_part *part, const uint8_t *bytes, size_t n,
	     size_t step)
{
	struct sink *sink = part_sink(part);

	while (n) {
		size_t take = n < step ? n : step;
		int rc = sink->write(sink, bytes, take);

		if (rc < 0)
			return rc;
		if (rc == SINK_AGAIN) {
			(void)usleep(200);
			continue;
		}
		bytes += take;
		n -= take;
	}
	return 0;
}

/* Settle part and wait for its letter; return the letter's rc. */
static inline int
scratch_settle(struct scratch *t, struct store_part *part, unsigned wants)
{
	struct part_settled *s;
	int rc;

	part_settle(part, wants, NULL, t, &t->reply, 7);
	s = (struct part_settled *)mailbox_take(&t->reply, -1);
	assert_non_null(s);
	assert_int_equal(s->letter.kind, 7);
	assert_ptr_equal(s->part, part);
	assert_ptr_equal(s->ctx, t);
	rc = s->rc;
	t->err = s->err;
	part_settled_free(s);
	return rc;
}

/* A settled part of n bytes. */
static inline struct store_part *
scratch_part(struct scratch *t, const char *identity, const void *bytes,
	     size_t n)
{
	struct store_part *part = NULL;
	struct sink *sink;

	assert_int_equal(part_open(&part, t->parts, identity, &t->err), 0);
	sink = part_sink(part);
	assert_int_equal(sink->begin(sink, 0, (int64_t)n), 0);
	assert_int_equal(scratch_feed(part, bytes, n, 16384), 0);
	assert_int_equal(scratch_settle(t, part, 0), 0);
	return part;
}

#endif
