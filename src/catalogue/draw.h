/*
 * Which recordings were drawn for samples.  The records of the draws, in the
 * tree, are the truth.
 */
#ifndef CATALOGUE_DRAW_H
#define CATALOGUE_DRAW_H

#include "catalogue/catalogue.h"

/*
 * catalogue_draw_add(c, number, head, sha256, err) and catalogue_drawn_add(c,
 * number, id, err):
 * A draw, with the first line of its record and the SHA-256 of all of that; then
 * each of its calls.  Return 0, or as all functions that write.
 */
int catalogue_draw_add(struct catalogue *c, int64_t number, const char *head,
		       const uint8_t sha256[32], struct ark_error *err);
int catalogue_drawn_add(struct catalogue *c, int64_t number, const char *id,
			struct ark_error *err);

/* catalogue_has_draw(c, number, err): 1 or 0. */
int catalogue_has_draw(struct catalogue *c, int64_t number,
		       struct ark_error *err);

/* catalogue_last_draw(c, number, err): The highest number; 0: none was made. */
int catalogue_last_draw(struct catalogue *c, int64_t *number,
			struct ark_error *err);

/*
 * catalogue_was_drawn(c, id, draw, err):
 * 1 and the number of the first draw that had id, or 0.
 */
int catalogue_was_drawn(struct catalogue *c, const char *id, int64_t *draw,
			struct ark_error *err);

#endif
