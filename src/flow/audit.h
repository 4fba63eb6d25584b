/*
 * Inside verify: one day held against what is said of it.
 */
#ifndef FLOW_AUDIT_H
#define FLOW_AUDIT_H

#include "archive/archive.h"
#include "callark/archive.h"
#include "flow/docket.h"
#include "flow/telling.h"
#include "store/log.h"

struct audit {
	struct archive *archive;
	const struct ark_verify_options *options;
	struct ark_verify_totals *totals;
	struct telling telling;
	struct store_log *trail;	/* to tell what came of it; or NULL */
	struct inspection *inspection;	/* what audit_trail learned */
	struct docket docket;
	struct evidence *evidence;	/* of the day; lent by docket */
	int32_t day;
	bool is_bag_bad;		/* a table or a tag file of it is */
	bool is_any_bad;		/* a file that is listed is not as it was */
};

/*
 * audit_day(a, err):
 * Verify a->day, by a->evidence; findings go to the options' function.
 */
int audit_day(struct audit *a, struct ark_error *err);

/* audit_report(a, verdict, path, id, detail): Tell and count one finding. */
int audit_report(struct audit *a, enum ark_verdict verdict, const char *path,
		 const char *id, const char *detail);

/* ---- audit_strangers.c: what should not be there ----------------------- */

/* audit_is_table(name): Of our own tables, which each edition writes anew. */
bool audit_is_table(const char *name);

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
 * audit_manifest(a, name, r, is_payload):
 * Tell what is wrong with a manifest that was read as r: that it could not be
 * had, its form and, of a tag manifest, that it does not list our tag files.
 * Return 0, 1 when there is none to go by (told), or what ends the telling.
 */
int audit_manifest(struct audit *a, const char *name,
		   const struct evidence_manifest *r, bool is_payload);

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
