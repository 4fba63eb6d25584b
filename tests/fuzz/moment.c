/*
 * Dates, times and ranges.  What is accepted lies within the years 1990 to
 * 2100, prints as the usual form and reads back as itself; a range does not
 * end before it begins.
 */
#include "callark/range.h"
#include "fuzz.h"
#include "model/time.h"

#define FIRST_S INT64_C(631152000)	/* 1990-01-01 */
#define LAST_S INT64_C(4133980799)	/* 2100-12-31 23:59:59 */
#define NOW_S INT64_C(1735655405)	/* 2024-12-31 14:30:05 */

static struct zone *
zone(void)
{
	static struct zone *z;

	if (!z)
		MUST(!zone_open(&z, "America/Sao_Paulo", NULL));
	return z;
}

static void
try_moment(const char *text)
{
	char printed[MOMENT_SIZE];
	int64_t civil = -7, again, instant;

	if (moment_parse(text, zone(), &civil)) {
		MUST(civil == -7);
		return;
	}
	MUST(civil >= FIRST_S && civil <= LAST_S);
	moment_format(printed, civil);
	MUST(!moment_parse(printed, zone(), &again) && again == civil);
	/* Only a time that no clock ever showed moves on its way. */
	instant = zone_instant(zone(), civil);
	again = zone_civil(zone(), instant);
	MUST(again >= civil && again <= civil + 3600);
	MUST(zone_civil(zone(), zone_instant(zone(), again)) == again);
}

static void
try_day(const char *text)
{
	char printed[DAY_SIZE];
	int32_t day = -7, again;

	if (day_parse(text, &day)) {
		MUST(day == -7);
		return;
	}
	day_format(printed, day);
	MUST(!strcmp(printed, text));
	MUST(!day_parse(printed, &again) && again == day);
	MUST(day_of(day * DAY_SECONDS) == day);
	MUST(day_of(day * DAY_SECONDS + DAY_SECONDS - 1) == day);
}

static void
try_range(const struct ark_range_words *words)
{
	struct ark_range r = { -7, -7 };
	struct ark_error err = { 0 };
	int rc = ark_range_parse(&r, words, NOW_S, &err);

	must_report(rc, &err);
	if (rc == 1) {
		MUST(r.from_s >= FIRST_S && r.from_s <= r.to_s);
		MUST(r.to_s <= LAST_S + 1 || r.to_s == NOW_S);
	} else {
		MUST(rc == ARK_EUSAGE && r.from_s == -7 && r.to_s == -7);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	char *first = input_line(&in);
	char *second = input_rest(&in);

	try_moment(first);
	try_day(first);
	try_range(&(struct ark_range_words){ .from = first });
	try_range(&(struct ark_range_words){ .from = first, .to = second });
	try_range(&(struct ark_range_words){ .last = first });
	try_range(&(struct ark_range_words){ .day = first });
	free(first);
	free(second);
	return 0;
}
