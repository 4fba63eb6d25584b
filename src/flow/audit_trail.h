/*
 * Inside verify: the trail, on its way to being believed.
 */
#ifndef FLOW_AUDIT_TRAIL_H
#define FLOW_AUDIT_TRAIL_H

#include "flow/audit.h"
#include "flow/trail.h"

/* An entry that is known outside of the trail. */
struct anchor {
	struct trail_head head;
	int32_t day;			/* whose bag knows it; ARK_NO_DAY: the
					   catalogue does */
};

/* The last publication of a day that the trail tells of. */
struct edition_told {
	int32_t day;
	int64_t seq;
	uint8_t tagmanifest[DIGEST_SHA256_SIZE];
};

/* The record of a draw that the trail tells of last. */
struct draw_told {
	int64_t number;
	uint8_t sha256[DIGEST_SHA256_SIZE];
};

struct inspection {
	struct audit *audit;
	int32_t *behind;		/* days whose bag is, in order */
	size_t n_behind;
	struct anchor *anchors;		/* by seq */
	size_t n_anchors, anchors_cap, n_passed;
	struct edition_told *editions;	/* by day */
	size_t n_editions, editions_cap;
	struct draw_told *draws;	/* by number */
	size_t n_draws, draws_cap;
	struct trail_walk walk;
	int64_t limit;			/* of its bytes: those held when it
					   began */
	int64_t n_findings;
	bool is_set_aside;
	bool has_begun;			/* its first entry was seen */
};

/*
 * inspection_tell(in, verdict, fmt, ...):
 * Tell one finding about the trail as a whole.  Return as the options'
 * function does.
 */
int inspection_tell(struct inspection *in, enum ark_verdict verdict,
		    const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- audit_trail_known.c: what is known of it elsewhere ----------------- */

/* known_find(in, days, n, err): Fill in->behind and in->anchors. */
int known_find(struct inspection *in, const int32_t *days, size_t n,
	       struct ark_error *err);

/* known_is_behind(in, day): Whether the bag of day is to be written anew. */
bool known_is_behind(const struct inspection *in, int32_t day);

/* known_by_bag(in, day): Whether the bag of day knows an entry. */
bool known_by_bag(const struct inspection *in, int32_t day);

/* known_compare(in, e): Hold the next entry against what is known of it. */
int known_compare(struct inspection *in, const struct trail_entry *e);

/*
 * known_beyond(in, who):
 * The last anchor that no entry was held against, and who knows it, for people;
 * NULL when there is none.
 */
const struct anchor *known_beyond(const struct inspection *in, char who[64]);

/* ---- audit_editions.c: its publications against the bags ---------------- */

/* editions_note(in, e, err): Remember e, when it tells of a publication. */
int editions_note(struct inspection *in, const struct trail_entry *e,
		  struct ark_error *err);

/* ---- audit_draws.c: its draws against their records --------------------- */

/* draws_note(in, e, err): Remember e, when it tells of a draw. */
int draws_note(struct inspection *in, const struct trail_entry *e,
	       struct ark_error *err);

/* draws_judge(in, err): Whether all records are there and as they were. */
int draws_judge(const struct inspection *in, struct ark_error *err);

#endif
