#include "json/scan.h"

#include <string.h>

#include "json/chars.h"

enum json_kind
json_kind(struct json_slice v)
{
	while (v.n && json_is_space(v.p[0])) {
		v.p++;
		v.n--;
	}
	if (!v.n)
		return JSON_NONE;
	switch (v.p[0]) {
	case '{': return JSON_OBJECT;
	case '[': return JSON_ARRAY;
	case '"': return JSON_STRING;
	case 't': case 'f': return JSON_BOOL;
	case 'n': return JSON_NULL;
	case '-': return JSON_NUMBER;
	default: break;
	}
	return v.p[0] >= '0' && v.p[0] <= '9' ? JSON_NUMBER : JSON_NONE;
}

/*
 * Behind the array or object at p.  Brackets are only counted: that they
 * match is what a check or an outline has found before.
 */
static const char *
container_end(const char *p, const char *end)
{
	size_t depth = 0;

	while (p && p < end) {
		switch (*p++) {
		case '"':
			p = json_string_end(p, end);
			break;
		case '[': case '{':
			depth++;
			break;
		case ']': case '}':
			if (!--depth)
				return p;
			break;
		default:
			break;
		}
	}
	return NULL;
}

static bool
ends_scalar(char c)
{
	switch (c) {
	case ',': case ':': case '"':
	case '[': case ']': case '{': case '}':
		return true;
	default:
		return json_is_space(c);
	}
}

/* Behind the value at p, or NULL when there is none or it has no end. */
static const char *
value_end(const char *p, const char *end)
{
	const char *at = p;

	if (p == end)
		return NULL;
	if (*p == '"')
		return json_string_end(p + 1, end);
	if (*p == '[' || *p == '{')
		return container_end(p, end);
	while (p < end && !ends_scalar(*p))
		p++;
	return p > at ? p : NULL;
}

static void
skip_space(struct json_walk *w)
{
	while (w->p < w->end && json_is_space(*w->p))
		w->p++;
}

/* Nothing more will come: the end, or bytes that nobody has checked. */
static int
finish(struct json_walk *w)
{
	w->p = w->end;
	return 0;
}

/* Go to where the next item begins: 1, or 0 when there is none. */
static int
go_to_next(struct json_walk *w)
{
	skip_space(w);
	if (!w->is_first) {
		if (w->p == w->end || *w->p != ',')
			return finish(w);
		w->p++;
		skip_space(w);
	}
	w->is_first = false;
	return 1;
}

/* The value at w->p, which moves behind it: 1, or 0 when there is none. */
static int
take_value(struct json_walk *w, struct json_slice *value)
{
	const char *behind = value_end(w->p, w->end);

	if (!behind)
		return finish(w);
	*value = (struct json_slice){ w->p, (size_t)(behind - w->p) };
	w->p = behind;
	return 1;
}

void
json_walk_init(struct json_walk *w, struct json_slice v)
{
	enum json_kind kind = json_kind(v);

	*w = (struct json_walk){ .is_first = true };
	if (kind != JSON_OBJECT && kind != JSON_ARRAY)
		return;
	w->p = v.p;
	w->end = v.p + v.n;
	skip_space(w);
	w->p++;
}

int
json_next_item(struct json_walk *w, struct json_slice *item)
{
	return go_to_next(w) && take_value(w, item);
}

int
json_next_member(struct json_walk *w, struct json_slice *key,
		 struct json_slice *value)
{
	if (!go_to_next(w))
		return 0;
	if (w->p == w->end || *w->p != '"' || !take_value(w, key))
		return finish(w);
	skip_space(w);
	if (w->p == w->end || *w->p != ':')
		return finish(w);
	w->p++;
	skip_space(w);
	return take_value(w, value);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Whether name begins with the n bytes at p; there is no NUL among them. */
static bool
begins_with(const char *name, const char *p, int n, bool is_nocase)
{
	if (n == 1 && is_nocase)
		return lower(*name) == lower(*p);
	return !strncmp(name, p, (size_t)n);
}

/* Whether key is in quotes and every byte between them stands for itself. */
static bool
is_plain_key(struct json_slice key)
{
	const char *last;

	if (key.n < 2 || key.p[0] != '"')
		return false;
	last = key.p + key.n - 1;
	return *last == '"' && json_plain_end(key.p + 1, last) == last;
}

static bool
key_is(struct json_slice key, const char *name, bool is_nocase)
{
	struct json_chars c;
	char one[JSON_CHAR_SIZE];
	int n;

	if (json_chars_init(&c, key))
		return false;
	for (;;) {
		n = json_chars_next(&c, one);
		if (n <= 0)
			return n == 0 && !*name;
		if (!begins_with(name, one, n, is_nocase))
			return false;
		name += n;
	}
}

bool
json_key_is(struct json_slice key, const char *name)
{
	size_t n = strlen(name);

	if (is_plain_key(key))
		return key.n == n + 2 && !memcmp(key.p + 1, name, n);
	return key_is(key, name, false);
}

bool
json_key_is_nocase(struct json_slice key, const char *name)
{
	return key_is(key, name, true);
}

static struct json_slice
member(struct json_slice object, const char *name, bool is_nocase)
{
	struct json_walk w;
	struct json_slice key, value;

	if (json_kind(object) != JSON_OBJECT)
		return (struct json_slice){ 0 };
	json_walk_init(&w, object);
	while (json_next_member(&w, &key, &value)) {
		if (key_is(key, name, is_nocase))
			return value;
	}
	return (struct json_slice){ 0 };
}

struct json_slice
json_member(struct json_slice object, const char *name)
{
	return member(object, name, false);
}

struct json_slice
json_member_nocase(struct json_slice object, const char *name)
{
	return member(object, name, true);
}
