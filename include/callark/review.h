/*
 * Listening: a folder with a page on which people play recordings, see what
 * they are, and score them; and what came of that.
 */
#ifndef CALLARK_REVIEW_H
#define CALLARK_REVIEW_H

#include <stdbool.h>
#include <stddef.h>
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

/* ---- what came of it ---------------------------------------------------- */

#define ARK_NO_SCORE (-1)

/* What one evaluator gave one call.  Scores are tenths of a point of 100. */
struct ark_score {
	const char *evaluator, *review, *id;
	const char *protocol, *start, *agent, *agent_email, *service;
	const char *failed;		/* the fatal question, or "" */
	const char *note, *entered;
	int32_t score;			/* or ARK_NO_SCORE */
	bool is_scored;			/* all questions are answered */
	bool is_calibration;
};

/* A call that several evaluators scored. */
struct ark_scored_call {
	const char *review, *id, *protocol, *start, *agent;
	int64_t evaluators;
	int32_t mean, lowest, highest, spread;	/* highest less lowest */
};

/* An agent, over all calls; one with several scores counts by their mean. */
struct ark_scored_agent {
	const char *agent, *agent_email;
	int64_t calls, failed;
	int32_t mean, lowest, highest;
};

/* An evaluator, and how far from the others on the calls that they share. */
struct ark_scored_by {
	const char *evaluator;
	int64_t calls, open, shared;
	int32_t mean;			/* or ARK_NO_SCORE */
	int32_t leaning;		/* mean of the score less that of all */
};

struct ark_collected {
	int64_t files, scores, open, replaced;
	int64_t calls, agents, evaluators, shared;	/* shared: calls */
	int32_t mean, mean_spread;	/* or ARK_NO_SCORE */
};

/* Each may be NULL, and is called in this order; not 0 ends it. */
struct ark_collect_options {
	const char *const *files;	/* exports of the page, JSON or CSV */
	size_t n_files;
	int (*score)(void *ctx, const struct ark_score *s);
	int (*call)(void *ctx, const struct ark_scored_call *c);
	int (*agent)(void *ctx, const struct ark_scored_agent *a);
	int (*evaluator)(void *ctx, const struct ark_scored_by *e);
	void *ctx;
};

/*
 * ark_review_collect(o, totals, err):
 * Merge what evaluators exported.  Of two scores of one evaluator for one call
 * the one entered last counts.  Calls are told by start and id, agents and
 * evaluators by name.  Return 0, ARK_EUSAGE (a file that cannot be read or is
 * no export), ARK_ENOTFOUND (nothing was scored), ARK_ENOMEM, or what a
 * function of o returned.
 */
int ark_review_collect(const struct ark_collect_options *o,
		       struct ark_collected *totals, struct ark_error *err);

#endif
