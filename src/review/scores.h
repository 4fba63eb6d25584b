/*
 * Scores that evaluators exported from the page, read and put together.
 *
 *	scores_add ... -> scores_merge -> items -> scores_release
 */
#ifndef REVIEW_SCORES_H
#define REVIEW_SCORES_H

#include "base/buf.h"
#include "callark/review.h"

#define SCORES_MAX_BYTES ((size_t)64 << 20)	/* of an export */

struct scores_item {
	struct ark_score pub;	/* its texts lie in `texts` */
	char *texts;
	size_t order;		/* in which it was added */
};

struct scores {
	struct scores_item *items;
	size_t n, cap;
	int64_t replaced;
};

/*
 * scores_add(s, text, n, err):
 * Add an export, JSON or CSV.  Return 0, ARK_EUSAGE (err tells what is wrong
 * with it), ARK_ENOMEM.
 */
int scores_add(struct scores *s, const char *text, size_t n,
	       struct ark_error *err);

/*
 * scores_merge(s):
 * Sort by start, review, id and evaluator; of several by one evaluator for one
 * call keep the one that was entered last.
 */
void scores_merge(struct scores *s);

/* scores_is_same_call(a, b): Whether two scores are of one call. */
bool scores_is_same_call(const struct ark_score *a, const struct ark_score *b);

void scores_release(struct scores *s);

/* ---- between the files of this room --------------------------------------- */

/* The texts of a score as they are gathered, in the order of `names`. */
enum scores_text {
	SCORES_EVALUATOR, SCORES_REVIEW, SCORES_ID, SCORES_PROTOCOL,
	SCORES_START, SCORES_AGENT, SCORES_EMAIL, SCORES_SERVICE,
	SCORES_FAILED, SCORES_NOTE, SCORES_ENTERED, SCORES_STATE,
	SCORES_SCORE, SCORES_CALIBRATION,
	SCORES_N_TEXTS
};

extern const char *const scores_names[SCORES_N_TEXTS];

/*
 * scores_put(s, texts, err):
 * Add one score from its texts, "" where there is none.  Return 0, ARK_EUSAGE,
 * ARK_ENOMEM.
 */
int scores_put(struct scores *s, const char *const texts[SCORES_N_TEXTS],
	       struct ark_error *err);

/* scores_add_csv(s, text, n, err): As scores_add, of CSV. */
int scores_add_csv(struct scores *s, const char *text, size_t n,
		   struct ark_error *err);

#endif
