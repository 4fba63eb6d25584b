/*
 * Reading an archive: what it holds, whether it is whole, where things are.
 */
#ifndef CALLARK_ARCHIVE_H
#define CALLARK_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "callark/config.h"
#include "callark/event.h"
#include "callark/filter.h"
#include "callark/range.h"
#include "callark/recording.h"

/* ---- status ---------------------------------------------------------- */

/* The attachments of a day's conversations. */
struct ark_day_media {
	int64_t counts[ARK_N_STATES];
	int64_t listed, bytes;
};

/* Of recordings where nothing is said. */
struct ark_day {
	int32_t day;
	bool was_asked, is_complete, is_published;
	bool is_current;		/* today: it cannot be complete yet */
	int64_t total;			/* as the platform said; -1 */
	int64_t counts[ARK_N_STATES];
	int64_t listed, vanished, oddities, bytes;
	int64_t first_s, last_s;	/* civil; -1 */
	const char *flaw;		/* why its listing is not complete, or "" */
	struct ark_day_media media;
	/* bits 1 << enum ark_route: asked for, and not listed completely */
	unsigned reports_incomplete;
};

/* Whether all that was asked of the day is listed completely. */
bool ark_day_is_listed(const struct ark_day *d);
/* Whether something that was listed is neither here nor accounted for. */
bool ark_day_is_open(const struct ark_day *d);

#define ARK_NO_DAY INT32_MIN

/* What is known of the archive and its platform as a whole. */
struct ark_archive_facts {
	const char *root, *organization_id, *organization, *time_zone;
	const char *dialect;		/* what was learned, JSON; "" if nothing */
	int64_t last_run_s;		/* -1: never */
	int32_t from_day;		/* of the range; ARK_NO_DAY: there is none */
	int32_t to_day;			/* of the range; at most today, as without */
};

typedef int ark_facts_fn(void *ctx, const struct ark_archive_facts *facts);
typedef int ark_day_fn(void *ctx, const struct ark_day *day);
typedef int ark_open_item_fn(void *ctx, const char *id, int32_t day,
			     enum ark_state state, const char *reason,
			     int attempts);

/* Whom to tell, in this order; each may be NULL.  Not 0 ends it. */
struct ark_status_options {
	struct ark_range_words range;	/* none: everything */
	ark_day_fn *overview;		/* every day, once before all else */
	ark_facts_fn *facts;
	ark_day_fn *day;
	ark_open_item_fn *item;		/* what is not archived and should be */
	bool is_by_day;			/* the items of a day come behind it,
					   not behind all days */
	void *ctx;
};

/*
 * ark_status(c, o, err):
 * Tell what the archive holds of a range: the days of which something is known
 * in their order, the items by the time of their calls (so one that is kept under
 * another day than it began on comes with the latter).  The catalogue is not
 * locked while a function of o runs; what a sync changes meanwhile may show
 * between the overview and the days.  Return 0, what a function of o returned,
 * ARK_EUSAGE (the range, the settings), ARK_ENOTFOUND (no archive),
 * ARK_EINTEGRITY, ARK_EDISK or ARK_ENOMEM.
 */
int ark_status(const struct ark_config *c, const struct ark_status_options *o,
	       struct ark_error *err);

/* ---- find ------------------------------------------------------------ */

/* An archived recording. */
struct ark_found {
	const struct ark_recording *recording;
	const char *path;		/* relative to the archive */
	int64_t bytes;
	const char *sha256;		/* hex */
	const char *media_type, *codec;
	int64_t audio_ms;		/* -1 */
	int64_t downloaded_s;
	const char *document;
	size_t document_len;
};

typedef int ark_found_fn(void *ctx, const struct ark_found *f);

struct ark_find_options {
	struct ark_range_words range;	/* none: everything */
	const struct ark_filter *filter;
	struct ark_listener listener;
};

/* ark_find(c, o, fn, ctx, err): By time; ARK_ENOTFOUND when there was none. */
int ark_find(const struct ark_config *c, const struct ark_find_options *o,
	     ark_found_fn *fn, void *ctx, struct ark_error *err);

/* ---- verify ---------------------------------------------------------- */

enum ark_verdict {
	ARK_VERIFY_MISSING,	/* in the manifest or the catalogue, not there */
	ARK_VERIFY_TRUNCATED,	/* shorter or longer than it was */
	ARK_VERIFY_CHANGED,	/* same length, other bytes */
	ARK_VERIFY_EXTRA,	/* there, and nobody knows of it */
	ARK_VERIFY_BAD_BAG,	/* a tag file that breaks BagIt */
	ARK_VERIFY_UNPUBLISHED,	/* archived, its day not published yet */
	ARK_VERIFY_UNREADABLE,	/* the disk refuses to read it */
	ARK_VERIFY_UNCHECKED,	/* of a bag of others: callark cannot tell */
	ARK_N_VERDICTS,
};

const char *ark_verdict_name(enum ark_verdict v);

struct ark_finding {
	enum ark_verdict verdict;
	int32_t day;			/* ARK_NO_DAY: of a bag by itself, of
					   the trail or of a draw */
	const char *path;		/* relative to the archive, or the bag */
	const char *id;			/* of the recording, or "" */
	const char *detail;
};

typedef int ark_finding_fn(void *ctx, const struct ark_finding *f);

struct ark_verify_totals {
	int64_t days, files, bytes;
	int64_t found[ARK_N_VERDICTS];
	int64_t repaired;
	bool is_finished;		/* else it was cut off */
};

/* What came of one day alone. */
typedef int ark_verified_fn(void *ctx, int32_t day,
			    const struct ark_verify_totals *t);

struct ark_verify_options {
	struct ark_range_words range;	/* none: everything; whole days */
	bool is_quick;			/* names and sizes only */
	bool is_repairing;		/* bad files are set aside and queued */
	ark_finding_fn *finding;	/* each may be NULL; not 0 ends it */
	ark_verified_fn *day;		/* behind the findings of the day */
	void *ctx;
	struct ark_listener listener;
};

/*
 * ark_verify(c, o, totals, err):
 * What came of it is put on the trail, when there is one and it can be written.
 * Return 0, ARK_EINTEGRITY when anything but unpublished was found, as archive
 * opening, or ARK_EDISK when the trail did not take the entry.
 */
int ark_verify(const struct ark_config *c, const struct ark_verify_options *o,
	       struct ark_verify_totals *totals, struct ark_error *err);

/*
 * ark_verify_bag(c, folder, o, totals, err):
 * Validate one BagIt 1.0 bag by itself, of callark or of others, against its
 * own manifests; there is no archive, and nothing is written.  Of o the range
 * and is_repairing mean nothing and day is not called; is_quick leaves digests
 * out.  A manifest of an algorithm other than MD5, SHA-256 and SHA-512 is
 * ARK_VERIFY_UNCHECKED, and so is fetch.txt: nothing is fetched.  Return 0,
 * ARK_EINTEGRITY when anything but unchecked was found, ARK_ENOTFOUND,
 * ARK_EUSAGE (no folder), ARK_EDISK, ARK_ESTOPPED or ARK_ENOMEM.
 */
int ark_verify_bag(const struct ark_config *c, const char *folder,
		   const struct ark_verify_options *o,
		   struct ark_verify_totals *totals, struct ark_error *err);

/* ---- rebuild --------------------------------------------------------- */

struct ark_rebuild_totals {
	int64_t days, documents, recordings, attachments;
	int64_t problems;	/* files or lines that could not be taken */
};

/* ark_rebuild(c, l, totals, err): The catalogue anew, from the tree alone. */
int ark_rebuild(const struct ark_config *c, const struct ark_listener *l,
		struct ark_rebuild_totals *totals, struct ark_error *err);

#endif
