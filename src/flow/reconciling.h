/*
 * Inside reconcile: one day after the other.
 */
#ifndef FLOW_RECONCILING_H
#define FLOW_RECONCILING_H

#include "archive/archive.h"
#include "flow/call_listings.h"
#include "flow/day_list.h"
#include "flow/statement.h"
#include "omni/document.h"
#include "report/reconcile.h"

struct reconciling {
	const struct ark_reconcile_options *options;
	struct ark_reconcile_totals *totals;
	struct archive *archive;
	struct omni_document parsed;
	struct day_list list;		/* to be reconciled */
	/* of the day in hand */
	int32_t day;
	struct reconcile *calls;
	struct ark_reconcile_line *lines;	/* by agent and service */
	size_t n_lines;
	struct call_listings listings[RECONCILE_DAYS];
	struct statement statement;
	struct ark_reconciled_day told;
};

/*
 * reconciling_take_all(j, err):
 * Give j->calls the documents of the day in hand, and what of the days beside
 * it lies near midnight; those that cannot be read are told of.  Return 0,
 * ARK_ESTOPPED, ARK_ENOMEM, what a listener returned, or as the catalogue.
 */
int reconciling_take_all(struct reconciling *j, struct ark_error *err);

/*
 * reconciling_note_unreadable(j, route, id, start_s, detail):
 * Tell and count a document that cannot be read; id "" and start_s -1 when not
 * even they can be.  Return 0 or what the listener returned.
 */
int reconciling_note_unreadable(struct reconciling *j, enum ark_route route,
				const char *id, int64_t start_s,
				const char *detail);

#endif
