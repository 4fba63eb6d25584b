/*
 * The bag that a subject's recordings and documents are put into.
 *
 *	subject_bag_open -> (subject_bag_copy | subject_bag_line) ...
 *	-> subject_bag_seal -> subject_bag_close
 *
 * A crash leaves a folder without tag manifest, which is no whole bag; it is
 * not taken up again.
 */
#ifndef FLOW_SUBJECT_BAG_H
#define FLOW_SUBJECT_BAG_H

#include "archive/archive.h"
#include "callark/subject.h"
#include "catalogue/subject.h"
#include "flow/subject_wrecks.h"
#include "manifest/manifest.h"
#include "store/file.h"

struct subject_bag {
	struct store *store;
	struct store_file *documents[ARK_N_ROUTES];	/* NULL: none yet */
	struct manifest payload, tags;
	int64_t octets;
	bool is_sealed;
};

/*
 * subject_bag_open(bag, folder, archive, err):
 * Make the folder, or take one that is empty; it may not lie in that of the
 * archive.  Close bag whatever comes of it.  Return 0, ARK_EUSAGE, ARK_EDISK,
 * ARK_ENOMEM.
 */
int subject_bag_open(struct subject_bag *bag, const char *folder,
		     const char *archive, struct ark_error *err);
void subject_bag_close(struct subject_bag *bag);

/* A file of the archive as the catalogue tells of it. */
struct subject_file {
	enum catalogue_kind kind;
	int32_t day;
	const char *path;
	int64_t bytes;
	const uint8_t *sha256;
};

/*
 * subject_bag_copy(bag, a, file, err):
 * Copy an archived file.  Return 0; ARK_EINTEGRITY or ARK_ENOTFOUND when it is
 * not what the catalogue says or not there, and nothing is in the bag;
 * ARK_EDISK, ARK_ENOMEM.
 */
int subject_bag_copy(struct subject_bag *bag, struct archive *a,
		     const struct subject_file *file, struct ark_error *err);

/*
 * subject_bag_copy_wreck(bag, a, wreck, err):
 * Copy a document that cannot be read.  Return as subject_bag_copy().
 */
int subject_bag_copy_wreck(struct subject_bag *bag, struct archive *a,
			   const struct subject_wreck *wreck,
			   struct ark_error *err);

/* subject_bag_line(bag, route, body, n, err): Add a document's line. */
int subject_bag_line(struct subject_bag *bag, enum ark_route route,
		     const char *body, size_t n, struct ark_error *err);

/*
 * subject_bag_seal(bag, a, totals, err):
 * Write the tag files, and the last of them once the trail has told of it.
 */
int subject_bag_seal(struct subject_bag *bag, struct archive *a,
		     const struct ark_subject_totals *totals,
		     struct ark_error *err);

#endif
