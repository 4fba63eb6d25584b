/*
 * Publishing a day as soon as nothing of it is open any more.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "flow/publish.h"
#include "flow/sync_internal.h"

int
days_init(struct sync *s, struct ark_error *err)
{
	s->first_day = day_of(s->range.from_s);
	s->n_days = day_of(s->range.to_s - 1) - s->first_day + 1;
	s->day_jobs = calloc((size_t)s->n_days, sizeof(*s->day_jobs));
	s->day_touched = calloc((size_t)s->n_days, sizeof(*s->day_touched));
	if (!s->day_jobs || !s->day_touched)
		return error_nomem(err);
	return 0;
}

void
days_release(struct sync *s)
{
	free(s->day_jobs);
	free(s->day_touched);
}

static bool
is_inside(const struct sync *s, int32_t day)
{
	return day >= s->first_day && day - s->first_day < s->n_days;
}

void
days_touch(struct sync *s, int32_t day)
{
	if (is_inside(s, day))
		s->day_touched[day - s->first_day] = true;
}

void
days_job(struct sync *s, int32_t day, int change)
{
	if (!is_inside(s, day))
		return;
	if (change > 0)
		s->day_jobs[day - s->first_day]++;
	else
		s->day_jobs[day - s->first_day]--;
	days_touch(s, day);
}

int
days_settle(struct sync *s, int32_t day, struct ark_error *err)
{
	struct catalogue_day facts;
	int rc;

	if (!is_inside(s, day) || !s->day_touched[day - s->first_day] ||
	    s->day_jobs[day - s->first_day] ||
	    !lister_is_day_done(s->lister, day) ||
	    !reports_are_day_done(s, day))
		return 0;
	rc = catalogue_day(s->archive->catalogue, day, &facts, err);
	if (rc || facts.counts[ARK_QUEUED] ||
	    (s->conversations && facts.media.counts[ARK_QUEUED]))
		return rc;
	s->day_touched[day - s->first_day] = false;
	if (!facts.is_dirty)
		return 0;
	return publish_day(s->archive, day, clock_wall_s(), err);
}
