/*
 * Publishing a day: its tables and tag files, from the catalogue.
 *
 * The tables are written first, the manifest after them, the tag manifest
 * last; each replaces its predecessor atomically.  The day counts as
 * published only when all are in place, so a crash on the way is mended by the
 * next run.  The trail is told of each edition before the catalogue is.  The
 * same catalogue gives the same bytes, but for Bagging-Date and Callark-Trail-*.
 */
#ifndef FLOW_PUBLISH_H
#define FLOW_PUBLISH_H

#include "archive/archive.h"

/*
 * publish_day(a, day, now_s, err):
 * Return 0, ARK_EDISK, ARK_EINTEGRITY, ARK_ENOMEM, or as trail_add.
 */
int publish_day(struct archive *a, int32_t day, int64_t now_s,
		struct ark_error *err);

/* publish_dirty(a, now_s, n, err): Every day that is behind; *n of them. */
int publish_dirty(struct archive *a, int64_t now_s, int64_t *n,
		  struct ark_error *err);

#endif
