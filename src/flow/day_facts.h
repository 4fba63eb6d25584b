/*
 * A day as users are told of it.
 */
#ifndef FLOW_DAY_FACTS_H
#define FLOW_DAY_FACTS_H

#include "callark/archive.h"
#include "catalogue/catalogue.h"

/* Bits 1 << enum ark_state: what is to be fetched yet … */
#define STATES_WAITING \
	(1u << ARK_QUEUED | 1u << ARK_DEFERRED | 1u << ARK_QUARANTINED)
/* … and what is neither here nor accounted for. */
#define STATES_OPEN (STATES_WAITING | 1u << ARK_FAILED | 1u << ARK_GONE)

/* Whether any is in one of the states. */
bool has_states(const int64_t counts[ARK_N_STATES], unsigned states);

/* day_facts(d, today): For the reader what is queued is deferred; lends d's flaw. */
struct ark_day day_facts(const struct catalogue_day *d, int32_t today);

#endif
