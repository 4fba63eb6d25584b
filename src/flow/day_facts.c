#include "flow/day_facts.h"

#include <string.h>

bool
has_states(const int64_t counts[ARK_N_STATES], unsigned states)
{
	for (int i = 0; i < ARK_N_STATES; i++) {
		if (states >> i & 1 && counts[i])
			return true;
	}
	return false;
}

bool
ark_day_is_listed(const struct ark_day *d)
{
	return d->is_complete && !d->reports_incomplete;
}

bool
ark_day_is_open(const struct ark_day *d)
{
	return has_states(d->counts, STATES_OPEN) ||
	       has_states(d->media.counts, STATES_OPEN) || d->oddities;
}

static void
queued_is_deferred(int64_t counts[ARK_N_STATES])
{
	counts[ARK_DEFERRED] += counts[ARK_QUEUED];
	counts[ARK_QUEUED] = 0;
}

struct ark_day
day_facts(const struct catalogue_day *d, int32_t today)
{
	struct ark_day day = {
		.is_current = d->day >= today,
		.day = d->day, .was_asked = d->was_asked,
		.is_complete = d->is_complete, .is_published = !d->is_dirty,
		.total = d->total, .listed = d->listed,
		.vanished = d->vanished, .oddities = d->oddities,
		.bytes = d->bytes, .first_s = d->first_s,
		.last_s = d->last_s, .flaw = d->flaw,
		.reports_incomplete = d->reports_incomplete,
		.media = {
			.listed = d->media.listed, .bytes = d->media.bytes,
		},
	};

	memcpy(day.counts, d->counts, sizeof(day.counts));
	memcpy(day.media.counts, d->media.counts, sizeof(day.media.counts));
	queued_is_deferred(day.counts);
	queued_is_deferred(day.media.counts);
	return day;
}
