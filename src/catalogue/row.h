/*
 * From columns to a struct catalogue_row.  Private to the room.
 */
#ifndef CATALOGUE_ROW_H
#define CATALOGUE_ROW_H

#include "catalogue/query.h"

/* The columns row_read() expects, of the table called r. */
#define ROW_COLUMNS                                                            \
	"r.n, r.id, r.interaction_id, r.day, r.start_s, r.duration_s,"         \
	" r.state, r.reason, r.link, r.attempts, r.runs, r.first_tried_s,"     \
	" r.first_seen_s, r.vanished_s, r.oddity, r.path, r.bytes, r.sha256,"  \
	" r.media_type, r.codec, r.link_host, r.audio_ms, r.downloaded_s,"     \
	" r.version, r.version_seen_s, r.kind, r.fingerprint"
#define ROW_N_COLUMNS 27 /* the document, if any, stands behind them */

/*
 * row_read(q, has_document, row, err):
 * Fill row, which is released first.  Return 0, ARK_ENOMEM or ARK_EINTEGRITY.
 */
int row_read(struct query *q, bool has_document,
	     struct catalogue_row *row, struct ark_error *err);

/*
 * row_versions(q, fn, ctx, err):
 * Tell fn of each row of q: the number of a version, when it was seen, its
 * body.  Closes q.  Return 0, what fn returned if that was not 0, or negative.
 */
int row_versions(struct query *q, catalogue_version_fn *fn, void *ctx,
		 struct ark_error *err);

#endif
