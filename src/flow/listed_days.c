#include "flow/listed_days.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "catalogue/report.h"
#include "model/time.h"

struct reader {
	struct listed_days *out;
	enum ark_route route;
};

static int
add(struct listed_days *out, const struct listed_day *day, const char *flaw)
{
	struct listed_day *days;

	days = array_room(out->days, out->n, &out->cap, sizeof(*days));
	if (!days)
		return ARK_ENOMEM;
	out->days = days;
	days[out->n] = *day;
	days[out->n].flaw = strdup(flaw);
	if (!days[out->n].flaw)
		return ARK_ENOMEM;
	out->n++;
	return 0;
}

/* catalogue_report_day_fn */
static int
add_report(void *ctx, const struct catalogue_report_day *d)
{
	const struct reader *r = ctx;

	if (d->route != r->route)
		return 0;
	return add(r->out, &(struct listed_day){
		.day = d->day, .was_asked = d->was_asked,
		.is_complete = d->is_complete,
	}, d->flaw);
}

/* catalogue_day_fn */
static int
add_recordings(void *ctx, const struct catalogue_day *d)
{
	const struct reader *r = ctx;

	return add(r->out, &(struct listed_day){
		.day = d->day, .was_asked = d->was_asked,
		.is_complete = d->is_complete,
	}, d->flaw);
}

/* What cannot be read is known for the day, not for each of its reports. */
static int
read_unreadable(struct listed_days *out, struct catalogue *c,
		struct ark_error *err)
{
	struct catalogue_day day;
	int rc = 0;

	for (size_t i = 0; !rc && i < out->n; i++) {
		rc = catalogue_day(c, out->days[i].day, &day, err);
		if (!rc)
			out->days[i].unreadable = day.oddities;
	}
	return rc;
}

int
listed_days_read(struct listed_days *out, struct catalogue *c,
		 enum ark_route route, const struct ark_range *range,
		 struct ark_error *err)
{
	int32_t from = day_of(range->from_s), to = day_of(range->to_s - 1);
	struct reader r = { out, route };
	int rc;

	if (route == ARK_AUDIO_LINKS)
		rc = catalogue_days(c, from, to, add_recordings, &r, err);
	else
		rc = catalogue_report_days(c, from, to, add_report, &r, err);
	if (rc == ARK_ENOMEM)
		return error_nomem(err);
	return rc ? rc : read_unreadable(out, c, err);
}

void
listed_days_release(struct listed_days *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->days[i].flaw);
	free(d->days);
	*d = (struct listed_days){ 0 };
}

/* Days from first up to, but without, end were never asked. */
static void
tell_gap(int32_t first, int32_t end, enum ark_route route, struct exporter *e)
{
	char from[DAY_SIZE], to[DAY_SIZE];

	if (first >= end)
		return;
	day_format(from, first);
	day_format(to, end - 1);
	if (end - first == 1)
		exporter_missing(e, "%s: %s was never asked", from,
				 ark_route_name(route));
	else
		exporter_missing(e, "%s to %s: %s was never asked", from, to,
				 ark_route_name(route));
}

static void
tell_flaws(const struct listed_day *d, int32_t today, struct exporter *e)
{
	char day[DAY_SIZE];

	day_format(day, d->day);
	if (d->unreadable)
		exporter_missing(e, "%s: %" PRId64 " documents, of this or "
				 "another report, cannot be read; they are in "
				 "quarantine/", day, d->unreadable);
	if (d->is_complete)
		return;
	if (d->day >= today)
		exporter_missing(e, "%s: the day is not over", day);
	else
		exporter_missing(e, "%s: the listing is not complete: %s", day,
				 *d->flaw ? d->flaw : "only a part of the day "
				 "was listed");
}

static bool
has_asked(const struct listed_days *d)
{
	for (size_t i = 0; i < d->n; i++) {
		if (d->days[i].was_asked)
			return true;
	}
	return false;
}

void
listed_days_tell(const struct listed_days *d, const struct ark_range *range,
		 enum ark_route route, int32_t today, struct exporter *e)
{
	int32_t next = range ? day_of(range->from_s) : 0;
	bool has_begun = range;

	if (!range && !has_asked(d)) {
		exporter_missing(e, "%s was never asked; callark sync "
				 "--reports does", ark_route_name(route));
		return;
	}
	for (size_t i = 0; i < d->n; i++) {
		const struct listed_day *it = &d->days[i];

		if (!it->was_asked)
			continue;
		if (has_begun)
			tell_gap(next, it->day, route, e);
		tell_flaws(it, today, e);
		has_begun = true;
		next = it->day + 1;
	}
	if (range)
		tell_gap(next, day_of(range->to_s - 1) + 1, route, e);
}
