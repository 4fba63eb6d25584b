/*
 * What a monitoring system is told of a run: samples in the text format of
 * Prometheus, as the textfile collector of node_exporter reads them.
 *
 * All are gauges in base units.  The collector refuses a whole file for a
 * sample with a time of its own, and everything when two files say the same or
 * describe it in other words; so there are no times, each sample names its
 * archive, and the descriptions never depend on a run.  Names and labels are an
 * interface; callark(1) lists them.
 */
#ifndef FLOW_METRICS_H
#define FLOW_METRICS_H

#include "base/buf.h"
#include "callark/sync.h"
#include "catalogue/catalogue.h"

/* All times are instants. */
struct metrics {
	const char *archive;		/* its folder; "" if none is set */
	const char *organization;	/* "" while unknown */
	const struct ark_summary *run;
	int64_t ended_s;
	int exit_status;
	int64_t last_success_s;		/* -1: never, as far as is known */
	/* The archive as a whole, if it could be read. */
	bool has_archive;
	int64_t counts[ARK_N_STATES], bytes, days_incomplete;
	struct catalogue_media media;	/* of all days */
	int64_t oldest_waiting_s;	/* -1: none waits */
};

/*
 * metrics_format(out, m, err):
 * Add the samples.  What is unknown is left out, but a success that never was
 * is 0.  Return 0, ARK_ELIMIT or ARK_ENOMEM.
 */
int metrics_format(struct buf *out, const struct metrics *m,
		   struct ark_error *err);

/*
 * metrics_last_success(text):
 * When a run last ended well, as samples of metrics_format() tell; -1 when they
 * tell of none, or text is something else.
 */
int64_t metrics_last_success(const char *text);

#endif
