/*
 * Bodies that are no recordings, kept aside with the reason.
 */
#ifndef FLOW_QUARANTINE_H
#define FLOW_QUARANTINE_H

#include "http/engine.h"
#include "store/commit.h"

struct quarantine_case {
	const char *id;
	int32_t day;
	struct store_part *part;	/* settled; consumed */
	const struct http_result *answer;
	const char *reason;
};

/*
 * quarantine_body(s, it, err):
 * Put the body at quarantine/DAY/ID-HASH.body and beside it a .json with what
 * is known of it.  Return 0, ARK_EDISK, ARK_ENOMEM.
 */
int quarantine_body(struct store *s, const struct quarantine_case *it,
		    struct ark_error *err);

/*
 * quarantine_damaged(s, day, path, err):
 * Move an archived file that is not as it should be to
 * quarantine/DAY/NAME.damaged, or .2.damaged and so on when that is taken.
 * Return 0, ARK_ENOTFOUND, ARK_EEXISTS, ARK_EDISK.
 */
int quarantine_damaged(struct store *s, int32_t day, const char *path,
		       struct ark_error *err);

#endif
