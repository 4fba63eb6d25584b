/*
 * Telephone numbers, brought to one form.  Private to the room.
 *
 * A Brazilian number with its area code becomes 55, the area code and the rest,
 * whether it was written with the country code, with 0 or 0 and the code of a
 * carrier in front, or with none.  A mobile number from before it got its ninth
 * digit (2012 to 2016) gets it: what follows the area code is eight digits and
 * begins with 2 to 5 only where it is a fixed line.  So a mobile number that
 * begins 9 2 to 9 5 cannot be told from a fixed line when its 9 is left out.
 */
#ifndef REPORT_PHONE_H
#define REPORT_PHONE_H

#include <stdbool.h>
#include <stddef.h>

#define PHONE_SIZE 16		/* 15 digits, as many as E.164 has, and NUL */
#define PHONE_MAX_READINGS 2

struct phone {
	char digits[PHONE_SIZE];	/* E.164 without its "+"; without area
					   code: eight or nine digits */
	bool has_area;
};

/*
 * phone_read(out, text, n):
 * What the n bytes of text, digits with spaces, dots, dashes and brackets among
 * them, may be as a telephone number.  Return how many readings, the likelier
 * first: none for other signs or lengths, one with "+" or "00" in front, else
 * as a Brazilian number if it can be one and as digits of whatever country.
 */
size_t phone_read(struct phone out[PHONE_MAX_READINGS], const char *text,
		  size_t n);

/*
 * phone_local(digits, has_area):
 * What of a number stays without area code; NULL when it is not Brazilian.
 */
const char *phone_local(const char *digits, bool has_area);

#endif
