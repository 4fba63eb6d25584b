/*
 * What stands between the quotes of a JSON string, and the white space around
 * values.  The rules of strings are written here once: checking, comparing and
 * decoding all use them.  Private to the room.
 */
#ifndef JSON_CHARS_H
#define JSON_CHARS_H

#include <stdbool.h>

#include "json/scan.h"

#define JSON_CHAR_SIZE 4	/* bytes of the longest character */

/* A walk over the characters of one string. */
struct json_chars {
	const char *p, *end;
	const char *wrong;	/* after a failure: what stands at p */
};

static inline bool
json_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* json_trim(v): v without the white space around it. */
struct json_slice json_trim(struct json_slice v);

/* json_chars_init(c, v): 0, or ARK_EFORMAT when v is not in quotes. */
int json_chars_init(struct json_chars *c, struct json_slice v);

/*
 * json_chars_next(c, out):
 * Decode one character to UTF-8.  Return its length in bytes, 0 at the end, or
 * ARK_EFORMAT when what stands at c->p may not stand in a string: bad UTF-8, a
 * raw control character or quote, a bad escape, \u0000, half a surrogate pair.
 */
int json_chars_next(struct json_chars *c, char out[JSON_CHAR_SIZE]);

/*
 * json_chars_compare(a, b):
 * Bytewise order of the decoded texts, like strcmp().  What breaks the rules
 * ends its string.
 */
int json_chars_compare(struct json_chars a, struct json_chars b);

/*
 * json_plain_end(p, end):
 * The first byte in [p, end) that needs a closer look: not ASCII, a control
 * character, a quote or a backslash; end when there is none.
 */
const char *json_plain_end(const char *p, const char *end);

/*
 * json_string_end(p, end):
 * Behind the closing quote of the string whose first character would be at p,
 * or NULL when there is no closing quote.  Nothing else is looked at.
 */
const char *json_string_end(const char *p, const char *end);

#endif
