/*
 * The days and the rows of a catalogue, told in batches: while one is told, the
 * catalogue is not locked.  Whoever takes them may be slow, a pager or a full
 * pipe, and a sync that runs beside must not wait for that.
 *
 * What a sync changes meanwhile is told as of its batch: a row that gets another
 * start may come twice or not at all, every other comes once.
 */
#ifndef FLOW_BATCHES_H
#define FLOW_BATCHES_H

#include "catalogue/catalogue.h"

/* batches_days(c, from_day, to_day, fn, ctx, err): As catalogue_days(). */
int batches_days(struct catalogue *c, int32_t from_day, int32_t to_day,
		 catalogue_day_fn *fn, void *ctx, struct ark_error *err);

struct batches_rows;

/*
 * batches_rows_open(out, c, q, err):
 * The rows of q, as catalogue_select() has them.  c is lent until
 * batches_rows_close(*out), which accepts NULL.  Return 0 or ARK_ENOMEM.
 */
int batches_rows_open(struct batches_rows **out, struct catalogue *c,
		      const struct catalogue_query *q, struct ark_error *err);
void batches_rows_close(struct batches_rows *b);

/*
 * batches_rows_next(b, row, err):
 * Return 1 and lend the next row until the next call, 0 at the end, or as
 * catalogue_next().
 */
int batches_rows_next(struct batches_rows *b, const struct catalogue_row **row,
		      struct ark_error *err);

#endif
