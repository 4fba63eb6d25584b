#include "flow/period.h"

#include "base/clock.h"
#include "flow/reports.h"

bool
period_is_named(const struct ark_range_words *words)
{
	return words->from || words->to || words->last || words->day;
}

int64_t
period_now(const struct zone *zone)
{
	return zone_civil(zone, clock_wall_s());
}

/* Cut what lies in the future; nothing left is an error. */
static int
until_now(struct ark_range *r, int64_t now_s, struct ark_error *err)
{
	char from[MOMENT_SIZE];

	if (r->to_s > now_s + 1)
		r->to_s = now_s + 1;
	if (r->from_s < r->to_s)
		return 0;
	moment_format(from, r->from_s);
	return error_set(err, ARK_EUSAGE, "the range begins at %s, which is in "
			 "the future", from);
}

int
period_of_sync(struct ark_range *out, const struct ark_range_words *words,
	       const struct ark_config *c, struct archive *a,
	       struct ark_error *err)
{
	unsigned kinds = 1u << CATALOGUE_RECORDING, reports;
	int64_t now_s = period_now(a->zone);
	int32_t day = 0;
	int rc;

	rc = ark_range_parse(out, words, now_s, err);
	if (rc < 0)
		return rc;
	if (rc > 0)
		return until_now(out, now_s, err);
	if (c->media)
		kinds |= 1u << CATALOGUE_ATTACHMENT;
	rc = reports_wanted(&reports, c, err);
	if (!rc)
		rc = catalogue_settled_day(a->catalogue, kinds, reports, &day,
					   err);
	if (!rc)
		rc = catalogue_first_asked(a->catalogue, &day, err);
	if (rc < 0)
		return rc;
	if (!rc || day > day_of(now_s))
		day = day_of(now_s);
	day -= (int32_t)(c->look_back_s / DAY_SECONDS);
	*out = (struct ark_range){ day * DAY_SECONDS, now_s + 1 };
	return 0;
}

/* Days fit into 32 bits however far they lie. */
static const struct ark_range everything = {
	INT32_MIN / 2 * DAY_SECONDS, INT32_MAX / 2 * DAY_SECONDS,
};

int
period_or_all(struct ark_range *out, const struct ark_range_words *words,
	      const struct zone *zone, struct ark_error *err)
{
	int rc = ark_range_parse(out, words, period_now(zone), err);

	if (rc < 0)
		return rc;
	if (!rc)
		*out = everything;
	return 0;
}

int
period_past_or_all(struct ark_range *out, const struct ark_range_words *words,
		   const struct zone *zone, struct ark_error *err)
{
	int64_t now_s = period_now(zone);
	int rc = ark_range_parse(out, words, now_s, err);

	if (rc < 0)
		return rc;
	if (rc > 0)
		return until_now(out, now_s, err) ? ARK_EUSAGE : 1;
	*out = everything;
	return 0;
}

int
period_or_today(struct ark_range *out, const struct ark_range_words *words,
		const struct zone *zone, struct ark_error *err)
{
	int64_t now_s = period_now(zone);
	int rc = ark_range_parse(out, words, now_s, err);

	if (rc < 0)
		return rc;
	if (!rc)
		*out = (struct ark_range){ day_of(now_s) * DAY_SECONDS,
					   now_s + 1 };
	return until_now(out, now_s, err);
}
