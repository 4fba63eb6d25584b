#include "store/layout.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/safe.h"

#define FIRST_DAY (-719528)	/* 0000-01-01 */
#define LAST_DAY 2932896	/* 9999-12-31 */

#define DAY_LEN 10		/* "2024/12/31" */

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
month_days(int year, int month)
{
	static const int days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 0000-01-01 to the first of January of year. */
static int
year_start(int year)
{
	/* The year 0 is a leap year, and so are the multiples of 400. */
	return year * 365 + (year + 3) / 4 - (year + 99) / 100 +
	       (year + 399) / 400;
}

void
layout_day(char out[STORE_PATH_MAX], int32_t day)
{
	int year, month = 1;
	int left;

	if (day < FIRST_DAY)
		day = FIRST_DAY;
	if (day > LAST_DAY)
		day = LAST_DAY;
	left = day - FIRST_DAY;
	year = left / 366;
	while (year_start(year + 1) <= left)
		year++;
	left -= year_start(year);
	while (left >= month_days(year, month))
		left -= month_days(year, month++);
	(void)snprintf(out, STORE_PATH_MAX, "%04d/%02d/%02d", year, month,
		       left + 1);
}

static int
two_digits(const char *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	return (p[0] - '0') * 10 + p[1] - '0';
}

int
layout_parse_day(const char *path, int32_t *day)
{
	int century, year, month, d, sum;

	if (strnlen(path, DAY_LEN) < DAY_LEN || path[4] != '/' ||
	    path[7] != '/' || (path[DAY_LEN] && path[DAY_LEN] != '/'))
		return ARK_EFORMAT;
	century = two_digits(path);
	year = two_digits(path + 2);
	month = two_digits(path + 5);
	d = two_digits(path + 8);
	if (century < 0 || year < 0 || month < 1 || month > 12 || d < 1)
		return ARK_EFORMAT;
	year += century * 100;
	if (d > month_days(year, month))
		return ARK_EFORMAT;
	sum = FIRST_DAY + year_start(year) + d - 1;
	for (int m = 1; m < month; m++)
		sum += month_days(year, m);
	*day = sum;
	return 0;
}

/* "PREFIX" "2024/12/31" "INFIX" "NAME", or ARK_EFORMAT for a day or a name
 * that cannot be. */
static int
join(char out[STORE_PATH_MAX], const char *prefix, int32_t day,
     const char *infix, const char *name)
{
	char folder[STORE_PATH_MAX];
	int n;

	if (day < FIRST_DAY || day > LAST_DAY)
		return ARK_EFORMAT;
	layout_day(folder, day);
	n = snprintf(out, STORE_PATH_MAX, "%s%.*s%s%s", prefix, DAY_LEN,
		     folder, infix, name);
	return n < 0 || n >= STORE_PATH_MAX ? ARK_EFORMAT : 0;
}

int
layout_audio(char out[STORE_PATH_MAX], int32_t day, const char *name,
	     struct ark_error *err)
{
	if (!safe_is_name(name, LAYOUT_NAME_MAX) ||
	    join(out, "", day, "/data/audio/", name))
		return error_set(err, ARK_EFORMAT, "%.*s: not the name of a "
				 "recording of day %ld", LAYOUT_NAME_MAX, name,
				 (long)day);
	return 0;
}

int
layout_media(char out[STORE_PATH_MAX], int32_t day, const char *name,
	     struct ark_error *err)
{
	if (!safe_is_name(name, LAYOUT_NAME_MAX) ||
	    join(out, "", day, "/data/media/", name))
		return error_set(err, ARK_EFORMAT, "%.*s: not the name of an "
				 "attachment of day %ld", LAYOUT_NAME_MAX,
				 name, (long)day);
	return 0;
}

/* Whether every name in path is one that we might have made. */
static bool
is_ours(const char *path)
{
	char name[LAYOUT_NAME_MAX + 1];

	for (;;) {
		size_t n = strcspn(path, "/");

		if (n >= sizeof(name))
			return false;
		memcpy(name, path, n);
		name[n] = 0;
		if (!safe_is_name(name, LAYOUT_NAME_MAX))
			return false;
		if (!path[n])
			return true;
		path += n + 1;
	}
}

int
layout_in_bag(char out[STORE_PATH_MAX], int32_t day, const char *name,
	      struct ark_error *err)
{
	if (!is_ours(name) || join(out, "", day, "/", name))
		return error_set(err, ARK_EFORMAT, "%.*s: not the name of a "
				 "file in the bag of day %ld", LAYOUT_NAME_MAX,
				 name, (long)day);
	return 0;
}

int
layout_quarantine(char out[STORE_PATH_MAX], int32_t day, const char *id,
		  const uint8_t sha256[DIGEST_SHA256_SIZE],
		  struct ark_error *err)
{
	char name[SAFE_ID_MAX + sizeof("-01234567")];
	size_t n;
	int rc;

	rc = safe_id(name, id, err);
	if (rc)
		return rc;
	n = strlen(name);
	name[n++] = '-';
	digest_hex(name + n, sha256, 4);
	if (join(out, "quarantine/", day, "/", name))
		return error_set(err, ARK_EFORMAT, "day %ld: expected one from "
				 "the year 0 to 9999", (long)day);
	return 0;
}

#define DRAW_EXTENSION ".ndjson"

void
layout_draw(char out[STORE_PATH_MAX], int64_t number)
{
	(void)snprintf(out, STORE_PATH_MAX, LAYOUT_DRAWS "/%04lld"
		       DRAW_EXTENSION, (long long)number);
}

int
layout_parse_draw(const char *name, int64_t *number)
{
	size_t digits = strspn(name, "0123456789");
	char copy[24], path[STORE_PATH_MAX];
	int64_t n;

	if (digits >= sizeof(copy) || strcmp(name + digits, DRAW_EXTENSION))
		return ARK_EFORMAT;
	memcpy(copy, name, digits);
	copy[digits] = 0;
	if (text_to_int(copy, 1, INT64_MAX, &n))
		return ARK_EFORMAT;
	layout_draw(path, n);
	if (strcmp(path + sizeof(LAYOUT_DRAWS), name))
		return ARK_EFORMAT;	/* more zeros than we give */
	*number = n;
	return 0;
}
