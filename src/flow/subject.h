/*
 * What the operations on a subject share: an archive, and what it holds.
 */
#ifndef FLOW_SUBJECT_H
#define FLOW_SUBJECT_H

#include "archive/archive.h"
#include "callark/subject.h"
#include "flow/subject_scope.h"
#include "flow/subject_search.h"

/* An archive that was searched. */
struct subject_inquiry {
	const struct ark_subject_options *options;
	struct archive *archive;
	struct subject_hits hits;
	struct ark_subject_scope scope;
};

/*
 * subject_inquire(q, c, o, outbox, err):
 * Open the archive, give up the rights that are not needed, bring the index up
 * to date and search; warn of what is not held.  outbox is a folder to write into, and then the trail of
 * the archive can be written, too; or NULL.  Release q whatever comes of it.
 * Return 0, ARK_ENOTFOUND when nothing is held, or as ark_subject_find().
 */
int subject_inquire(struct subject_inquiry *q, const struct ark_config *c,
		    const struct ark_subject_options *o, const char *outbox,
		    struct ark_error *err);
void subject_inquiry_release(struct subject_inquiry *q);

#endif
