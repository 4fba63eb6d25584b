/*
 * The trail of an archive: what was done to it, entry after entry, each bound
 * to the one before it by a hash.
 *
 * An entry is one line, ended by LF, of this one form (broken here to fit):
 *
 *	{"seq":7,"time":"2026-01-02T03:04:05.678Z",
 *	 "actor":"callark 0.1.0 uid 998","action":"day-published",
 *	 "object":"day 2026-01-01","result":"tagmanifest 9f86...",
 *	 "prev":"<64 hex>","hash":"<64 hex>"}
 *
 * The members stand in this order with nothing between them.  seq counts from 1
 * without a gap; time is UTC; prev is the hash of the entry before, 64 zeros in
 * the first.  hash is the SHA-256 of the bytes of the line up to and without
 * `,"hash":`.  Texts are printable ASCII without `"` and `\`, so nothing is
 * escaped and an entry can be written in one way only.  They hold no personal
 * data: the actor is a program and the number of a user of the system,
 * recordings go by the id that the platform gave them (trail_object).
 *
 * An entry that a power cut or a full disk left unfinished is never taken out
 * again.  The next one says so (TRAIL_MENDED) with the number of bytes and
 * their SHA-256, and is bound to the last whole entry.  Nothing else but
 * entries may stand in a trail.
 */
#ifndef MANIFEST_TRAIL_H
#define MANIFEST_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "digest/digest.h"

#define TRAIL_LINE_MAX 2048	/* bytes of an entry, without its line end */
#define TRAIL_OBJECT_SIZE 256	/* with NUL, as all below */
#define TRAIL_RESULT_SIZE 512

/* What can have been done: actions. */
#define TRAIL_CREATED "archive-created"
#define TRAIL_BEGUN "trail-begun"	/* for an archive that had none */
#define TRAIL_MENDED "trail-mended"	/* what is before it was unfinished */
#define TRAIL_STARTED "run-started"
#define TRAIL_ENDED "run-ended"
#define TRAIL_PUBLISHED "day-published"
#define TRAIL_STATED "statement-made"	/* of completeness, about a day */
#define TRAIL_UNSTATED "statement-dropped"	/* it no longer described it */
#define TRAIL_QUARANTINED "quarantined"	/* a body that is no recording */
#define TRAIL_SET_ASIDE "set-aside"	/* a file that was damaged */
#define TRAIL_GIVEN_UP "given-up"	/* a recording: failed or gone */
#define TRAIL_VERIFIED "verified"
#define TRAIL_REBUILT "catalogue-rebuilt"
#define TRAIL_EXPORTED "subject-exported"	/* what is held about somebody */
#define TRAIL_DRAWN "sample-drawn"	/* calls to listen to */

struct trail_entry {
	int64_t seq;
	char time[CLOCK_UTC_MS_SIZE];
	char actor[96], action[32];
	char object[TRAIL_OBJECT_SIZE], result[TRAIL_RESULT_SIZE];
	uint8_t prev[DIGEST_SHA256_SIZE];
	uint8_t hash[DIGEST_SHA256_SIZE];	/* filled by print and parse */
};

/*
 * trail_object(out, kind, id):
 * What an entry is about: "KIND ID"; "KIND sha256:HEX" for an id that is empty,
 * longer than 200 bytes or holds what a text of an entry may not.  kind is
 * ours, at most 32 bytes.  Return 0 or ARK_ENOMEM.
 */
int trail_object(char out[TRAIL_OBJECT_SIZE], const char *kind, const char *id);

/*
 * trail_print(e, out, err):
 * Add the line of e, LF included, and fill e->hash.  Return 0, ARK_EBUG (a text
 * holds what it may not, seq is not positive), or out's failure.
 */
int trail_print(struct trail_entry *e, struct buf *out, struct ark_error *err);

/*
 * trail_parse(e, line, n, err):
 * Read one line, given without its end; n may be any.  Return 0, ARK_EFORMAT
 * when it is no entry or its hash is not that of its bytes, or ARK_ENOMEM.
 */
int trail_parse(struct trail_entry *e, const char *line, size_t n,
		struct ark_error *err);

/* ---- trail_walk.c: entry after entry ---------------------------------- */

/*
 * A walk over the lines of a trail, from its beginning; or, with seq and hash
 * set to those of an entry, from behind that.  Memory does not depend on the
 * length of the trail.
 */
struct trail_walk {
	int64_t seq;			/* of the last entry; 0: none yet */
	uint8_t hash[DIGEST_SHA256_SIZE];	/* its hash */
	int64_t n_lines;		/* so far */
	/* lines behind the last entry that are none */
	int64_t n_odd, odd_bytes;	/* line ends between them counted */
	bool is_unfinished;		/* all begin as the next entry would */
	struct digest *odd;
};

int trail_walk_init(struct trail_walk *w, struct ark_error *err);
void trail_walk_release(struct trail_walk *w);

/*
 * trail_walk_line(w, line, n, e, err):
 * Take the next line, without its end; of one longer than TRAIL_LINE_MAX the
 * rest may be left out.  Return
 *   1			*e is an entry and follows the one before it;
 *   0			it is no entry; the lines behind it tell whether that
 *			is right;
 *   ARK_EINTEGRITY	*e is an entry that does not follow (err tells why);
 *			the walk goes on from it;
 *   ARK_ENOMEM, or what the digest fails with.
 */
int trail_walk_line(struct trail_walk *w, const char *line, size_t n,
		    struct trail_entry *e, struct ark_error *err);

/*
 * trail_walk_end(w, err):
 * After the last line.  Return 0 when that was an entry (or there was no line),
 * 1 when an unfinished one is at the end, ARK_EINTEGRITY for any other bytes.
 */
int trail_walk_end(const struct trail_walk *w, struct ark_error *err);

/*
 * trail_mended(w, result, err):
 * The result that the entry behind an unfinished one must have.
 */
int trail_mended(const struct trail_walk *w, char result[TRAIL_RESULT_SIZE],
		 struct ark_error *err);

#endif
