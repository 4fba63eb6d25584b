/*
 * Inside verify: one day held against what is said of it.
 */
#ifndef FLOW_AUDIT_H
#define FLOW_AUDIT_H

#include "archive/archive.h"
#include "base/idmap.h"
#include "callark/archive.h"
#include "flow/hashing.h"
#include "manifest/manifest.h"

/* What the catalogue says of a file. */
struct known {
	char *path;			/* relative to the archive */
	char *id;
	int64_t row, bytes;
	uint8_t sha256[DIGEST_SHA256_SIZE];
	bool is_checked;
};

struct audit {
	struct archive *archive;
	const struct ark_verify_options *options;
	struct ark_verify_totals *totals;
	int32_t day;
	bool is_dirty;			/* its bag is behind the catalogue */
	bool is_bag_bad;		/* a table or a tag file of it is */
	struct manifest payload, tags;
	struct known *known;
	size_t n_known, known_cap;
	struct idmap by_path;
	struct hashing_item *items;	/* of the payload */
	char (*paths)[STORE_PATH_MAX];
};

/* audit_day(a, err): Verify a->day; findings go to the options' function. */
int audit_day(struct audit *a, struct ark_error *err);

/* audit_forget(a): Free what belongs to the day. */
void audit_forget(struct audit *a);

/* audit_report(a, verdict, path, id, detail): Tell and count one finding. */
int audit_report(struct audit *a, enum ark_verdict verdict, const char *path,
		 const char *id, const char *detail);

/* ---- audit_bag.c: the tag files --------------------------------------- */

/*
 * audit_manifest(a, name, m, is_payload, err):
 * Read and parse one manifest: 0, or 1 when it could not be had (told).
 */
int audit_manifest(struct audit *a, const char *name, struct manifest *m,
		   bool is_payload, struct ark_error *err);

/* audit_bagit(a, err): bagit.txt declares BagIt 1.0. */
int audit_bagit(struct audit *a, struct ark_error *err);

/* audit_oxum(a, octets, files, err): Payload-Oxum agrees with the payload. */
int audit_oxum(struct audit *a, int64_t octets, int64_t files,
	       struct ark_error *err);

#endif
