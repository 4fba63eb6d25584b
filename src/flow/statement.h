/*
 * Making the statement of completeness of a day.
 *
 * The trail is told first, then the file is put into the bag, the catalogue
 * knows it, and the bag is published anew, which sees for itself whether the
 * statement describes it (edition_statement).  A crash on the way leaves a day
 * whose bag is behind: the next edition takes the statement over or takes it
 * away.
 */
#ifndef FLOW_STATEMENT_H
#define FLOW_STATEMENT_H

#include "archive/archive.h"
#include "report/completeness.h"

/* What came of it. */
struct statement {
	char sha256[DIGEST_SHA256_HEX];	/* ""; the day has no bag */
	bool is_new;			/* else the bag had the same, but for
					   when it was made */
};

/*
 * statement_make(out, a, c, now_s, err):
 * State what c says of c->day; of c, the day, its lines, what lies beside, the
 * tolerance and unreadable are to be set, the rest is filled.  a is held for
 * writing, and no bag is behind.  Return 0, ARK_EINTEGRITY (the bag is not what
 * was archived, or as trail_add), ARK_EDISK, ARK_ENOMEM.
 */
int statement_make(struct statement *out, struct archive *a,
		   struct completeness *c, int64_t now_s,
		   struct ark_error *err);

#endif
