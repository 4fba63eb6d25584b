/*
 * Listening: a folder with a page on which people play recordings, see what
 * they are, and score them; and what came of that.
 */
#ifndef CALLARK_REVIEW_H
#define CALLARK_REVIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "callark/config.h"
#include "callark/event.h"
#include "callark/filter.h"
#include "callark/range.h"

#define ARK_REVIEW_MAX_CALLS 50000

/* Which recordings, and how; texts are NULL where nothing was said. */
struct ark_review_options {
	struct ark_range_words range;	/* none: everything */
	const struct ark_filter *filter;
	const char *sample;	/* path of a draw's record: its calls, in its
				   order; then there is no range */
	const char *evaluator;	/* of the sample: the calls of this one alone */
	const char *form;	/* path of a form, review/form.h */
	const char *title;	/* of the page */
	bool is_unmasked;	/* clients are shown as they are */
	bool wants_links;	/* hard links in place of copies */
	struct ark_listener listener;
};

struct ark_review_totals {
	int64_t calls;
	int64_t copied, linked;		/* recordings as they were archived */
	int64_t converted;		/* no browser plays them as they are */
	int64_t unplayable;		/* listed, with the reason */
	int64_t damaged;		/* of them: not as archived, or missing */
	int64_t measured, remembered;	/* now, and from an earlier time */
	int64_t bytes;			/* of sound in the folder */
};

/*
 * ark_review(c, o, folder, totals, err):
 * Make the folder, or fill one that is empty; it may not lie in the archive.
 * May run beside a sync.  Recordings are compared with their SHA-256; what was
 * measured is kept in the archive's `.cache`, when that can be written.  Return
 * 0; ARK_EINTEGRITY when recordings are damaged or missing (the page is whole
 * and says so); ARK_EUSAGE (the folder, the form, the sample, the range, more
 * than ARK_REVIEW_MAX_CALLS calls), ARK_ENOTFOUND (no call matches),
 * ARK_ESTOPPED, ARK_EDISK, ARK_ENOMEM, or as opening an archive.
 */
int ark_review(const struct ark_config *c, const struct ark_review_options *o,
	       const char *folder, struct ark_review_totals *totals,
	       struct ark_error *err);

#endif
