/*
 * Reading JSON (RFC 8259) without losing a byte of it.
 *
 * A value is a slice of the text it came in: numbers keep their digits,
 * documents their exact bytes, and walking allocates nothing and is safe on any
 * bytes; the order is: check (or outline) the text once, then walk it.
 *
 * cJSON is not used for reading because it accepts what RFC 8259 forbids (bad
 * UTF-8, raw control characters, trailing text, `007`), cuts strings at
 * \u0000, turns every number into a double, and forgets the original bytes.
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* One value (or key), borrowed from the text; strings keep their quotes. */
struct json_slice {
	const char *p;
	size_t n;
};

enum json_kind {
	JSON_NONE,		/* no value at all, or nothing JSON knows */
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_BOOL,
	JSON_NULL,
};

struct json_limits {
	size_t max_depth;	/* arrays and objects in one another: at most
				 * 64, in an outline 1024 */
	size_t max_values;	/* values in the whole text */
};

/* For one document or a small answer, and for a page of them. */
extern const struct json_limits json_limits_document;	/* 32; 20,000 */
extern const struct json_limits json_limits_page;	/* 32; 2,000,000 */

/*
 * json_check(text, limits, err):
 * Whether text is one value and nothing else but white space, strictly: the
 * grammar, UTF-8, no raw control characters, no \u0000, no lone surrogate, no
 * member name twice in one object, within limits.  A byte order mark is
 * refused.  Return 0, ARK_EFORMAT with err naming what and at which byte,
 * counted from 0, or ARK_ENOMEM: names beyond the 64th need memory.
 */
int json_check(struct json_slice text, const struct json_limits *limits,
	       struct ark_error *err);

/*
 * json_outline(text, limits, err):
 * The same for the structure alone: what stands inside strings is not looked
 * at and names may repeat, so that one bad document does not hide its
 * neighbours.  Check each document on its own afterwards.
 */
int json_outline(struct json_slice text, const struct json_limits *limits,
		 struct ark_error *err);

/* json_kind(v): What v is, by its first byte after white space. */
enum json_kind json_kind(struct json_slice v);

/* A walk over the items of one array or the members of one object. */
struct json_walk {
	const char *p, *end;
	bool is_first;
};

/* json_walk_init(w, v): Start at the array or object v; all else is empty. */
void json_walk_init(struct json_walk *w, struct json_slice v);

/* Next item, or member, without white space around it.  1, or 0 at the end. */
int json_next_item(struct json_walk *w, struct json_slice *item);
int json_next_member(struct json_walk *w, struct json_slice *key,
		     struct json_slice *value);

/* json_key_is(key, name): Whether the string key decodes to name. */
bool json_key_is(struct json_slice key, const char *name);
bool json_key_is_nocase(struct json_slice key, const char *name); /* ASCII */

/*
 * json_member(object, name) / _nocase:
 * The first member called name, or a slice with p NULL.
 */
struct json_slice json_member(struct json_slice object, const char *name);
struct json_slice json_member_nocase(struct json_slice object,
				     const char *name);

/*
 * json_text(v, out):
 * Add the text of v to out: a string decoded, a number or boolean as written;
 * nothing for null, an object or an array.  Return 1 when there was text, 0
 * when v has none, ARK_EFORMAT for a string that breaks the rules of
 * json_check, or out's sticky failure.
 */
int json_text(struct json_slice v, struct buf *out);

/*
 * json_int(v, min, max, out):
 * An integer, written as a number without fraction or exponent or as a string
 * of digits.  Return 0, or ARK_EFORMAT when v is none or outside [min, max].
 */
int json_int(struct json_slice v, int64_t min, int64_t max, int64_t *out);

#endif
