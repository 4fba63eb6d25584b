/*
 * Bodies that are not what they should be, kept aside with the reason.
 */
#ifndef FLOW_QUARANTINE_H
#define FLOW_QUARANTINE_H

#include "archive/archive.h"
#include "http/engine.h"
#include "store/commit.h"

struct quarantine_case {
	enum catalogue_kind kind;
	const char *id;
	int32_t day;
	struct store_part *part;	/* settled; consumed */
	const struct http_result *answer;
	const char *reason;
};

/*
 * quarantine_body(a, it, err):
 * Put the body at quarantine/DAY/ID-HASH.body and beside it a .json with what
 * is known of it, and tell the trail.  Return 0, ARK_EDISK, ARK_ENOMEM, or as
 * trail_add.
 */
int quarantine_body(struct archive *a, const struct quarantine_case *it,
		    struct ark_error *err);

/*
 * quarantine_damaged(a, kind, id, day, path, err):
 * Move an archived file that is not as it should be to
 * quarantine/DAY/NAME.damaged, or .2.damaged and so on when that is taken, and
 * tell the trail.  Return 0, ARK_ENOTFOUND, ARK_EEXISTS, ARK_EDISK, or as
 * trail_add.
 */
int quarantine_damaged(struct archive *a, enum catalogue_kind kind,
		       const char *id, int32_t day, const char *path,
		       struct ark_error *err);

#endif
