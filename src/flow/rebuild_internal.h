/*
 * Inside rebuild: one day after the other, read back from its bag.
 */
#ifndef FLOW_REBUILD_INTERNAL_H
#define FLOW_REBUILD_INTERNAL_H

#include "archive/archive.h"
#include "callark/archive.h"
#include "digest/digest.h"
#include "flow/trail.h"
#include "omni/document.h"

#define REBUILD_MAX_LINE ((size_t)64 << 20)

struct rebuild {
	struct archive *archive;
	const struct ark_listener *listener;
	struct ark_rebuild_totals *totals;
	int32_t day;
	bool is_day_behind;		/* its tables claim what is not there */
	struct digest *digest;
	struct omni_document document;
	struct buf line;
	struct trail_head head;		/* the latest that a bag knows */
};

/* rebuild_problem(r, what, why): Tell and count what is not as it should be. */
void rebuild_problem(struct rebuild *r, const char *what, const char *why);

/*
 * rebuild_reports(r, info, err):
 * The reports of the day, what bag-info.txt (info) says of their listings, and
 * the statement about them.
 * What cannot be read is a problem that is told; the next sync asks for it
 * again.  Return 0, ARK_EDISK, ARK_ENOMEM, or the catalogue's failure.
 */
int rebuild_reports(struct rebuild *r, const struct buf *info,
		    struct ark_error *err);

#endif
