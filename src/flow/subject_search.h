/*
 * Everything in a catalogue that is held about somebody.
 */
#ifndef FLOW_SUBJECT_SEARCH_H
#define FLOW_SUBJECT_SEARCH_H

#include "callark/event.h"
#include "callark/range.h"
#include "callark/subject.h"
#include "catalogue/subject.h"
#include "flow/subject_wrecks.h"
#include "report/subject.h"

/* A document that is held about the subject. */
struct subject_hit {
	struct catalogue_place place;
	int64_t start_s;		/* of a wreck its day */
	enum ark_route route;		/* of a wreck ARK_N_ROUTES */
	enum ark_subject_match match;
};

/* Each once; by start, report and place when the search is over. */
struct subject_hits {
	struct subject_hit *items;
	size_t n, cap;
	struct subject_wrecks wrecks;	/* all that there are */
};

void subject_hits_release(struct subject_hits *h);

/*
 * subject_search(out, a, who, range, l, err):
 * Find what names who, then what belongs to the attendances that those
 * documents are of; of that what begins in range.  out begins as { 0 };
 * release it whatever comes of it.  Return 0, ARK_EUSAGE (more than a million
 * items), ARK_ESTOPPED, ARK_ENOMEM or as catalogue and store.
 */
int subject_search(struct subject_hits *out, struct archive *a,
		   const struct subject *who, const struct ark_range *range,
		   const struct ark_listener *l, struct ark_error *err);

#endif
