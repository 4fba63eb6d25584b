#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not isdigit() and tolower(): those follow the locale of the process. */
static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char *
put_digits(char *out, unsigned value, unsigned n)
{
	for (unsigned i = n; i > 0; i--) {
		out[i - 1] = (char)('0' + value % 10);
		value /= 10;
	}
	return out + n;
}

char *
text_stamp(char *out, unsigned first, unsigned n, unsigned second,
	   unsigned third, char sep)
{
	out = put_digits(out, first, n);
	*out++ = sep;
	out = put_digits(out, second, 2);
	*out++ = sep;
	return put_digits(out, third, 2);
}

int
text_to_int(const char *text, int64_t min, int64_t max, int64_t *out)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	long long value;
	char *end;

	/* strtoll() would also take spaces and a plus sign. */
	if (!is_digit(*digits))
		return ARK_EFORMAT;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || *end || value < min || value > max)
		return ARK_EFORMAT;
	*out = value;
	return 0;
}

/*
 * The digits at *text as a number of which no more than max is accepted;
 * *text moves behind them.
 */
static int
take_digits(const char **text, int64_t max, int64_t *out)
{
	const char *p = *text;
	int64_t value = 0;

	if (!is_digit(*p))
		return ARK_EFORMAT;
	for (; is_digit(*p); p++) {
		int digit = *p - '0';

		if (value > (max - digit) / 10)
			return ARK_EFORMAT;
		value = value * 10 + digit;
	}
	*text = p;
	*out = value;
	return 0;
}

/*
 * The point and the digits behind it, in thousandths, rounded down.  No point
 * is no fraction.
 */
static int
take_fraction(const char **text, int64_t *thousandths)
{
	const char *p = *text;
	int64_t worth = 100;

	*thousandths = 0;
	if (*p != '.')
		return 0;
	if (!is_digit(*++p))
		return ARK_EFORMAT;
	for (; is_digit(*p); p++, worth /= 10)
		*thousandths += (*p - '0') * worth;
	*text = p;
	return 0;
}

int
text_to_bytes(const char *text, int64_t *out)
{
	static const char units[] = "kmgt";
	int64_t unit = 1;
	int64_t whole, thousandths, rest;
	const char *at;
	bool has_point;

	if (take_digits(&text, INT64_MAX, &whole))
		return ARK_EFORMAT;
	has_point = *text == '.';
	if (take_fraction(&text, &thousandths))
		return ARK_EFORMAT;
	at = *text ? strchr(units, lower(*text)) : NULL;
	if (at) {
		unit = INT64_C(1) << 10 * (at - units + 1);
		text++;
		if (text[0] == 'i' && text[1] == 'B')
			text++;
	} else if (has_point) {
		return ARK_EFORMAT;
	}
	if (*text == 'B')
		text++;
	rest = thousandths * unit / 1000;
	if (*text || whole > (INT64_MAX - rest) / unit)
		return ARK_EFORMAT;
	*out = whole * unit + rest;
	return 0;
}

int
text_to_seconds(const char *text, int64_t *out)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = {
		{ 's', 1 },
		{ 'm', 60 },
		{ 'h', 3600 },
		{ 'd', 86400 },
		{ 'w', 604800 },
	};
	int64_t value;

	if (take_digits(&text, INT64_MAX / 604800, &value))
		return ARK_EFORMAT;
	if (!*text) {
		*out = value;
		return 0;
	}
	if (text[1])
		return ARK_EFORMAT;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (lower(*text) == units[i].letter) {
			*out = value * units[i].seconds;
			return 0;
		}
	}
	return ARK_EFORMAT;
}

void
text_bytes(char out[24], int64_t n)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB",
					     "PiB", "EiB" };
	double value = (double)n / 1024;
	size_t unit = 0;

	if (n > -1024 && n < 1024) {
		(void)snprintf(out, 24, "%d B", (int)n);
		return;
	}
	/* From 1023.95 on "%.1f" would show 1024.0. */
	while (value >= 1023.95 || value <= -1023.95) {
		value /= 1024;
		unit++;
	}
	(void)snprintf(out, 24, "%.1f %s", value, units[unit]);
}

void
text_duration(char out[24], int64_t s)
{
	const char *sign = s < 0 ? "-" : "";
	uint64_t n = s < 0 ? 0 - (uint64_t)s : (uint64_t)s;
	unsigned long long big, small;
	const char *names;

	if (n < 60) {
		(void)snprintf(out, 24, "%s%us", sign, (unsigned)n);
		return;
	}
	if (n < 3600) {
		big = n / 60;
		small = n % 60;
		names = "ms";
	} else if (n < 86400) {
		big = n / 3600;
		small = n % 3600 / 60;
		names = "hm";
	} else {
		big = n / 86400;
		small = n % 86400 / 3600;
		names = "dh";
	}
	(void)snprintf(out, 24, "%s%llu%c %02llu%c", sign, big, names[0],
		       small, names[1]);
}

size_t
text_control(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n && (unsigned char)text[i] >= 0x20 && text[i] != 0x7f)
		i++;
	return i;
}

bool
text_equal_nocase(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

/* Longer words are no mistyped names. */
#define NEAREST_MAX ((size_t)64)

static size_t
min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/*
 * How many letters to insert, remove, change or swap with their neighbour to
 * make b of a, by rows of the usual table; both at most NEAREST_MAX long.
 */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][NEAREST_MAX + 1] = { { 0 } };
	size_t a_len = strlen(a), b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *now = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *above2 = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			char x = lower(a[i - 1]), y = lower(b[j - 1]);

			now[j] = min3(above[j] + 1, now[j - 1] + 1,
				      above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower(b[j - 2]) &&
			    y == lower(a[i - 2]) && above2[j - 2] + 1 < now[j])
				now[j] = above2[j - 2] + 1;
		}
	}
	return rows[a_len % 3][b_len];
}

const char *
text_nearest(const char *word, const char *const *names, size_t n)
{
	size_t word_len = strlen(word);
	const char *nearest = NULL;
	size_t least = SIZE_MAX;

	if (word_len > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t longer = strlen(names[i]);
		size_t changes;

		if (longer > NEAREST_MAX)
			continue;
		if (longer < word_len)
			longer = word_len;
		changes = distance(word, names[i]);
		if (changes * 3 <= longer && changes < least) {
			least = changes;
			nearest = names[i];
		}
	}
	return nearest;
}
