/*
 * The statement of completeness in the bag of a day.
 *
 * The catalogue knows the SHA-256 of the one that was made last, so that what
 * somebody else put in its place is never taken for it.  It belongs to the bag
 * for as long as it describes it: publish asks at every edition, and takes away
 * one that does not.
 *
 * What it describes is known by its evidence: the SHA-256 of the lines of
 * manifest-sha256.txt, in their order, that name
 *	data/audio/ and what is in it,
 *	data/recordings.ndjson,
 *	data/reports/service-history.* and data/reports/voice-log.*
 * and by what was known of the listings, with the number of documents that
 * could not be read.  When a day was asked for is no part of it: the same
 * answer, later, takes nothing from the statement.
 */
#ifndef FLOW_STATEMENT_FILE_H
#define FLOW_STATEMENT_FILE_H

#include "archive/archive.h"
#include "manifest/manifest.h"
#include "report/completeness.h"

#define STATEMENT_MAX_FILES 5
#define STATEMENT_MAX_BYTES ((size_t)64 << 20)

/*
 * statement_known(a, day, sha256, err):
 * The SHA-256 of the statement of day, in hex: 1, or 0 when there is none.
 * know: let the catalogue know it; "": none.
 */
int statement_known(struct archive *a, int32_t day,
		    char sha256[DIGEST_SHA256_HEX], struct ark_error *err);
int statement_know(struct archive *a, int32_t day, const char *sha256,
		   struct ark_error *err);

/*
 * statement_load(a, day, sha256, text, err):
 * Add the statement to text: 1, or 0 when what lies there is not the one of
 * that SHA-256.  Also ARK_EDISK, ARK_ENOMEM.
 */
int statement_load(struct archive *a, int32_t day, const char *sha256,
		   struct buf *text, struct ark_error *err);

/*
 * statement_restore(a, day, err):
 * Let the catalogue know the statement that the manifest of the bag names, if
 * it names one.  Return 0, ARK_EDISK, ARK_ENOMEM; a manifest that breaks its
 * form, or is missing, names none.
 */
int statement_restore(struct archive *a, int32_t day, struct ark_error *err);

/*
 * statement_manifest(a, day, m, err):
 * Read the payload manifest of the bag.  Return 0, ARK_ENOTFOUND, ARK_EFORMAT,
 * ARK_EDISK, ARK_ENOMEM.
 */
int statement_manifest(struct archive *a, int32_t day, struct manifest *m,
		       struct ark_error *err);

struct statement_evidence {
	char sha256[DIGEST_SHA256_HEX];
	int64_t n;			/* files that the lines name */
	struct completeness_file files[STATEMENT_MAX_FILES];	/* but audio */
	size_t n_files;
};

/*
 * statement_evidence(out, payload, err):
 * Of a sorted manifest, which must outlive out.  Return 0, ARK_ENOMEM, or as
 * the digest.
 */
int statement_evidence(struct statement_evidence *out,
		       const struct manifest *payload, struct ark_error *err);

#endif
