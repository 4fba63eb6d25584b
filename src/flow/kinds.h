/*
 * What is fetched and kept as files: recordings, and attachments of
 * conversations.  All that differs between them on the way from a row to a
 * file stands in one table.
 */
#ifndef FLOW_KINDS_H
#define FLOW_KINDS_H

#include "catalogue/catalogue.h"
#include "media/media.h"
#include "store/layout.h"

struct kind {
	const char *name;	/* "recording": what the trail calls one */
	unsigned classes;	/* what may be kept: bits 1 << media_class */
	const char *refusal;	/* of anything else: "no recording" */
	const char *folder;	/* in a bag: "data/audio" */
	const char *template;	/* of file names; NULL: archive.name */
	media_inspect_fn *inspect;

	/* place(out, day, name, err): Where such a file lies. */
	int (*place)(char out[STORE_PATH_MAX], int32_t day, const char *name,
		     struct ark_error *err);
};

const struct kind *kind_of(enum catalogue_kind kind);

#endif
