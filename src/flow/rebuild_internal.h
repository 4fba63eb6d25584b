/*
 * Inside rebuild: one day after the other, read back from its bag.
 */
#ifndef FLOW_REBUILD_INTERNAL_H
#define FLOW_REBUILD_INTERNAL_H

#include "archive/archive.h"
#include "callark/archive.h"
#include "digest/digest.h"
#include "flow/trail.h"
#include "omni/document.h"

#define REBUILD_MAX_LINE ((size_t)64 << 20)

struct rebuild {
	struct archive *archive;
	const struct ark_listener *listener;
	struct ark_rebuild_totals *totals;
	int32_t day;
	bool is_day_behind;		/* its tables claim what is not there */
	struct digest *digest;
	struct omni_document document;
	struct buf line;
	struct trail_head head;		/* the latest that a bag knows */
};

/* rebuild_problem(r, what, why): Tell and count what is not as it should be. */
void rebuild_problem(struct rebuild *r, const char *what, const char *why);

/*
 * rebuild_file(r, row, path, err):
 * See to the file of an archived row, which lies at path.  When it is gone or
 * has another size it is to be fetched again: row is deferred, and what is
 * there is set aside.  Return 0, ARK_EDISK, or as quarantine_damaged().
 */
int rebuild_file(struct rebuild *r, struct catalogue_row *row,
		 const char *path, struct ark_error *err);

/* One line; ARK_EFORMAT and ARK_EEXISTS are told, and the line is left out. */
typedef int rebuild_line_fn(struct rebuild *r, struct json_slice line,
			    struct ark_error *err);

struct rebuild_table {
	const char *name;		/* below data/ */
	rebuild_line_fn *restore;
	const char *if_missing;		/* what to tell; NULL: it may be */
};

/* rebuild_table(r, t, err): Every line of a table of the day. */
int rebuild_table(struct rebuild *r, const struct rebuild_table *t,
		  struct ark_error *err);

/* rebuild_recordings(r, err): Those of the day, from data/recordings.ndjson. */
int rebuild_recordings(struct rebuild *r, struct ark_error *err);

/* rebuild_media(r, err): The attachments of the day, from data/media.ndjson. */
int rebuild_media(struct rebuild *r, struct ark_error *err);

/*
 * rebuild_reports(r, info, err):
 * The reports of the day, what bag-info.txt (info) says of their listings, and
 * the statement about them.
 * What cannot be read is a problem that is told; the next sync asks for it
 * again.  Return 0, ARK_EDISK, ARK_ENOMEM, or the catalogue's failure.
 */
int rebuild_reports(struct rebuild *r, const struct buf *info,
		    struct ark_error *err);

#endif
