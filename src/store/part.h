/*
 * Bodies on their way.
 *
 * A part is one file in .partial/ and the sink that fills it.  Whoever moves
 * bytes writes into the sink and never waits: the bytes are copied into blocks
 * of a bounded pool and written and hashed by a few threads, a part always by
 * the same one.  When the pool is used up, or one part has half of it, the sink
 * answers SINK_AGAIN and `wake` is called once there is room.  A block counts
 * from the moment it is full (or the last); the one that each part is filling
 * comes on top.  The file is made when the first block is written.
 *
 *	part_open -> (sink: begin, write ...) -> part_settle -> letter
 *	  -> take: hand it to store_commit or quarantine   (both consume it)
 *	  -> part_keep: leave the bytes for a later run     (consumes it)
 *	  -> part_drop: remove                              (consumes it)
 *
 * Kept bytes carry a record of what they are part of (identity, validator,
 * length, boot) beside them.  After a crash a partial without such a record is
 * removed at start.  Bytes that were written before a reboot count only as far
 * as they were synced when they were kept.
 */
#ifndef STORE_PART_H
#define STORE_PART_H

#include "base/mailbox.h"
#include "base/sink.h"
#include "store/store.h"

#define PART_HEAD_SIZE 4096
#define PART_RESUME_MIN (INT64_C(1) << 20)	/* less is not worth resuming */
#define PART_ETAG_SIZE 160

struct parts;		/* the pool and its threads */
struct store_part;

struct parts_settings {
	struct store *store;
	unsigned n_threads;	/* 2 */
	size_t pool_bytes;	/* 16 MiB, in blocks of 64 KiB */
	void (*wake)(void *ctx);	/* there is room again; from any thread */
	void *ctx;
};

int parts_start(struct parts **out, const struct parts_settings *s,
		struct ark_error *err);
/* parts_stop(p): End the threads and free; no part may be open any more. */
void parts_stop(struct parts *p);
/* parts_pressure(p): Share of the pool in use, 0..100. */
unsigned parts_pressure(struct parts *p);

/* parts_sweep(s, err): Remove partials that cannot be resumed; at start only. */
int parts_sweep(struct store *s, struct ark_error *err);

/*
 * part_open(out, p, identity, err):
 * A part for the body called identity (any text; its hash names the file).
 * What an earlier run kept is found: see part_kept.  Return 0, ARK_EDISK,
 * ARK_ENOMEM, or ARK_EEXISTS when a part of this identity is open already.
 */
int part_open(struct store_part **out, struct parts *p, const char *identity,
	      struct ark_error *err);

/* What was kept of it: offset 0 when nothing can be continued. */
struct part_kept {
	int64_t offset;
	int64_t total;			/* -1: unknown */
	char etag[PART_ETAG_SIZE];
};
void part_kept(const struct store_part *part, struct part_kept *out);

/* part_forget(part): Do not continue; start from nothing. */
void part_forget(struct store_part *part);

struct sink *part_sink(struct store_part *part);

/*
 * Called on the part's own thread once all bytes are written, before the
 * letter; not when they could not be written.
 */
typedef void part_inspect_fn(void *ctx, int fd, int64_t size);

enum part_wants { PART_WANTS_MD5 = 1, PART_WANTS_SHA512 = 2 };

/*
 * part_settle(part, wants, inspect, ctx, reply, kind):
 * No more bytes come.  When all are written and hashed, inspect (NULL: none)
 * is called and then a struct part_settled is posted to reply.  Without any
 * begin, what was kept is what there is.  Once only.
 */
void part_settle(struct store_part *part, unsigned wants,
		 part_inspect_fn *inspect, void *ctx, struct mailbox *reply,
		 int kind);

struct part_facts {
	int64_t size;
	uint8_t sha256[DIGEST_SHA256_SIZE];
	uint8_t md5[16], sha512[64];	/* when wanted */
	uint8_t head[PART_HEAD_SIZE];	/* first bytes */
	size_t head_len;
};

struct part_settled {
	struct letter letter;
	struct store_part *part;
	void *ctx;			/* as given to part_settle */
	int rc;				/* 0, or why the bytes are not there */
	struct ark_error err;
};
void part_settled_free(struct part_settled *s);

/* part_facts(part): Lend the facts; valid once settled with rc 0. */
const struct part_facts *part_facts(const struct store_part *part);

/*
 * part_keep(part, etag, total, err):
 * Sync and leave for later, when it is at least PART_RESUME_MIN and etag is
 * not ""; else as part_drop.  Blocks for the sync.  Only after settling.
 */
int part_keep(struct store_part *part, const char *etag, int64_t total,
	      struct ark_error *err);

/*
 * part_drop(part):
 * Remove the file and free the part.  Also before part_settle, when nobody uses
 * the sink any more; then it waits for the block that is being written.
 */
void part_drop(struct store_part *part);

#endif
