/*
 * Inside ark_verify_bag: one bag, whosoever made it, against its own manifests.
 */
#ifndef FLOW_BAG_H
#define FLOW_BAG_H

#include "base/buf.h"
#include "callark/archive.h"
#include "manifest/manifest.h"
#include "store/store.h"

#define BAG_TAG_MAX ((size_t)256 << 20)	/* bytes of a tag file */
#define BAG_KINDS 3			/* digests that can be computed */

struct bag {
	struct store *store;
	const struct ark_verify_options *options;
	struct ark_verify_totals *totals;
	struct store_entry *tags;	/* what lies in the base folder */
	size_t n_tags;
	struct manifest payload[BAG_KINDS];	/* which could be read */
	const char *names[BAG_KINDS];		/* of these, in tags */
	size_t n_payload;
	int64_t octets, files;		/* found below data/ */
};

/* bag_report(b, verdict, path, detail): Tell and count one finding. */
int bag_report(struct bag *b, enum ark_verdict verdict, const char *path,
	       const char *detail);

/*
 * bag_slurp(b, name, out, err):
 * Read a tag file.  Return 0, 1 when it could not be had (told), or negative.
 */
int bag_slurp(struct bag *b, const char *name, struct buf *out,
	      struct ark_error *err);

/*
 * bag_parsed(b, name, rc, why, err):
 * What parsing a tag file came to: 0, 1 when it is bad (told), or negative.
 */
int bag_parsed(struct bag *b, const char *name, int rc,
	       const struct ark_error *why, struct ark_error *err);

/*
 * bag_manifests(b, role, err):
 * Check every manifest of one role.  Those of the payload that could be read
 * are in b afterwards; none is a finding.
 */
int bag_manifests(struct bag *b, enum manifest_role role,
		  struct ark_error *err);

#endif
