/*
 * Inside verify: what is told, and when.  A catalogue that is damaged bears
 * witness to nothing, so nothing is told before it was found sound; but that
 * look takes long, and runs on a thread of its own while files are read.
 */
#ifndef FLOW_TELLING_H
#define FLOW_TELLING_H

#include <pthread.h>
#include <stdatomic.h>

#include "archive/archive.h"
#include "callark/archive.h"

/* A day that came to its end with nothing found before the look did. */
struct telling_day {
	int32_t day;
	struct ark_verify_totals totals;
};

struct telling {
	const struct ark_verify_options *options;
	const struct archive *archive;
	pthread_t looker;
	bool has_looker;		/* to be joined */
	atomic_bool is_known;		/* what rc and err are */
	int rc;				/* of the catalogue */
	struct ark_error err;
	struct telling_day *days;	/* held back */
	size_t n_days, days_cap;
};

/*
 * telling_begin(t, a, o):
 * Begin the look; when repairing, end it too: what is written must not wait for
 * a reader, nor change what it reads.  Return 0, or what is already known to be
 * wrong.  Pair with telling_end.
 */
int telling_begin(struct telling *t, const struct archive *a,
		  const struct ark_verify_options *o);

/*
 * telling_finding(t, f):
 * Tell a finding, behind all that was held back.  Return what is to end it, as
 * the options' function does, or as archive_check does.
 */
int telling_finding(struct telling *t, const struct ark_finding *f);

/*
 * telling_day_end(t, day, totals):
 * Tell what came of a day, now or when the catalogue is known.  Return as
 * telling_finding.
 */
int telling_day_end(struct telling *t, int32_t day,
		    const struct ark_verify_totals *totals);

/*
 * telling_end(t, rc, err):
 * Wait for the look, tell what was held back if rc is 0, and forget t.  Return
 * what was wrong with the catalogue, else rc or what ended the telling.
 */
int telling_end(struct telling *t, int rc, struct ark_error *err);

#endif
