/*
 * Which days of a report the archive has, and which it should have.
 */
#ifndef FLOW_LISTED_DAYS_H
#define FLOW_LISTED_DAYS_H

#include "callark/range.h"
#include "callark/route.h"
#include "catalogue/catalogue.h"
#include "flow/exporter.h"

struct listed_day {
	int32_t day;
	bool was_asked, is_complete;
	int64_t unreadable;	/* documents of any report, kept aside */
	char *flaw;		/* why it is not complete; "" */
};

/* In order; begin with { 0 }. */
struct listed_days {
	struct listed_day *days;
	size_t n, cap;
};

/*
 * listed_days_read(out, c, route, range, err):
 * Every day of the range of which the catalogue knows something.  Release out
 * whatever comes of it.  Return 0, ARK_ENOMEM or as the catalogue.
 */
int listed_days_read(struct listed_days *out, struct catalogue *c,
		     enum ark_route route, const struct ark_range *range,
		     struct ark_error *err);
void listed_days_release(struct listed_days *d);

/*
 * listed_days_tell(d, range, route, today, e):
 * Tell e what is missing: days that were never asked, and those of which the
 * listing is not complete.  The days that should be there are those of range;
 * without one (NULL) those from the first to the last that was asked.
 */
void listed_days_tell(const struct listed_days *d,
		      const struct ark_range *range, enum ark_route route,
		      int32_t today, struct exporter *e);

#endif
