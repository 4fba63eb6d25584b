/*
 * Civil time.
 *
 * A civil second is what a clock on the wall shows, counted since 1970-01-01
 * 00:00:00 of that clock, without offset or leap seconds; a day is the civil
 * second divided by 86,400, rounded down.  A zone turns instants (seconds
 * since the epoch, UTC) into civil seconds and back.
 */
#ifndef MODEL_TIME_H
#define MODEL_TIME_H

#include <stdint.h>

#include "base/error.h"

struct zone;

/*
 * zone_open(out, name, err):
 * The IANA zone called name ("America/Sao_Paulo", "UTC"), from the system's
 * zone data, as a table of the changes between 1990 and 2100.  Sets and
 * restores TZ meanwhile, so call it before any other thread reads local time.
 * Return 0, ARK_EUSAGE (no such zone; err tells the mend) or ARK_ENOMEM.
 */
int zone_open(struct zone **out, const char *name, struct ark_error *err);
void zone_free(struct zone *z);

const char *zone_name(const struct zone *z);

int64_t zone_civil(const struct zone *z, int64_t instant_s);

/*
 * zone_instant(z, civil_s):
 * A civil second that occurs twice is the first of the two; one that is
 * skipped counts on from before the gap.
 */
int64_t zone_instant(const struct zone *z, int64_t civil_s);

/*
 * utc_parse(text, instant_s):
 * Read "2024-12-31T14:30:05Z", as clock_utc() writes it.  Return 0 or
 * ARK_EFORMAT.
 */
int utc_parse(const char *text, int64_t *instant_s);

/*
 * moment_parse(text, zone, civil_s):
 * A time as the platform or a user writes it: YYYY-MM-DD, then optionally a
 * space or T and HH:MM[:SS[.fraction]], then optionally, behind a time, Z or
 * an offset (+HH:MM, +HHMM, +HH), which converts it into zone.  Also
 * DD/MM/YYYY in place of the date, and a count of seconds or milliseconds since
 * the epoch (10 or 13 digits).  The years 1990 to 2100.  Return 0 or
 * ARK_EFORMAT.
 */
int moment_parse(const char *text, const struct zone *zone, int64_t *civil_s);

#define MOMENT_SIZE 32

/* moment_format(out, civil_s): "2024-12-31 14:30:05". */
void moment_format(char out[MOMENT_SIZE], int64_t civil_s);

#define DAY_SIZE 16
#define DAY_SECONDS INT64_C(86400)

int32_t day_of(int64_t civil_s);

/* day_date(day, year, month, day_of_month): Its date; months and days from 1. */
void day_date(int32_t day, int *year, int *month, int *day_of_month);

/* day_format(out, day): "2024-12-31".  day_parse: 0 or ARK_EFORMAT. */
void day_format(char out[DAY_SIZE], int32_t day);
int day_parse(const char *text, int32_t *day);

#endif
