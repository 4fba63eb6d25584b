#include "report/phone.h"

#include <stdio.h>
#include <string.h>

#define COUNTRY "55"
#define MAX_DIGITS 19		/* 00, a carrier, 55, area code, number */
#define MIN_DIGITS 8
#define AREA 2			/* digits of an area code */
#define FIXED 8			/* digits behind it */
#define MOBILE 9

/* A number as it was written. */
struct written {
	char digits[MAX_DIGITS + 1];
	size_t n;
	bool has_plus;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
take_digits(struct written *w, const char *text, size_t n)
{
	*w = (struct written){ 0 };
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '+' && !w->n && !w->has_plus) {
			w->has_plus = true;
		} else if (is_digit(text[i])) {
			if (w->n == MAX_DIGITS)
				return false;
			w->digits[w->n++] = text[i];
		} else if (!text[i] || !strchr(" .-()\t", text[i])) {
			return false;
		}
	}
	return w->n >= MIN_DIGITS;
}

/* The area codes of Brazil: no other two digits begin a number. */
static bool
is_area(const char *p)
{
	static const char *const second[10] = {
		[1] = "123456789", [2] = "12478", [3] = "1234578",
		[4] = "123456789", [5] = "1345", [6] = "123456789",
		[7] = "134579", [8] = "123456789", [9] = "123456789",
	};
	const char *codes = second[p[0] - '0'];

	return codes && strchr(codes, p[1]);
}

/* 0, or 0 and the carrier's code, before the area code. */
static size_t
trunk_size(const char *p, size_t n)
{
	if (*p != '0')
		return 0;
	if (n == 1 + AREA + FIXED || n == 1 + AREA + MOBILE)
		return 1;
	if (n == 3 + AREA + FIXED || n == 3 + AREA + MOBILE)
		return 3;
	return 0;
}

static bool
is_fixed_line(const char *local)
{
	return *local >= '2' && *local <= '5';
}

/* A number with area code, without that of the country. */
static bool
read_national(struct phone *out, const char *p, size_t n)
{
	size_t skip = trunk_size(p, n);
	bool lacks_nine;

	p += skip;
	n -= skip;
	if ((n != AREA + FIXED && n != AREA + MOBILE) || !is_area(p))
		return false;
	if (n == AREA + MOBILE && p[AREA] != '9')
		return false;
	lacks_nine = n == AREA + FIXED && !is_fixed_line(p + AREA);
	(void)snprintf(out->digits, sizeof(out->digits), COUNTRY "%.2s%s%.*s",
		       p, lacks_nine ? "9" : "", (int)(n - AREA), p + AREA);
	out->has_area = true;
	return true;
}

static bool
read_with_country(struct phone *out, const char *p, size_t n)
{
	return n > AREA && !strncmp(p, COUNTRY, strlen(COUNTRY)) &&
	       read_national(out, p + strlen(COUNTRY), n - strlen(COUNTRY));
}

/* A number without area code. */
static bool
read_local(struct phone *out, const char *p, size_t n)
{
	bool is_mobile = n == MOBILE && *p == '9';
	bool is_eight = n == FIXED && *p >= '2';

	if (!is_mobile && !is_eight)
		return false;
	(void)snprintf(out->digits, sizeof(out->digits), "%s%.*s",
		       is_eight && !is_fixed_line(p) ? "9" : "", (int)n, p);
	out->has_area = false;
	return true;
}

static bool
read_foreign(struct phone *out, const char *p, size_t n)
{
	if (n < MIN_DIGITS || n >= PHONE_SIZE)
		return false;
	(void)snprintf(out->digits, sizeof(out->digits), "%.*s", (int)n, p);
	out->has_area = true;
	return true;
}

size_t
phone_read(struct phone out[PHONE_MAX_READINGS], const char *text, size_t n)
{
	struct written w;
	const char *p;
	size_t found = 0;

	if (!take_digits(&w, text, n))
		return 0;
	p = w.digits;
	n = w.n;
	if (w.has_plus || !strncmp(p, "00", 2)) {
		p += w.has_plus ? 0 : 2;
		n -= w.has_plus ? 0 : 2;
		return read_with_country(out, p, n) || read_foreign(out, p, n);
	}
	if (read_with_country(out, p, n))
		return 1;
	if (read_national(out, p, n) || read_local(out, p, n))
		found++;
	if (found && !strcmp(out->digits, p))
		return found;
	return found + read_foreign(out + found, p, n);
}

const char *
phone_local(const char *digits, bool has_area)
{
	size_t n = strlen(digits);

	if (!has_area)
		return digits;
	if (strncmp(digits, COUNTRY, strlen(COUNTRY)) != 0 ||
	    (n != 4 + FIXED && n != 4 + MOBILE))
		return NULL;
	return digits + strlen(COUNTRY) + AREA;
}
