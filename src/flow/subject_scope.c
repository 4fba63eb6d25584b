#include "flow/subject_scope.h"

#include <inttypes.h>

#include "base/event.h"
#include "flow/day_facts.h"
#include "flow/period.h"

/* The days of the archive being counted. */
struct count {
	struct ark_subject_scope *scope;
	int64_t n;
	int32_t first, last;
	int32_t today;
};

/* catalogue_day_fn */
static int
count_day(void *ctx, const struct catalogue_day *d)
{
	struct count *c = ctx;
	const struct ark_day day = day_facts(d, c->today);

	if (!c->n++)
		c->first = d->day;
	c->last = d->day;
	c->scope->incomplete += !day.is_current && !ark_day_is_listed(&day);
	c->scope->without_reports += !d->reports_asked;
	return 0;
}

int
subject_scope_read(struct ark_subject_scope *out, struct archive *a,
		   const struct ark_range *range, bool is_named,
		   struct ark_error *err)
{
	int32_t from = day_of(range->from_s), to = day_of(range->to_s - 1);
	struct count c = {
		.scope = out, .last = INT32_MIN,
		.today = day_of(period_now(a->zone)),
	};
	int32_t until = to < c.today ? to : c.today;
	int rc;

	*out = (struct ark_subject_scope){ 0 };
	rc = catalogue_days(a->catalogue, from, to, count_day, &c, err);
	if (is_named) {
		c.first = from;
		if (c.last < until)
			c.last = until;
	}
	if (c.last >= c.first)
		out->days = (int64_t)c.last - c.first + 1;
	out->absent = out->days - c.n;
	return rc;
}

void
subject_scope_tell(const struct ark_subject_scope *s,
		   const struct ark_listener *l)
{
	if (s->absent)
		event_log(l, ARK_LOG_WARNING, NULL, "%" PRId64 " of %" PRId64
			  " days are not in the archive", s->absent, s->days);
	if (s->without_reports)
		event_log(l, ARK_LOG_WARNING, NULL, "%" PRId64 " of %" PRId64
			  " days have no reports kept, so what only reports "
			  "would tell of them is not held; see callark sync "
			  "--reports", s->without_reports, s->days);
	if (s->incomplete)
		event_log(l, ARK_LOG_WARNING, NULL, "%" PRId64 " of %" PRId64
			  " days are not listed completely; callark status "
			  "tells which", s->incomplete, s->days);
}
