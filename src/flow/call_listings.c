#include "flow/call_listings.h"

/* The recordings' documents are listed with the recordings themselves. */
static int
read_links(struct call_listings *l, struct catalogue *c, int32_t day,
	   struct ark_error *err)
{
	const struct catalogue_day *d = &l->day;
	int rc = catalogue_day(c, day, &l->day, err);

	l->of[ARK_AUDIO_LINKS] = (struct ark_reconcile_listing){
		.was_asked = d->was_asked, .is_complete = d->is_complete,
		.flaw = d->flaw, .asked_s = d->asked_s,
		.complete_s = d->complete_s, .total = d->total,
		.documents = d->listed,
	};
	return rc;
}

static int
read_report(struct call_listings *l, struct catalogue *c, int32_t day,
	    enum ark_route route, struct ark_error *err)
{
	const struct catalogue_report_day *d = &l->reports[route];
	int rc = catalogue_report_day(c, day, route, &l->reports[route], err);

	l->of[route] = (struct ark_reconcile_listing){
		.was_asked = d->was_asked, .is_complete = d->is_complete,
		.flaw = d->flaw, .asked_s = d->asked_s,
		.complete_s = d->complete_s, .total = d->total,
		.documents = d->documents,
	};
	return rc;
}

int
call_listings_read(struct call_listings *out, struct catalogue *c, int32_t day,
		   struct ark_error *err)
{
	int rc;

	*out = (struct call_listings){ 0 };
	rc = read_links(out, c, day, err);
	if (!rc)
		rc = read_report(out, c, day, ARK_SERVICE_HISTORY, err);
	if (!rc)
		rc = read_report(out, c, day, ARK_VOICE_LOG, err);
	return rc;
}

bool
call_listings_complete(const struct call_listings *l)
{
	bool is_complete = true;

	for (int i = 0; i < ARK_CALL_ROUTES; i++)
		is_complete &= l->of[i].is_complete;
	return is_complete;
}
