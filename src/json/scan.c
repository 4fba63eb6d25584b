#include "json/scan.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "json/chars.h"
#include "json/names.h"

const struct json_limits json_limits_document = {
	.max_depth = 32,
	.max_values = 20000,
};

const struct json_limits json_limits_page = {
	.max_depth = 32,
	.max_values = 2000000,
};

/* What may come next. */
enum state {
	VALUE,
	VALUE_OR_END,	/* behind [ */
	NAME,
	NAME_OR_END,	/* behind { */
	COMMA_OR_END,
	DONE,
};

/* Deepest nesting there can be; a greater max_depth is cut to it. */
#define CHECK_DEPTH 64
#define OUTLINE_DEPTH 1024
static_assert(CHECK_DEPTH <= NAMES_DEPTH, "names must hold every depth");

/* One pass over one text; no recursion, a bit for each open container. */
struct scan {
	const char *p, *end;
	const char *start;
	enum state state;
	const struct json_limits *limits;
	size_t n_values;
	size_t depth;
	uint64_t objects[OUTLINE_DEPTH / 64];	/* 1: it is an object */
	struct names *names;	/* NULL when strings are not looked into */
	struct ark_error *err;
};

static int
refuse(const struct scan *s, const char *at, const char *what)
{
	return error_set(s->err, ARK_EFORMAT, "JSON: %s at byte %zu", what,
			 (size_t)(at - s->start));
}

static int
expected(const struct scan *s, const char *what)
{
	char found[16] = "the end";

	if (s->p < s->end && *s->p > ' ' && *s->p < 0x7f)
		(void)snprintf(found, sizeof(found), "'%c'", *s->p);
	else if (s->p < s->end)
		(void)snprintf(found, sizeof(found), "byte 0x%02x",
			       (unsigned char)*s->p);
	return error_set(s->err, ARK_EFORMAT,
			 "JSON: expected %s at byte %zu, found %s", what,
			 (size_t)(s->p - s->start), found);
}

static inline bool
is_at(const struct scan *s, char c)
{
	return s->p < s->end && *s->p == c;
}

static inline void
skip_space(struct scan *s)
{
	while (s->p < s->end && json_is_space(*s->p))
		s->p++;
}

/*
 * The string at p, which moves behind it.  Only a check looks inside; then
 * `name` tells what it found.
 */
static int
scan_string(struct scan *s, struct name *name)
{
	struct json_chars c = { .p = s->p + 1, .end = s->end };
	char ignored[JSON_CHAR_SIZE];

	*name = (struct name){ .p = c.p };
	if (!s->names) {
		const char *behind = json_string_end(c.p, s->end);

		if (!behind)
			return refuse(s, s->p, "string without an end");
		s->p = behind;
		return 0;
	}
	for (;;) {
		c.p = json_plain_end(c.p, c.end);
		if (c.p == c.end)
			return refuse(s, s->p, "string without an end");
		if (*c.p == '"')
			break;
		name->has_escape |= *c.p == '\\';
		if (json_chars_next(&c, ignored) < 0)
			return refuse(s, c.p, c.wrong);
	}
	name->end = c.p;
	s->p = c.p + 1;
	return 0;
}

static int
scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n))
		return expected(s, "a value");
	s->p += n;
	return 0;
}

static int
scan_digits(struct scan *s)
{
	if (s->p == s->end || *s->p < '0' || *s->p > '9')
		return expected(s, "a digit");
	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return 0;
}

static int
scan_number(struct scan *s)
{
	if (is_at(s, '-'))
		s->p++;
	if (is_at(s, '0'))
		s->p++;
	else if (scan_digits(s))
		return ARK_EFORMAT;
	if (is_at(s, '.')) {
		s->p++;
		if (scan_digits(s))
			return ARK_EFORMAT;
	}
	if (is_at(s, 'e') || is_at(s, 'E')) {
		s->p++;
		if (is_at(s, '+') || is_at(s, '-'))
			s->p++;
		if (scan_digits(s))
			return ARK_EFORMAT;
	}
	return 0;
}

/* Whether the innermost open container is an object. */
static inline bool
is_in_object(const struct scan *s)
{
	size_t at = s->depth - 1;

	return s->depth && s->objects[at / 64] >> at % 64 & 1;
}

static int
open_container(struct scan *s, bool is_object)
{
	size_t ceiling = s->names ? CHECK_DEPTH : OUTLINE_DEPTH;
	uint64_t bit = UINT64_C(1) << s->depth % 64;

	if (s->depth >= s->limits->max_depth || s->depth >= ceiling)
		return error_set(s->err, ARK_EFORMAT,
				 "JSON: nested deeper than %zu at byte %zu",
				 s->depth, (size_t)(s->p - s->start));
	if (is_object)
		s->objects[s->depth / 64] |= bit;
	else
		s->objects[s->depth / 64] &= ~bit;
	s->depth++;
	if (is_object && s->names)
		names_open(s->names);
	s->state = is_object ? NAME_OR_END : VALUE_OR_END;
	s->p++;
	return 0;
}

static void
end_value(struct scan *s)
{
	s->state = s->depth ? COMMA_OR_END : DONE;
}

static int
close_container(struct scan *s)
{
	struct name twice;

	if (is_in_object(s) && s->names && !names_close(s->names, &twice))
		return refuse(s, twice.p - 1, "repeated member name");
	s->depth--;
	s->p++;
	end_value(s);
	return 0;
}

static int
scan_scalar(struct scan *s)
{
	struct name ignored;

	switch (*s->p) {
	case '"': return scan_string(s, &ignored);
	case 't': return scan_word(s, "true");
	case 'f': return scan_word(s, "false");
	case 'n': return scan_word(s, "null");
	case '-': return scan_number(s);
	default: break;
	}
	if (*s->p < '0' || *s->p > '9')
		return expected(s, "a value");
	return scan_number(s);
}

static int
scan_value(struct scan *s)
{
	if (s->p == s->end)
		return expected(s, "a value");
	if (s->n_values++ >= s->limits->max_values)
		return error_set(s->err, ARK_EFORMAT,
				 "JSON: more than %zu values at byte %zu",
				 s->limits->max_values,
				 (size_t)(s->p - s->start));
	if (*s->p == '{' || *s->p == '[')
		return open_container(s, *s->p == '{');
	if (scan_scalar(s))
		return ARK_EFORMAT;
	end_value(s);
	return 0;
}

static int
scan_member_name(struct scan *s)
{
	const char *at = s->p;
	struct name name;
	int rc;

	if (!is_at(s, '"'))
		return expected(s, "a member name");
	rc = scan_string(s, &name);
	if (rc)
		return rc;
	rc = s->names ? names_add(s->names, name) : 1;
	if (rc < 0)
		return error_nomem(s->err);
	if (!rc)
		return refuse(s, at, "repeated member name");
	skip_space(s);
	if (!is_at(s, ':'))
		return expected(s, "a colon");
	s->p++;
	s->state = VALUE;
	return 0;
}

static int
scan_comma_or_end(struct scan *s)
{
	bool is_object = is_in_object(s);

	if (is_at(s, ',')) {
		s->p++;
		s->state = is_object ? NAME : VALUE;
		return 0;
	}
	if (is_at(s, is_object ? '}' : ']'))
		return close_container(s);
	return expected(s, is_object ? "a comma or '}'" : "a comma or ']'");
}

static int
scan_step(struct scan *s)
{
	switch (s->state) {
	case VALUE_OR_END:
		if (is_at(s, ']'))
			return close_container(s);
		return scan_value(s);
	case VALUE:
		return scan_value(s);
	case NAME_OR_END:
		if (is_at(s, '}'))
			return close_container(s);
		return scan_member_name(s);
	case NAME:
		return scan_member_name(s);
	case COMMA_OR_END:
		return scan_comma_or_end(s);
	case DONE:
		break;
	}
	return ARK_EBUG;
}

static int
scan_text(struct scan *s)
{
	if (s->end - s->p >= 3 && !memcmp(s->p, "\xef\xbb\xbf", 3))
		return refuse(s, s->p, "byte order mark");
	skip_space(s);
	while (s->state != DONE) {
		int rc = scan_step(s);

		if (rc)
			return rc;
		skip_space(s);
	}
	return s->p == s->end ? 0 : expected(s, "nothing behind the value");
}

static struct scan
scan_of(struct json_slice text, const struct json_limits *limits,
	struct ark_error *err)
{
	const char *p = text.n ? text.p : "";

	return (struct scan){
		.p = p,
		.end = p + text.n,
		.start = p,
		.state = VALUE,
		.limits = limits,
		.err = err,
	};
}

int
json_check(struct json_slice text, const struct json_limits *limits,
	   struct ark_error *err)
{
	struct scan s = scan_of(text, limits, err);
	struct names names;
	int rc;

	names_init(&names);
	s.names = &names;
	rc = scan_text(&s);
	names_release(&names);
	return rc;
}

int
json_outline(struct json_slice text, const struct json_limits *limits,
	     struct ark_error *err)
{
	struct scan s = scan_of(text, limits, err);

	return scan_text(&s);
}
