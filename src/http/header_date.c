#include <string.h>

#include "base/error.h"
#include "http/header_internal.h"

struct civil {
	int64_t year;
	unsigned month, day, hour, minute, second;
};

/* Howard Hinnant's days_from_civil; March is the first month. */
static int64_t
to_seconds(const struct civil *c)
{
	int64_t y = c->year - (c->month <= 2);
	int64_t era = y / 400;
	int64_t year_of_era = y - era * 400;
	int64_t month = (c->month + 9) % 12;
	int64_t day_of_year = (153 * month + 2) / 5 + c->day - 1;
	int64_t days = era * 146097 + year_of_era * 365 + year_of_era / 4 -
		       year_of_era / 100 + day_of_year - 719468;

	return days * 86400 + c->hour * 3600 + c->minute * 60 + c->second;
}

/* Exactly n digits at the start of s, or a space for the first of them. */
static int
take_digits(struct span *s, size_t n, unsigned *out)
{
	unsigned value = 0;

	if (s->n < n)
		return ARK_EFORMAT;
	for (size_t i = 0; i < n; i++) {
		char c = s->p[i];

		if (c == ' ' && i == 0)
			c = '0';
		if (c < '0' || c > '9')
			return ARK_EFORMAT;
		value = value * 10 + (unsigned)(c - '0');
	}
	s->p += n;
	s->n -= n;
	*out = value;
	return 0;
}

static int
take_text(struct span *s, const char *text)
{
	size_t n = strlen(text);

	if (s->n < n || memcmp(s->p, text, n))
		return ARK_EFORMAT;
	s->p += n;
	s->n -= n;
	return 0;
}

static int
take_month(struct span *s, unsigned *out)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (unsigned i = 0; i < 12 && s->n >= 3; i++) {
		if (memcmp(s->p, names + 3 * i, 3))
			continue;
		s->p += 3;
		s->n -= 3;
		*out = i + 1;
		return 0;
	}
	return ARK_EFORMAT;
}

static int
take_time(struct span *s, struct civil *c)
{
	if (take_digits(s, 2, &c->hour) || take_text(s, ":") ||
	    take_digits(s, 2, &c->minute) || take_text(s, ":") ||
	    take_digits(s, 2, &c->second))
		return ARK_EFORMAT;
	return 0;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static int
parse_imf(struct span s, struct civil *c)
{
	unsigned year;

	(void)span_cut(&s, ',');
	if (take_text(&s, " ") || take_digits(&s, 2, &c->day) ||
	    take_text(&s, " ") || take_month(&s, &c->month) ||
	    take_text(&s, " ") || take_digits(&s, 4, &year) ||
	    take_text(&s, " ") || take_time(&s, c) || take_text(&s, " GMT") ||
	    s.n)
		return ARK_EFORMAT;
	c->year = year;
	return 0;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT" */
static int
parse_rfc850(struct span s, int64_t wall_s, struct civil *c)
{
	int64_t this_year = 1970 + wall_s / 31556952;
	unsigned year;

	(void)span_cut(&s, ',');
	if (take_text(&s, " ") || take_digits(&s, 2, &c->day) ||
	    take_text(&s, "-") || take_month(&s, &c->month) ||
	    take_text(&s, "-") || take_digits(&s, 2, &year) ||
	    take_text(&s, " ") || take_time(&s, c) || take_text(&s, " GMT") ||
	    s.n)
		return ARK_EFORMAT;
	/* More than 50 years ahead means the last century with those digits. */
	c->year = this_year - this_year % 100 + year;
	if (c->year > this_year + 50)
		c->year -= 100;
	return 0;
}

/* "Sun Nov  6 08:49:37 1994" */
static int
parse_asctime(struct span s, struct civil *c)
{
	unsigned year;

	(void)span_cut(&s, ' ');
	if (take_month(&s, &c->month) || take_text(&s, " ") ||
	    take_digits(&s, 2, &c->day) || take_text(&s, " ") ||
	    take_time(&s, c) || take_text(&s, " ") ||
	    take_digits(&s, 4, &year) || s.n)
		return ARK_EFORMAT;
	c->year = year;
	return 0;
}

int
header_date(struct span s, int64_t wall_s, int64_t *out)
{
	struct civil c = { 0 };

	if (parse_imf(s, &c) && parse_rfc850(s, wall_s, &c) &&
	    parse_asctime(s, &c))
		return ARK_EFORMAT;
	if (c.day < 1 || c.day > 31 || c.hour > 23 || c.minute > 59 ||
	    c.second > 60 || c.year < 1970)
		return ARK_EFORMAT;
	*out = to_seconds(&c);
	return 0;
}
