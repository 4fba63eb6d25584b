/*
 * What is put on the trail: one function for each thing that is done to an
 * archive and must be told for as long as it is kept.
 *
 * A recording that was archived has no entry of its own: the entry of its day's
 * publication holds the SHA-256 of the tag manifest, and with it of everything
 * in the bag.  What is said of a day is said again at each publication, so the
 * trail also tells when its tables were written anew.
 *
 * All return as trail_add() does.
 */
#ifndef FLOW_CUSTODY_H
#define FLOW_CUSTODY_H

#include "callark/archive.h"
#include "callark/reconcile.h"
#include "callark/subject.h"
#include "callark/sync.h"
#include "flow/audit.h"
#include "flow/trail.h"
#include "sample/record.h"

/*
 * custody_opened(a, is_new, err):
 * Before anything is done to a: tell that it was made, or see that its trail
 * can be continued.
 */
int custody_opened(struct archive *a, bool is_new, struct ark_error *err);

/* A run of sync; s->run is set.  ended: also lets the catalogue know. */
int custody_run_started(struct archive *a, const struct ark_sync_options *o,
			const struct ark_summary *s, struct ark_error *err);
int custody_run_ended(struct archive *a, const struct ark_summary *s, int code,
		      struct ark_error *err);

/* custody_published(a, d, tagmanifest, err): d->day has a new edition. */
int custody_published(struct archive *a, const struct catalogue_day *d,
		      const uint8_t tagmanifest[DIGEST_SHA256_SIZE],
		      struct ark_error *err);

/*
 * custody_edition(e, day, tagmanifest):
 * Whether e tells of a publication, and of which.
 */
bool custody_edition(const struct trail_entry *e, int32_t *day,
		     uint8_t tagmanifest[DIGEST_SHA256_SIZE]);

/*
 * A statement of completeness about a day, known by its SHA-256 in hex: it is
 * about to be put into the bag; it is about to be taken out, for the day is not
 * what it was made from any more.
 */
int custody_stated(struct archive *a, const struct ark_reconciled_day *day,
		   const char *sha256, struct ark_error *err);
int custody_unstated(struct archive *a, int32_t day, const char *sha256,
		     struct ark_error *err);

/*
 * A body of the recording or attachment id that was none; a file of it that was
 * damaged.
 */
int custody_quarantined(struct archive *a, enum catalogue_kind kind,
			const char *id, int64_t bytes,
			const uint8_t sha256[DIGEST_SHA256_SIZE],
			struct ark_error *err);
int custody_set_aside(struct archive *a, enum catalogue_kind kind,
		      const char *id, int32_t day, struct ark_error *err);

/* custody_given_up(a, kind, id, state, err): state is failed or gone. */
int custody_given_up(struct archive *a, enum catalogue_kind kind,
		     const char *id, enum ark_state state,
		     struct ark_error *err);

/*
 * custody_verified(v, range, err):
 * Everything of range was read, with what v->totals tells.  By v->trail, unless
 * that is NULL.
 */
int custody_verified(const struct audit *v, const struct ark_range *range,
		     struct ark_error *err);

/*
 * custody_exported(a, totals, tagmanifest, err):
 * Everything held about somebody is about to be a whole bag, known by the
 * SHA-256 of its tag manifest.  About whom is not told.
 */
int custody_exported(struct archive *a, const struct ark_subject_totals *totals,
		     const uint8_t tagmanifest[DIGEST_SHA256_SIZE],
		     struct ark_error *err);

/*
 * custody_drawn(a, record, sha256, err):
 * A draw, by its number, with the SHA-256 of its record and of its population.
 */
int custody_drawn(struct archive *a, const struct sample_record *record,
		  const uint8_t sha256[DIGEST_SHA256_SIZE],
		  struct ark_error *err);

/* custody_draw(e, number, sha256): Whether e tells of a draw, and of which. */
bool custody_draw(const struct trail_entry *e, int64_t *number,
		  uint8_t sha256[DIGEST_SHA256_SIZE]);

/* custody_rebuilt(a, totals, err): The catalogue was; it is let know, too. */
int custody_rebuilt(struct archive *a, const struct ark_rebuild_totals *totals,
		    struct ark_error *err);

#endif
