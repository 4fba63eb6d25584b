#include <string.h>

#include "base/error.h"
#include "http/header_internal.h"

#define YEAR_S ((int64_t)365 * 86400)

char
span_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

struct span
span_trim(struct span s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) {
		s.p++;
		s.n--;
	}
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

struct span
span_cut(struct span *s, char c)
{
	const char *at = s->n ? memchr(s->p, c, s->n) : NULL;
	struct span head = *s;

	if (!at) {
		*s = (struct span){ s->p + s->n, 0 };
		return head;
	}
	head.n = (size_t)(at - s->p);
	s->p += head.n + 1;
	s->n -= head.n + 1;
	return head;
}

bool
span_is(struct span s, const char *text)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!text[i] || span_lower(s.p[i]) != span_lower(text[i]))
			return false;
	}
	return !text[s.n];
}

int
span_to_int(struct span s, int64_t *out)
{
	int64_t value = 0;

	if (!s.n)
		return ARK_EFORMAT;
	for (size_t i = 0; i < s.n; i++) {
		int digit = s.p[i] - '0';

		if (digit < 0 || digit > 9 || value > (INT64_MAX - digit) / 10)
			return ARK_EFORMAT;
		value = value * 10 + digit;
	}
	*out = value;
	return 0;
}

int64_t
header_retry_after(const char *text, size_t n, int64_t wall_s)
{
	struct span s = span_trim((struct span){ text, n });
	int64_t seconds;

	if (span_to_int(s, &seconds)) {
		bool is_digits = s.n;

		/* More digits than fit is still a number, and a large one. */
		for (size_t i = 0; i < s.n; i++)
			is_digits = is_digits && s.p[i] >= '0' && s.p[i] <= '9';
		if (is_digits)
			return YEAR_S * 1000;
		if (header_date(s, wall_s, &seconds))
			return -1;
		seconds -= wall_s;
	}
	if (seconds < 0)
		seconds = 0;
	return (seconds > YEAR_S ? YEAR_S : seconds) * 1000;
}

int
header_content_range(const char *text, size_t n, int64_t *first, int64_t *last,
		     int64_t *total)
{
	struct span s = span_trim((struct span){ text, n });
	struct span unit = span_cut(&s, ' ');
	struct span range, from;
	int64_t a = -1, b = -1, all = -1;

	s = span_trim(s);
	range = span_cut(&s, '/');
	if (!span_is(unit, "bytes"))
		return ARK_EFORMAT;
	if (!span_is(s, "*") && span_to_int(s, &all))
		return ARK_EFORMAT;
	if (span_is(range, "*")) {
		if (all < 0)
			return ARK_EFORMAT;
	} else {
		from = span_cut(&range, '-');
		if (span_to_int(from, &a) || span_to_int(range, &b) || b < a ||
		    (all >= 0 && all <= b))
			return ARK_EFORMAT;
	}
	*first = a;
	*last = b;
	*total = all;
	return 0;
}

bool
header_etag_is_strong(const char *etag)
{
	size_t n = strlen(etag);

	if (n < 2 || n >= HTTP_ETAG_SIZE || etag[0] != '"' ||
	    etag[n - 1] != '"')
		return false;
	for (size_t i = 1; i < n - 1; i++) {
		unsigned char c = (unsigned char)etag[i];

		if (c <= 0x20 || c == '"' || c == 0x7f)
			return false;
	}
	return true;
}
