/*
 * The trail of the archive, ARCHIVE/trail.ndjson: see manifest/trail.h for its
 * form.  An entry is durable before what it tells of is acknowledged: before
 * the catalogue takes it, and before a run says that it is done.
 *
 * Two things outside of the trail know where it stood, so that entries cut off
 * its end are missed: the catalogue, as of the end of the last run, and the
 * bag-info.txt of each day, as of just before its publication.
 *
 * A crash in mid-append leaves an unfinished entry; the next entry tells of it.
 * A trail that ends in another way, or before what the catalogue knows, is not
 * continued (ARK_EINTEGRITY): that is for verify to tell and for people to
 * mend.
 */
#ifndef FLOW_TRAIL_H
#define FLOW_TRAIL_H

#include "archive/archive.h"
#include "manifest/trail.h"
#include "store/log.h"

#define TRAIL_PATH "trail.ndjson"

/* An entry as the others know it; seq is 0 when there is none. */
struct trail_head {
	int64_t seq;
	uint8_t hash[DIGEST_SHA256_SIZE];
};

/*
 * trail_add(a, action, object, result, err):
 * Add one entry, durably.  A trail that is not there is begun, with an entry
 * of its own before this one, unless the catalogue knows of one.  Return 0,
 * ARK_EINTEGRITY (it cannot be continued), ARK_ELOCKED, ARK_EDISK, ARK_ENOMEM.
 */
int trail_add(struct archive *a, const char *action, const char *object,
	      const char *result, struct ark_error *err);

/*
 * trail_append(a, log, action, object, result, err):
 * The same by a trail that was opened before: by whoever may not open it any
 * more when there is something to tell.
 */
int trail_append(struct archive *a, struct store_log *log, const char *action,
		 const char *object, const char *result, struct ark_error *err);

/*
 * trail_last(a, head, err):
 * The last whole entry, seq 0 when there is none.  Adds nothing.  Return as
 * trail_add: an error here is what that would meet.
 */
int trail_last(struct archive *a, struct trail_head *head,
	       struct ark_error *err);

/*
 * trail_set_aside(a, err):
 * Move a trail that cannot be trusted to quarantine/ and begin another, whose
 * first entry names the old one and its SHA-256.  The catalogue then knows the
 * new one alone.  Return 0, ARK_EDISK, ARK_EINTEGRITY, ARK_ENOMEM.
 */
int trail_set_aside(struct archive *a, struct ark_error *err);

/* ---- trail_known.c: what is known outside of it ------------------------- */

/*
 * The head as the catalogue knows it: 1, or 0 with head->seq 0.  know: let it
 * know that of now.  restore: let it know head, told by something else.
 * forget: let it know none.
 */
int trail_known(struct archive *a, struct trail_head *head,
		struct ark_error *err);
int trail_know(struct archive *a, struct ark_error *err);
int trail_restore_known(struct archive *a, const struct trail_head *head,
			struct ark_error *err);
int trail_forget_known(struct archive *a, struct ark_error *err);

/* trail_put_baginfo(out, head): Add head to a bag-info.txt, if it has one. */
void trail_put_baginfo(struct buf *out, const struct trail_head *head);

/*
 * trail_get_baginfo(text, n, head):
 * The head that a bag-info.txt tells: 1; 0 when it tells none; ARK_EFORMAT when
 * what it tells is none, or as baginfo_get.
 */
int trail_get_baginfo(const char *text, size_t n, struct trail_head *head);

#endif
