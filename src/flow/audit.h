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
#include "store/log.h"

/* What the catalogue says of a file. */
struct known {
	char *path;			/* relative to the archive */
	char *id;
	int64_t row, bytes;
	uint8_t sha256[DIGEST_SHA256_SIZE];
	bool is_listed;			/* in the manifest */
};

struct audit {
	struct archive *archive;
	const struct ark_verify_options *options;
	struct ark_verify_totals *totals;
	struct store_log *trail;	/* to tell what came of it; or NULL */
	struct inspection *inspection;	/* what audit_trail learned */
	int32_t day;
	bool is_dirty;			/* its bag is behind the catalogue */
	bool is_bag_bad;		/* a table or a tag file of it is */
	bool is_any_bad;		/* a file that is listed is not as it was */
	struct manifest payload, tags;
	struct known *known;
	size_t n_known, known_cap;
	struct idmap by_path;
	struct hashing_item *items;	/* of the payload */
	char **paths;			/* of the items, n_paths of them */
	size_t n_paths;
};

/* audit_day(a, err): Verify a->day; findings go to the options' function. */
int audit_day(struct audit *a, struct ark_error *err);

/* audit_forget(a): Free what belongs to the day. */
void audit_forget(struct audit *a);

/* audit_report(a, verdict, path, id, detail): Tell and count one finding. */
int audit_report(struct audit *a, enum ark_verdict verdict, const char *path,
		 const char *id, const char *detail);

/* ---- audit_strangers.c: what should not be there ----------------------- */

/* audit_is_table(name): Of our own tables, which each edition writes anew. */
bool audit_is_table(const char *name);

/*
 * audit_place(a, name):
 * The path in the archive of what is called name in the day's bag, be it any
 * text: free it; NULL when there is no memory.
 */
char *audit_place(const struct audit *a, const char *name);

/* audit_stranger(a, path): Tell of a file that belongs to no recording. */
int audit_stranger(struct audit *a, const char *path);

/* audit_tables(a, err): Both tables are listed, or it is told. */
int audit_tables(struct audit *a, struct ark_error *err);

/*
 * audit_strangers(a, err):
 * Tell of everything below data/ that neither the manifest nor the catalogue
 * names.  Empty folders are nothing to BagIt, and nothing here.
 */
int audit_strangers(struct audit *a, struct ark_error *err);

/* ---- audit_bag.c: the tag files --------------------------------------- */

/*
 * audit_manifest(a, name, m, is_payload, err):
 * Read and parse one manifest, and see that it has the form that callark gives
 * it and, of a tag manifest, that it lists our tag files.  0, or 1 when it could
 * not be had (told).
 */
int audit_manifest(struct audit *a, const char *name, struct manifest *m,
		   bool is_payload, struct ark_error *err);

/*
 * audit_strange_tags(a, err):
 * Manifests and fetch.txt that are not callark's.  Of any other file beside
 * ours nothing is said: BagIt lets everybody add tag files.
 */
int audit_strange_tags(struct audit *a, struct ark_error *err);

/* audit_bagit(a, err): bagit.txt declares BagIt 1.0. */
int audit_bagit(struct audit *a, struct ark_error *err);

/*
 * audit_oxum(a, octets, files, err):
 * bag-info.txt has one Payload-Oxum, and it agrees with the payload; octets -1:
 * how many there should be cannot be told.
 */
int audit_oxum(struct audit *a, int64_t octets, int64_t files,
	       struct ark_error *err);

/* ---- audit_trail.c: the trail ------------------------------------------- */

/*
 * audit_trail(a, days, n, err):
 * The trail from its first entry to its last, against itself and against what
 * the catalogue and the bags of days (in order) know of it.  When repairing, a
 * trail that is not as it was written is set aside and another begun.
 */
int audit_trail(struct audit *a, const int32_t *days, size_t n,
		struct ark_error *err);

/*
 * audit_trail_end(a, err):
 * After the last day: when another trail was begun, all bags are to be written
 * anew, so that they know that one.
 */
int audit_trail_end(struct audit *a, struct ark_error *err);

/* audit_trail_forget(a): Free what audit_trail learned. */
void audit_trail_forget(struct audit *a);

/* ---- audit_editions.c: its publications against the bags ---------------- */

/*
 * audit_published(a, i, day):
 * The i-th day that was published, as the trail tells: 1, or 0 when there are
 * not so many.
 */
int audit_published(const struct audit *a, size_t i, int32_t *day);

/*
 * audit_edition(a, err):
 * Whether the bag of a->day is the edition that the trail tells of; the finding
 * is one of the bag.  Before audit_day.
 */
int audit_edition(struct audit *a, struct ark_error *err);

#endif
