/*
 * What was known of the three reports of calls on one day.
 */
#ifndef FLOW_CALL_LISTINGS_H
#define FLOW_CALL_LISTINGS_H

#include "callark/reconcile.h"
#include "catalogue/report.h"

/* Not to be copied: of[] points into the rest. */
struct call_listings {
	struct ark_reconcile_listing of[ARK_CALL_ROUTES];
	struct catalogue_day day;	/* service-history-audio-links */
	struct catalogue_report_day reports[ARK_CALL_ROUTES];	/* the others */
};

/* call_listings_read(out, c, day, err): Return 0 or as the catalogue. */
int call_listings_read(struct call_listings *out, struct catalogue *c,
		       int32_t day, struct ark_error *err);

/* call_listings_complete(l): Whether all three are. */
bool call_listings_complete(const struct call_listings *l);

#endif
