/*
 * What the files of this room share about parts.
 *
 * A part has three sides.  The sender's (whoever uses the sink) fills one
 * block of its own.  Full blocks and other orders are left with the part,
 * under the mutex of the pool.  The writer, one thread of the pool and always
 * the same, takes the orders and carries them out; until the part is settled
 * nobody else touches the descriptor.
 */
#ifndef STORE_PARTIAL_H
#define STORE_PARTIAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/idmap.h"
#include "store/inside.h"
#include "store/part.h"

#define PART_BLOCK 65536
#define SPARE_DIGESTS 16

#define PARTIAL_HEX 32			/* of the SHA-256 of the identity */
#define PARTIAL_NAME (PARTIAL_HEX + sizeof(".part"))

#define RECORD_MAX 1024			/* bytes of a whole record */
#define RECORD_BOOT_SIZE 37		/* of the kernel's boot id, with NUL */

struct block {
	struct block *next;
	size_t len;
	uint8_t bytes[PART_BLOCK];
};

/* What a writer shall do with a part, in this order. */
struct orders {
	bool begins;
	int64_t offset, total;		/* of begins */
	struct block *first, **last;	/* to be written */
	bool settles;
	bool is_void;			/* the part has failed before */
};

struct store_part {
	struct sink sink;		/* first: a sink * is a part * */
	struct parts *parts;
	struct writer *writer;
	char identity[DIGEST_SHA256_HEX];	/* its SHA-256 */
	char name[PARTIAL_NAME];	/* in .partial */
	struct part_kept kept;

	/* The sender's. */
	struct block *filling;		/* not full, or NULL */
	bool has_begun;

	/* Under the mutex. */
	struct store_part *next_ready;
	bool is_ready;			/* waiting for its writer or with it */
	bool is_starving;		/* was refused room */
	struct orders orders;
	size_t n_busy;			/* blocks given away, not yet written */
	int rc;				/* the first failure */
	struct ark_error err;

	/* The writer's until settled, then the holder's. */
	int fd;
	bool has_started;		/* a begin was carried out */
	bool has_file;			/* there is one in .partial */
	bool had_record;		/* it may still be on disk, see begin */
	struct digest *sha256;
	int64_t size;			/* written and hashed */
	int64_t total;			/* expected, or -1 */
	int64_t allocated;		/* by fallocate */
	int64_t started;		/* early write-out came this far */
	struct part_facts facts;

	/* Set by part_settle. */
	unsigned wants;
	part_inspect_fn *inspect;
	void *ctx;
	struct mailbox *reply;
	struct part_settled *letter;	/* made beforehand, cannot fail */
	bool is_settled;
};

struct writer {
	struct parts *parts;
	pthread_t thread;
	pthread_cond_t work;
	struct store_part *first, **last;	/* ready parts, oldest first */
	/* The thread's own. */
	struct digest *spare[SPARE_DIGESTS];
	size_t n_spare;
	uint8_t chunk[PART_BLOCK];		/* for reading back */
};

struct parts {
	struct parts_settings set;
	pthread_mutex_t mutex;
	pthread_cond_t idle;		/* a writer has put a part down */
	size_t max_busy, n_busy;	/* blocks given away, not yet written */
	struct block *spare;
	bool is_starving, is_stopping;
	struct idmap open;		/* parts by their names */
	atomic_size_t n_records;	/* at least so many; 0 is certain */
	unsigned n_opened;
	unsigned n_writers;
	struct writer *writers;
};

/* The mutex is taken inside, except where told. */

/*
 * pool_admit(part):
 * Whether the sender may hand over one more block now: 0, SINK_AGAIN or the
 * part's failure.
 */
int pool_admit(struct store_part *part);
/*
 * pool_turn(part): Hand the block that is being filled, if any, to the writer
 * and take a fresh one.  0 or ARK_ENOMEM.
 */
int pool_turn(struct store_part *part);
/* pool_begin(part, offset, total): Void what was given and begin anew. */
int pool_begin(struct store_part *part, int64_t offset, int64_t total);
/* pool_settle(part): Hand over what is being filled; it was the last. */
void pool_settle(struct store_part *part);
/* pool_fail(part, err): The part's first failure, unless it has one. */
void pool_fail(struct store_part *part, const struct ark_error *err);
/* pool_abandon(part): Take the part from its writer for good; may wait. */
void pool_abandon(struct store_part *part);
/*
 * pool_take(w, part, orders): Take the oldest ready part of w and its orders.
 * Return false when there is none.  Both this and pool_put_down want the mutex
 * to be held.
 */
bool pool_take(struct writer *w, struct store_part **part,
	       struct orders *orders);
/*
 * pool_put_down(part, done, reply): The writer has carried out what it took:
 * let go of the part, or queue it again if there are new orders.  Return the
 * letter to post to *reply if the part is settled, which is the receiver's
 * from then on; else NULL.
 */
struct part_settled *pool_put_down(struct store_part *part,
				   const struct orders *done,
				   struct mailbox **reply);
/* pool_release(part, b): A block that was given has been dealt with. */
void pool_release(struct store_part *part, struct block *b);

/* body_carry_out(w, part, orders): The writer's side; releases the blocks. */
void body_carry_out(struct writer *w, struct store_part *part,
		    struct orders *orders);

/* part_free(part): Close and forget the part; the file stays. */
void part_free(struct store_part *part);

/* The record beside a partial; resume.c tells how it is written. */
struct record {
	char identity[DIGEST_SHA256_HEX];
	char etag[PART_ETAG_SIZE];
	int64_t total, synced;		/* total -1: unknown */
	char boot[RECORD_BOOT_SIZE];
};

/* record_parse(r, content): 0, or ARK_EFORMAT when anything is amiss. */
int record_parse(struct record *r, const struct buf *content);

/* record_print(out, r): Add the text of r, whose etag a record can hold. */
void record_print(struct buf *out, const struct record *r);

/*
 * record_take(s, part): Read what an earlier run kept into part->kept and
 * remove the record, so that it is never trusted twice.
 */
void record_take(struct store *s, struct store_part *part);

/*
 * records_count(p, err): See how many records there are, so that nobody looks
 * for one where there is none.  0, ARK_EDISK, ARK_ENOMEM.
 */
int records_count(struct parts *p, struct ark_error *err);

/* record_put(s, part, etag, total, err): Write the record, durably. */
int record_put(struct store *s, const struct store_part *part,
	       const char *etag, int64_t total, struct ark_error *err);

/* record_can_hold(etag): Whether etag is not empty and fits a record. */
bool record_can_hold(const char *etag);

#endif
