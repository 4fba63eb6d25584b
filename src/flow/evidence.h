/*
 * Inside verify: what is said of one day, gathered before it is held against
 * what is there.  Gathering tells nobody of anything: that is for when the day
 * has its turn.
 */
#ifndef FLOW_EVIDENCE_H
#define FLOW_EVIDENCE_H

#include "archive/archive.h"
#include "base/idmap.h"
#include "flow/hashing.h"
#include "manifest/manifest.h"

/* What the catalogue says of a file. */
struct known {
	enum catalogue_kind kind;
	char *path;			/* relative to the archive */
	const char *id;			/* behind it */
	int64_t row, bytes;
	uint8_t sha256[DIGEST_SHA256_SIZE];
	bool is_listed;			/* in the manifest */
};

/* A manifest of the bag, and how reading it went. */
struct evidence_manifest {
	struct manifest m;
	int read, parsed;		/* 0, or how that failed: why */
	bool is_other_form;		/* than callark gives it */
	struct ark_error why;
};

/* The files of a manifest, to be looked at. */
struct evidence_files {
	struct hashing_job job;
	char **paths;			/* of items of which nothing is known */
	size_t n_paths, paths_cap;
};

struct evidence {
	struct evidence *next;		/* for whoever keeps several */
	int32_t day;
	char folder[STORE_PATH_MAX];	/* of the bag */
	bool is_dirty;			/* its bag is behind the catalogue */
	struct known *known;
	size_t n_known, known_cap;
	struct idmap by_path;		/* of known */
	struct evidence_manifest payload;
	struct evidence_files files;	/* of the payload */
	int rc;				/* 0, or why there is not all of it */
	struct ark_error err;
};

/*
 * evidence_gather(a, day):
 * All that is said of day: free it.  NULL without memory; e->rc is 0, that of
 * the catalogue, ARK_EFORMAT for a day that cannot be, or ARK_ENOMEM.
 */
struct evidence *evidence_gather(struct archive *a, int32_t day);

/* evidence_free(e): e may be NULL; nobody looks at its files any more. */
void evidence_free(struct evidence *e);

/*
 * evidence_read(e, s, name, is_payload, out, err):
 * Read and parse the manifest called name; release out->m.  Return 0, also when
 * it could not be had or is a bad one, ARK_EFORMAT for a day that cannot be, or
 * ARK_ENOMEM.
 */
int evidence_read(const struct evidence *e, struct store *s, const char *name,
		  bool is_payload, struct evidence_manifest *out,
		  struct ark_error *err);

/*
 * evidence_list(e, m, is_payload, out, err):
 * What m names, entry by entry, and behind it, of the payload, what is known
 * and not named.  Return 0 or ARK_ENOMEM; release out in any case.
 */
int evidence_list(struct evidence *e, const struct manifest *m,
		  bool is_payload, struct evidence_files *out,
		  struct ark_error *err);
void evidence_files_release(struct evidence_files *f);

#endif
