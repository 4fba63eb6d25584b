#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/civil.h"
#include "model/time.h"

/* The days before the year 1970-01-01 of the calendar that we all use. */
#define EPOCH_DAYS INT64_C(719468)
#define ERA_DAYS INT64_C(146097)		/* 400 years */

/*
 * Years begin in March here: so the leap day is the last day of its year, and
 * the lengths of the months follow one straight line.
 */
static int64_t
day_from_date(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t months = month > 2 ? month - 3 : month + 9;
	int64_t day_of_year = (153 * months + 2) / 5 + day - 1;

	return era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 -
	       year_of_era / 100 + day_of_year - EPOCH_DAYS;
}

static void
date_from_day(int64_t n, int64_t *year, int64_t *month, int64_t *day)
{
	int64_t z = n + EPOCH_DAYS;
	int64_t era = (z >= 0 ? z : z - (ERA_DAYS - 1)) / ERA_DAYS;
	int64_t day_of_era = z - era * ERA_DAYS;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 +
			       day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era +
					    year_of_era / 4 -
					    year_of_era / 100);
	int64_t months = (5 * day_of_year + 2) / 153;

	*day = day_of_year - (153 * months + 2) / 5 + 1;
	*month = months < 10 ? months + 3 : months - 9;
	*year = year_of_era + era * 400 + (*month <= 2);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly n digits with a value in [min, max]. */
static bool
take_number(const char **text, int n, int min, int max, int64_t *out)
{
	const char *p = *text;
	int value = 0;

	for (int i = 0; i < n; i++, p++) {
		if (!is_digit(*p))
			return false;
		value = value * 10 + (*p - '0');
	}
	if (value < min || value > max)
		return false;
	*text = p;
	*out = value;
	return true;
}

static bool
take_char(const char **text, char c)
{
	if (**text != c)
		return false;
	++*text;
	return true;
}

/* Whether the date exists: its number leads back to the same date. */
static bool
date_exists(int64_t year, int64_t month, int64_t day, int64_t n)
{
	int64_t y, m, d;

	date_from_day(n, &y, &m, &d);
	return y == year && m == month && d == day;
}

static bool
take_date(const char **text, int64_t *out)
{
	const char *p = *text;
	int64_t year, month, day;
	bool is_ok;

	if (is_digit(p[0]) && is_digit(p[1]) && p[2] == '/')
		is_ok = take_number(&p, 2, 1, 31, &day) &&
			take_char(&p, '/') &&
			take_number(&p, 2, 1, 12, &month) &&
			take_char(&p, '/') &&
			take_number(&p, 4, 1990, 2100, &year);
	else
		is_ok = take_number(&p, 4, 1990, 2100, &year) &&
			take_char(&p, '-') &&
			take_number(&p, 2, 1, 12, &month) &&
			take_char(&p, '-') &&
			take_number(&p, 2, 1, 31, &day);
	if (!is_ok)
		return false;
	*out = day_from_date(year, month, day);
	if (!date_exists(year, month, day, *out))
		return false;
	*text = p;
	return true;
}

/* HH:MM[:SS[.fraction]] as seconds of the day. */
static bool
take_time(const char **text, int64_t *out)
{
	int64_t hour, minute, second = 0;

	if (!take_number(text, 2, 0, 23, &hour) || !take_char(text, ':') ||
	    !take_number(text, 2, 0, 59, &minute))
		return false;
	if (take_char(text, ':')) {
		if (!take_number(text, 2, 0, 59, &second))
			return false;
		if (take_char(text, '.')) {
			if (!is_digit(**text))
				return false;
			while (is_digit(**text))
				++*text;
		}
	}
	*out = hour * 3600 + minute * 60 + second;
	return true;
}

int
civil_take(const char **text, int64_t *civil_s, bool *has_time)
{
	const char *p = *text;
	bool with_time = false;
	int64_t day, second = 0;

	if (!take_date(&p, &day))
		return ARK_EFORMAT;
	if (take_char(&p, ' ') || take_char(&p, 'T')) {
		if (!take_time(&p, &second))
			return ARK_EFORMAT;
		with_time = true;
	}
	*text = p;
	*civil_s = day * DAY_SECONDS + second;
	*has_time = with_time;
	return 0;
}

/* Z, +HH:MM, +HHMM or +HH as seconds east of Greenwich. */
static bool
take_offset(const char **text, int64_t *out)
{
	int64_t hour, minute = 0;
	bool is_west;

	if (take_char(text, 'Z')) {
		*out = 0;
		return true;
	}
	is_west = **text == '-';
	if (!is_west && **text != '+')
		return false;
	++*text;
	if (!take_number(text, 2, 0, 14, &hour))
		return false;
	if (take_char(text, ':') || is_digit(**text)) {
		if (!take_number(text, 2, 0, 59, &minute))
			return false;
	}
	*out = (hour * 3600 + minute * 60) * (is_west ? -1 : 1);
	return true;
}

/* A count of seconds (10 digits) or milliseconds (13) since the epoch. */
static int
parse_count(const char *text, size_t n, int64_t *instant_s)
{
	if (text_to_int(text, 0, INT64_MAX, instant_s))
		return ARK_EFORMAT;
	if (n == 13)
		*instant_s /= 1000;
	return 0;
}

static size_t
count_digits(const char *text)
{
	size_t n = 0;

	while (is_digit(text[n]))
		n++;
	return n;
}

int
moment_parse(const char *text, const struct zone *zone, int64_t *civil_s)
{
	size_t n = count_digits(text);
	int64_t s, offset_s;
	bool has_time;

	if (n == 10 || n == 13) {
		if (parse_count(text, n, &s))
			return ARK_EFORMAT;
		s = zone_civil(zone, s);
	} else {
		if (civil_take(&text, &s, &has_time))
			return ARK_EFORMAT;
		if (*text) {
			/* Offsets move a time; a mere day cannot be moved. */
			if (!has_time || !take_offset(&text, &offset_s) ||
			    *text)
				return ARK_EFORMAT;
			s = zone_civil(zone, s - offset_s);
		}
	}
	if (s < CIVIL_MIN_S || s > CIVIL_MAX_S)
		return ARK_EFORMAT;
	*civil_s = s;
	return 0;
}

int32_t
day_of(int64_t civil_s)
{
	int64_t day = civil_s / DAY_SECONDS - (civil_s % DAY_SECONDS < 0);

	if (day < INT32_MIN)
		return INT32_MIN;
	return day > INT32_MAX ? INT32_MAX : (int32_t)day;
}

void
day_date(int32_t day, int *year, int *month, int *day_of_month)
{
	int64_t y, m, d;

	date_from_day(day, &y, &m, &d);
	*year = (int)y;
	*month = (int)m;
	*day_of_month = (int)d;
}

void
day_format(char out[DAY_SIZE], int32_t day)
{
	int64_t year, month, d;

	date_from_day(day, &year, &month, &d);
	if (year < 0 || year > 9999)
		(void)snprintf(out, DAY_SIZE, "%04d-%02u-%02u", (int)year,
			       (unsigned)month % 100, (unsigned)d % 100);
	else
		*text_stamp(out, (unsigned)year, 4, (unsigned)month,
			    (unsigned)d, '-') = 0;
}

void
moment_format(char out[MOMENT_SIZE], int64_t civil_s)
{
	int64_t s = civil_s % DAY_SECONDS;

	if (s < 0)
		s += DAY_SECONDS;
	day_format(out, day_of(civil_s));
	out += strlen(out);
	*out++ = ' ';
	*text_stamp(out, (unsigned)(s / 3600), 2, (unsigned)(s / 60 % 60),
		    (unsigned)(s % 60), ':') = 0;
}

int
day_parse(const char *text, int32_t *day)
{
	int64_t n;

	if (text[0] && text[1] && text[2] == '/')
		return ARK_EFORMAT;
	if (!take_date(&text, &n) || *text)
		return ARK_EFORMAT;
	*day = (int32_t)n;
	return 0;
}

/* Two digits at p, at most max, or -1. */
static int
two_digits(const char *p, int max)
{
	int value;

	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	value = (p[0] - '0') * 10 + (p[1] - '0');
	return value <= max ? value : -1;
}

int
utc_parse(const char *text, int64_t *out)
{
	char date[] = "0000-00-00";
	int32_t day;
	int h, m, s;

	if (strlen(text) != 20 || text[10] != 'T' || text[13] != ':' ||
	    text[16] != ':' || text[19] != 'Z')
		return ARK_EFORMAT;
	memcpy(date, text, sizeof(date) - 1);
	h = two_digits(text + 11, 23);
	m = two_digits(text + 14, 59);
	s = two_digits(text + 17, 59);
	if (h < 0 || m < 0 || s < 0 || day_parse(date, &day))
		return ARK_EFORMAT;
	*out = day * DAY_SECONDS + h * 3600 + m * 60 + s;
	return 0;
}
