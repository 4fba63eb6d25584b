/*
 * Documents that could not be read when they were listed, and are kept as files
 * with the bytes they came as.  No table has them, but they may name somebody.
 */
#ifndef FLOW_SUBJECT_WRECKS_H
#define FLOW_SUBJECT_WRECKS_H

#include "archive/archive.h"
#include "catalogue/subject.h"

struct subject_wreck {
	char *path;		/* relative to the archive */
	int32_t day;
};

/* In the order of the catalogue; begin with { 0 }. */
struct subject_wrecks {
	struct subject_wreck *items;
	size_t n, cap;
};

/* Release out whatever comes of it.  0, ARK_ENOMEM or as the catalogue. */
int subject_wrecks_list(struct subject_wrecks *out, struct catalogue *c,
			struct ark_error *err);
void subject_wrecks_release(struct subject_wrecks *w);

/*
 * subject_wrecks_scan(w, s, fn, ctx, err):
 * Tell fn of the bytes of each; the row of its place is its index in w.  Files
 * that are not there any more are passed over.  Return 0, what fn returned,
 * ARK_EINTEGRITY (no regular file), ARK_EDISK, ARK_ENOMEM.
 */
int subject_wrecks_scan(const struct subject_wrecks *w, struct store *s,
			catalogue_body_fn *fn, void *ctx,
			struct ark_error *err);

#endif
