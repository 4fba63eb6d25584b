/*
 * Drawing from an archive: its calls become a population, the population a
 * draw, and the draw a record.
 */
#ifndef FLOW_DRAWING_H
#define FLOW_DRAWING_H

#include "archive/archive.h"
#include "callark/event.h"
#include "callark/filter.h"
#include "sample/record.h"

/*
 * was_drawn(ctx, id, draw, err):
 * 1 and the number of the draw for which a call is left out, or 0; or a
 * failure.
 */
typedef int drawing_excluder_fn(void *ctx, const char *id, int64_t *draw,
				struct ark_error *err);

struct drawing {
	struct archive *archive;
	const struct ark_filter *filter;
	drawing_excluder_fn *was_drawn;	/* NULL: nobody is left out */
	void *excluder_ctx;
	const struct ark_listener *listener;
	int64_t groups, short_groups;	/* of the draw, see sample/draw.h */
};

/*
 * drawing_make(d, record, err):
 * Draw by the rules and the range that record has, and fill what comes of it:
 * population, days, calls, excluded.  Without anybody to draw from all of these
 * are 0.  Return 0, ARK_EUSAGE (too many calls), ARK_ESTOPPED, ARK_ENOMEM, or
 * the catalogue's failure.
 */
int drawing_make(struct drawing *d, struct sample_record *record,
		 struct ark_error *err);

#endif
