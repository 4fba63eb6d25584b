#include "store/part.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "store/partial.h"

static int
sink_begin(struct sink *sink, int64_t offset, int64_t total)
{
	struct store_part *part = (struct store_part *)sink;

	if (offset < 0 || offset > part->kept.offset) {
		struct ark_error err = { 0 };

		(void)error_set(&err, ARK_EBUG, STORE_PARTIAL "/%s: continued "
				"at %lld, kept are %lld bytes", part->name,
				(long long)offset,
				(long long)part->kept.offset);
		pool_fail(part, &err);
		return ARK_EBUG;
	}
	/* Once begun anew, what was kept is gone. */
	if (!offset)
		part_forget(part);
	part->has_begun = true;
	return pool_begin(part, offset, total);
}

/*
 * A full block stays until there is more for the next: what a small body needs
 * is then left with its writer in one piece, by part_settle().
 */
static int
sink_write(struct sink *sink, const uint8_t *bytes, size_t n)
{
	struct store_part *part = (struct store_part *)sink;
	size_t room = part->filling ? PART_BLOCK - part->filling->len : 0;
	int rc = 0;

	assert(part->has_begun);
	if (n > room)
		rc = pool_admit(part);
	while (!rc && n) {
		struct block *b = part->filling;
		size_t take = n;

		if (!b || b->len == PART_BLOCK) {
			rc = pool_turn(part);
			continue;
		}
		if (take > PART_BLOCK - b->len)
			take = PART_BLOCK - b->len;
		memcpy(b->bytes + b->len, bytes, take);
		b->len += take;
		bytes += take;
		n -= take;
	}
	return rc;
}

/* Enter part among the open ones, unless its identity is there. */
static int
enter(struct store_part *part, struct ark_error *err)
{
	struct parts *p = part->parts;
	int rc = 0;

	(void)pthread_mutex_lock(&p->mutex);
	if (idmap_get(&p->open, part->name))
		rc = error_set(err, ARK_EEXISTS, STORE_PARTIAL "/%s: open "
			       "already", part->name);
	else if (idmap_put(&p->open, part->name, part))
		rc = error_nomem(err);
	else
		part->writer = &p->writers[p->n_opened++ % p->n_writers];
	(void)pthread_mutex_unlock(&p->mutex);
	return rc;
}

static void
leave(struct store_part *part)
{
	struct parts *p = part->parts;

	(void)pthread_mutex_lock(&p->mutex);
	if (idmap_get(&p->open, part->name) == part)
		idmap_drop(&p->open, part->name);
	(void)pthread_mutex_unlock(&p->mutex);
}

static int
name_part(struct store_part *part, const char *identity,
	  struct ark_error *err)
{
	uint8_t sha256[DIGEST_SHA256_SIZE];
	int rc;

	rc = digest_sha256(sha256, identity, strlen(identity), err);
	if (rc)
		return rc;
	digest_hex(part->identity, sha256, sizeof(sha256));
	(void)snprintf(part->name, sizeof(part->name), "%.*s.part",
		       PARTIAL_HEX, part->identity);
	return 0;
}

int
part_open(struct store_part **out, struct parts *p, const char *identity,
	  struct ark_error *err)
{
	struct store_part *part;
	int rc;

	part = calloc(1, sizeof(*part));
	if (!part)
		return error_nomem(err);
	part->sink = (struct sink){ sink_begin, sink_write };
	part->parts = p;
	part->fd = -1;
	part->total = part->kept.total = -1;
	part->orders.last = &part->orders.first;
	part->letter = calloc(1, sizeof(*part->letter));
	if (part->letter)
		rc = name_part(part, identity, err);
	else
		rc = error_nomem(err);
	if (!rc)
		rc = enter(part, err);
	if (rc) {
		part_free(part);
		return rc;
	}
	record_take(p->set.store, part);
	*out = part;
	return 0;
}

void
part_kept(const struct store_part *part, struct part_kept *out)
{
	*out = part->kept;
}

void
part_forget(struct store_part *part)
{
	part->kept = (struct part_kept){ .total = -1 };
}

struct sink *
part_sink(struct store_part *part)
{
	return &part->sink;
}

void
part_settle(struct store_part *part, unsigned wants,
	    part_inspect_fn *inspect, void *ctx, struct mailbox *reply,
	    int kind)
{
	assert(part->letter && !part->reply);
	part->wants = wants;
	part->inspect = inspect;
	part->ctx = ctx;
	part->reply = reply;
	part->letter->letter.kind = kind;
	pool_settle(part);
}

void
part_settled_free(struct part_settled *s)
{
	free(s);
}

const struct part_facts *
part_facts(const struct store_part *part)
{
	assert(part->is_settled);
	return &part->facts;
}

void
part_free(struct store_part *part)
{
	if (!part)
		return;
	leave(part);
	(void)fdio_close(&part->fd);
	digest_free(part->sha256);
	free(part->filling);
	free(part->letter);
	free(part);
}

void
part_drop(struct store_part *part)
{
	if (!part)
		return;
	pool_abandon(part);
	if (part->has_file)
		(void)unlinkat(part->parts->set.store->partial, part->name, 0);
	part_free(part);
}

int
part_keep(struct store_part *part, const char *etag, int64_t total,
	  struct ark_error *err)
{
	struct store *s = part->parts->set.store;
	int rc;

	assert(part->is_settled);
	if (part->rc || part->size < PART_RESUME_MIN ||
	    (total >= 0 && total < part->size) || !record_can_hold(etag)) {
		part_drop(part);
		return 0;
	}
	if (store_fsync(s, part->fd))
		rc = error_errno(err, STORE_PARTIAL "/%s: fsync", part->name);
	else
		rc = record_put(s, part, etag, total, err);
	if (rc)
		part_drop(part);
	else
		part_free(part);
	return rc;
}
