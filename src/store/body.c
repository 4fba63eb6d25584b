/*
 * What a writer thread does with a part: file, bytes, digests.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fdio.h"
#include "store/beneath.h"
#include "store/partial.h"

#define WRITE_OUT (INT64_C(4) << 20)	/* bytes between two hints */

static int
fail(const struct store_part *part, const char *act, struct ark_error *err)
{
	return error_errno(err, STORE_PARTIAL "/%s: %s", part->name, act);
}

static int
too_short(const struct store_part *part, int64_t expected, int64_t found,
	  struct ark_error *err)
{
	return error_set(err, ARK_EDISK, STORE_PARTIAL "/%s: expected %lld "
			 "bytes, found %lld", part->name, (long long)expected,
			 (long long)found);
}

static const struct store *
store_of(const struct store_part *part)
{
	return part->parts->set.store;
}

/*
 * Let a full disk tell now rather than late.  A body of one block needs no
 * such question: its first write is its last.
 */
static int
allocate(struct store_part *part, struct ark_error *err)
{
	if (part->total <= PART_BLOCK || part->total <= part->size)
		return 0;
	if (!fallocate(part->fd, FALLOC_FL_KEEP_SIZE, 0, part->total)) {
		part->allocated = part->total;
		return 0;
	}
	if (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINTR)
		return 0;
	return fail(part, "room for the whole", err);
}

/* Make the file.  One of that name is left over from a run that was killed. */
static int
create_file(struct store_part *part, struct ark_error *err)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL;
	int folder = store_of(part)->partial;

	part->fd = beneath_open(folder, part->name, flags, STORE_FILE_MODE);
	if (part->fd < 0 && errno == EEXIST &&
	    !unlinkat(folder, part->name, 0))
		part->fd = beneath_open(folder, part->name, flags,
					STORE_FILE_MODE);
	if (part->fd < 0)
		return fail(part, "create", err);
	part->has_file = true;
	return allocate(part, err);
}

/* Hash n bytes, which are in the file behind those that came before. */
static int
account(struct store_part *part, const uint8_t *bytes, size_t n,
	struct ark_error *err)
{
	struct part_facts *facts = &part->facts;
	size_t room = PART_HEAD_SIZE - facts->head_len;
	int rc;

	rc = digest_add(part->sha256, bytes, n, err);
	if (rc)
		return rc;
	if (room > n)
		room = n;
	memcpy(facts->head + facts->head_len, bytes, room);
	facts->head_len += room;
	part->size += (int64_t)n;
	return 0;
}

/* Have the device start on what is written; only a hint. */
static void
write_out(struct store_part *part)
{
	if (store_of(part)->durability == STORE_NONE ||
	    part->size == part->started)
		return;
	(void)sync_file_range(part->fd, part->started,
			      part->size - part->started,
			      SYNC_FILE_RANGE_WRITE);
	part->started = part->size;
}

static int
put(struct store_part *part, const struct block *b, struct ark_error *err)
{
	int rc = 0;

	if (part->fd < 0)
		rc = create_file(part, err);
	if (rc)
		return rc;
	if (fdio_pwrite(part->fd, b->bytes, b->len, part->size))
		return fail(part, "write", err);
	rc = account(part, b->bytes, b->len, err);
	if (!rc && part->size - part->started >= WRITE_OUT)
		write_out(part);
	return rc;
}

/* Open what an earlier run kept, cut it to offset bytes and hash those. */
static int
continue_kept(struct writer *w, struct store_part *part, int64_t offset,
	      struct ark_error *err)
{
	struct stat st;
	int rc = 0;

	if (part->fd < 0)
		part->fd = beneath_open(store_of(part)->partial, part->name,
					O_RDWR | O_NONBLOCK, 0);
	if (part->fd < 0)
		return fail(part, "open", err);
	if (fstat(part->fd, &st))
		return fail(part, "stat", err);
	/* Not made longer by zeros. */
	if (!S_ISREG(st.st_mode) || st.st_size < offset)
		return too_short(part, offset, st.st_size, err);
	if (ftruncate(part->fd, offset))
		return fail(part, "truncate", err);
	while (!rc && part->size < offset) {
		size_t n = sizeof(w->chunk);
		ssize_t got;

		if (offset - part->size < (int64_t)n)
			n = (size_t)(offset - part->size);
		got = fdio_pread(part->fd, w->chunk, n, part->size);
		if (got < 0)
			return fail(part, "read", err);
		if ((size_t)got != n)
			return too_short(part, offset, part->size + got, err);
		rc = account(part, w->chunk, n, err);
	}
	part->started = part->size;
	return rc ? rc : allocate(part, err);
}

static int
fresh_digest(struct writer *w, struct store_part *part, struct ark_error *err)
{
	if (!part->sha256 && w->n_spare)
		part->sha256 = w->spare[--w->n_spare];
	if (part->sha256)
		return digest_reset(part->sha256, err);
	return digest_new(&part->sha256, DIGEST_SHA256, err);
}

static int
begin(struct writer *w, struct store_part *part, int64_t offset, int64_t total,
      struct ark_error *err)
{
	int rc;

	part->has_started = true;
	part->total = total;
	part->size = part->started = part->allocated = 0;
	part->facts.head_len = 0;
	rc = fresh_digest(w, part, err);
	if (rc)
		return rc;
	/*
	 * The record was removed, but a power cut could bring it back to
	 * vouch for bytes that are about to change.
	 */
	if (part->had_record) {
		if (store_fsync(store_of(part), store_of(part)->partial))
			return error_errno(err, STORE_PARTIAL ": fsync");
		part->had_record = false;
	}
	if (offset)
		return continue_kept(w, part, offset, err);
	if (part->fd < 0)
		return 0;	/* made when the first byte comes */
	if (ftruncate(part->fd, 0))
		return fail(part, "truncate", err);
	return allocate(part, err);
}

/* Read the file back for a digest that nobody knew would be wanted. */
static int
hash_again(struct writer *w, const struct store_part *part,
	   enum digest_kind kind, uint8_t *out, struct ark_error *err)
{
	uint8_t raw[DIGEST_MAX_SIZE];
	struct digest *d = NULL;
	int64_t at = 0;
	int rc;

	rc = digest_new(&d, kind, err);
	while (!rc && at < part->size) {
		ssize_t got = fdio_pread(part->fd, w->chunk, sizeof(w->chunk),
					 at);

		if (got < 0)
			rc = fail(part, "read", err);
		else if (got == 0)
			rc = too_short(part, part->size, at, err);
		else
			rc = digest_add(d, w->chunk, (size_t)got, err);
		at += got;
	}
	if (!rc)
		rc = digest_final(d, raw, err);
	if (!rc)
		memcpy(out, raw, digest_size(kind));
	digest_free(d);
	return rc;
}

static int
fill_facts(struct writer *w, struct store_part *part, struct ark_error *err)
{
	struct part_facts *facts = &part->facts;
	uint8_t raw[DIGEST_MAX_SIZE];
	int rc;

	facts->size = part->size;
	rc = digest_final(part->sha256, raw, err);
	if (rc)
		return rc;
	memcpy(facts->sha256, raw, sizeof(facts->sha256));
	if (part->wants & PART_WANTS_MD5)
		rc = hash_again(w, part, DIGEST_MD5, facts->md5, err);
	if (!rc && part->wants & PART_WANTS_SHA512)
		rc = hash_again(w, part, DIGEST_SHA512, facts->sha512, err);
	return rc;
}

static int
settle(struct writer *w, struct store_part *part, struct ark_error *err)
{
	int rc = 0;

	/* No answer came: what was kept is still what we have. */
	if (!part->has_started)
		rc = begin(w, part, part->kept.offset, part->kept.total, err);
	if (!rc && part->fd < 0)
		rc = create_file(part, err);
	if (rc)
		return rc;
	if (part->allocated > part->size && ftruncate(part->fd, part->size))
		return fail(part, "truncate", err);
	write_out(part);
	rc = fill_facts(w, part, err);
	if (!rc && part->inspect)
		part->inspect(part->ctx, part->fd, part->size);
	return rc;
}

static void
put_digest_away(struct writer *w, struct store_part *part)
{
	if (part->sha256 && w->n_spare < SPARE_DIGESTS)
		w->spare[w->n_spare++] = part->sha256;
	else
		digest_free(part->sha256);
	part->sha256 = NULL;
}

void
body_carry_out(struct writer *w, struct store_part *part,
	       struct orders *orders)
{
	struct block *b = orders->first;
	struct ark_error err = { 0 };
	int rc = 0;

	if (orders->begins && !orders->is_void)
		rc = begin(w, part, orders->offset, orders->total, &err);
	while (b) {
		struct block *next = b->next;

		if (!rc && !orders->is_void)
			rc = put(part, b, &err);
		pool_release(part, b);
		b = next;
	}
	if (orders->settles && !rc && !orders->is_void)
		rc = settle(w, part, &err);
	if (rc)
		pool_fail(part, &err);
	if (orders->settles)
		put_digest_away(w, part);
}
