/*
 * What an archive does not have of the days that somebody was searched in:
 * the answer is about what is held, and whoever hands it on should know.
 */
#ifndef FLOW_SUBJECT_SCOPE_H
#define FLOW_SUBJECT_SCOPE_H

#include "archive/archive.h"
#include "callark/event.h"
#include "callark/range.h"
#include "callark/subject.h"

/*
 * subject_scope_read(out, a, range, is_named, err):
 * About the days of range until today; when nobody named it, those from the
 * first to the last that the archive has.  Return 0 or as the catalogue.
 */
int subject_scope_read(struct ark_subject_scope *out, struct archive *a,
		       const struct ark_range *range, bool is_named,
		       struct ark_error *err);

/* subject_scope_tell(s, l): Warn of what is missing, if anything is. */
void subject_scope_tell(const struct ark_subject_scope *s,
			const struct ark_listener *l);

#endif
