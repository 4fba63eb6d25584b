/*
 * Lots: what stands in the place of chance.  Private to the room.
 *
 * The lot of a text is SHA-256(seed LF purpose LF text): whoever knows the seed
 * finds the same, whoever does not can foresee none.  Neither seed nor purpose
 * holds LF, so no two are made of the same bytes.
 */
#ifndef SAMPLE_LOT_H
#define SAMPLE_LOT_H

#include "digest/digest.h"

#define LOT_CALL "call"			/* of an id: who is drawn */
#define LOT_DAY "day"			/* of "DAY LF group": who gives first */
#define LOT_ROUNDING "rounding"		/* of "": where shares are rounded up */
#define LOT_CALIBRATION "calibration"	/* of an id: who is for everybody */
#define LOT_DEAL "deal"			/* of an id: the order of dealing */
#define LOT_EVALUATOR "evaluator"	/* of a name: who is dealt first */

struct lots {
	const char *seed;
	struct digest *digest;
};

/* lots_begin(l, seed, err): seed is lent.  Return as digest_new(). */
int lots_begin(struct lots *l, const char *seed, struct ark_error *err);
void lots_end(struct lots *l);

/* lot(out, l, purpose, text, err): Return 0 or the digest's failure. */
int lot(uint8_t out[DIGEST_SHA256_SIZE], struct lots *l, const char *purpose,
	const char *text, struct ark_error *err);

#endif
