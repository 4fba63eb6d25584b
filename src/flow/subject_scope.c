#include "flow/subject_scope.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/error.h"
#include "base/event.h"
#include "catalogue/report.h"
#include "flow/period.h"

struct day {
	int32_t day;
	bool is_incomplete;		/* of what was asked of it */
	bool has_reports;		/* one was asked at least */
};

/* In order. */
struct days {
	struct day *items;
	size_t n, cap;
	size_t at;			/* of the reports that come */
	int32_t today;			/* not over, so never complete */
};

/* catalogue_day_fn */
static int
add_day(void *ctx, const struct catalogue_day *d)
{
	struct days *days = ctx;
	struct day *items;

	items = array_room(days->items, days->n, &days->cap, sizeof(*items));
	if (!items)
		return ARK_ENOMEM;
	days->items = items;
	items[days->n++] = (struct day){
		.day = d->day,
		.is_incomplete = !d->is_complete && d->day < days->today,
	};
	return 0;
}

/* catalogue_report_day_fn: by day, too. */
static int
add_report(void *ctx, const struct catalogue_report_day *d)
{
	struct days *days = ctx;
	struct day *day;

	while (days->at < days->n && days->items[days->at].day < d->day)
		days->at++;
	if (!d->was_asked || days->at == days->n)
		return 0;
	day = &days->items[days->at];
	if (day->day != d->day)
		return 0;
	day->has_reports = true;
	if (!d->is_complete && d->day < days->today)
		day->is_incomplete = true;
	return 0;
}

/* How many days there are from first to last. */
static int64_t
span_of(const struct days *days, int32_t first, int32_t last)
{
	if (days->n && days->items[days->n - 1].day > last)
		last = days->items[days->n - 1].day;
	return last < first ? 0 : (int64_t)last - first + 1;
}

static void
count(const struct days *days, struct ark_subject_scope *out)
{
	out->absent = out->days - (int64_t)days->n;
	for (size_t i = 0; i < days->n; i++) {
		out->incomplete += days->items[i].is_incomplete;
		out->without_reports += !days->items[i].has_reports;
	}
}

int
subject_scope_read(struct ark_subject_scope *out, struct archive *a,
		   const struct ark_range *range, bool is_named,
		   struct ark_error *err)
{
	int32_t from = day_of(range->from_s), to = day_of(range->to_s - 1);
	struct days days = { .today = day_of(period_now(a->zone)) };
	int rc;

	*out = (struct ark_subject_scope){ 0 };
	rc = catalogue_days(a->catalogue, from, to, add_day, &days, err);
	if (!rc)
		rc = catalogue_report_days(a->catalogue, from, to, add_report,
					   &days, err);
	if (!rc && is_named)
		out->days = span_of(&days, from,
				    to < days.today ? to : days.today);
	else if (!rc && days.n)
		out->days = span_of(&days, days.items[0].day, 0);
	if (!rc)
		count(&days, out);
	free(days.items);
	return rc == ARK_ENOMEM ? error_nomem(err) : rc;
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
