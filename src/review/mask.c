#include "review/mask.h"

#include <string.h>

#include "base/utf8.h"

#define MALFORMED 0xFFFD
#define BULLET "\xe2\x80\xa2"
#define LONG_NUMBER 8	/* digits, from which some may stay */

static bool
is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

/* Letters: all that is neither a sign nor a space of ASCII nor a digit. */
static bool
is_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c > 0xa0;
}

/* One character; what is malformed is one that is hidden. */
static size_t
next(const char *p, size_t n, uint32_t *c)
{
	size_t len = utf8_next((const uint8_t *)p, n, c);

	if (len)
		return len;
	*c = MALFORMED;
	return 1;
}

static void
count(const char *text, size_t *letters, size_t *digits)
{
	size_t n = strlen(text);
	uint32_t c;

	*letters = 0;
	*digits = 0;
	for (size_t i = 0; i < n; i += next(text + i, n - i, &c)) {
		(void)next(text + i, n - i, &c);
		*letters += is_letter(c);
		*digits += is_digit(c);
	}
}

/* Hide letters and digits but the last `kept` of all of them. */
static void
keep_last(struct buf *out, const char *text, size_t all, size_t kept)
{
	size_t n = strlen(text), len, seen = 0;
	uint32_t c;

	for (size_t i = 0; i < n; i += len) {
		len = next(text + i, n - i, &c);
		seen += is_letter(c) || is_digit(c);
		if (c == MALFORMED ||
		    ((is_letter(c) || is_digit(c)) && seen + kept <= all))
			(void)buf_adds(out, BULLET);
		else
			(void)buf_add(out, text + i, len);
	}
}

/* Hide letters and digits but the first of each word. */
static void
keep_first(struct buf *out, const char *text)
{
	size_t n = strlen(text), len;
	bool is_inside = false;
	uint32_t c;

	for (size_t i = 0; i < n; i += len) {
		len = next(text + i, n - i, &c);
		if (!is_letter(c) && !is_digit(c)) {
			(void)buf_add(out, text + i, len);
			is_inside = false;
		} else if (is_inside || is_digit(c) || c == MALFORMED) {
			(void)buf_adds(out, BULLET);
			is_inside = true;
		} else {
			(void)buf_add(out, text + i, len);
			is_inside = true;
		}
	}
}

void
mask_client(struct buf *out, const char *text)
{
	size_t letters, digits;

	count(text, &letters, &digits);
	if (letters)
		keep_first(out, text);
	else
		keep_last(out, text, digits, digits >= LONG_NUMBER ? 4 : 0);
}

void
mask_document(struct buf *out, const char *text)
{
	size_t letters, digits;

	count(text, &letters, &digits);
	keep_last(out, text, letters + digits,
		  letters + digits >= LONG_NUMBER ? 2 : 0);
}
