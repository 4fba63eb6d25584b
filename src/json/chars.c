#include "json/chars.h"

#include <string.h>

#include "base/text.h"

/* Eight bytes at a time: c in every byte of a word. */
#define EACH(c) (UINT64_C(0x0101010101010101) * (c))

/* A top bit is set if, and only if, some byte of w is zero (or is c). */
static inline uint64_t
zeros(uint64_t w)
{
	return (w - EACH(1)) & ~w & EACH(0x80);
}

static inline uint64_t
equals(uint64_t w, unsigned char c)
{
	return zeros(w ^ EACH(c));
}

static inline uint64_t
load(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* Whether every byte is printable ASCII, and no quote or backslash. */
static inline bool
is_plain_word(uint64_t w)
{
	uint64_t high = w & EACH(0x80);
	uint64_t control = (w - EACH(0x20)) & ~w & EACH(0x80);

	return !(high | control | equals(w, '"') | equals(w, '\\'));
}

static inline bool
is_plain(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 0x20 && u < 0x80 && c != '"' && c != '\\';
}

const char *
json_plain_end(const char *p, const char *end)
{
	while (end - p >= 8 && is_plain_word(load(p)))
		p += 8;
	while (p < end && is_plain(*p))
		p++;
	return p;
}

const char *
json_string_end(const char *p, const char *end)
{
	for (;;) {
		while (end - p >= 8) {
			uint64_t w = load(p);

			if (equals(w, '"') | equals(w, '\\'))
				break;
			p += 8;
		}
		while (p < end && *p != '"' && *p != '\\')
			p++;
		if (p < end && *p == '"')
			return p + 1;
		if (end - p < 2)
			return NULL;
		p += 2;
	}
}

struct json_slice
json_trim(struct json_slice v)
{
	while (v.n && json_is_space(v.p[0])) {
		v.p++;
		v.n--;
	}
	while (v.n && json_is_space(v.p[v.n - 1]))
		v.n--;
	return v;
}

int
json_chars_init(struct json_chars *c, struct json_slice v)
{
	v = json_trim(v);
	if (v.n < 2 || v.p[0] != '"' || v.p[v.n - 1] != '"')
		return ARK_EFORMAT;
	*c = (struct json_chars){ .p = v.p + 1, .end = v.p + v.n - 1 };
	return 0;
}

static int
refuse(struct json_chars *c, const char *what)
{
	c->wrong = what;
	return ARK_EFORMAT;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The UTF-16 unit of the \uXXXX at p, or -1 when there is none. */
static int32_t
unit_at(const char *p, const char *end)
{
	int32_t unit = 0;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
	}
	return unit;
}

static int
put_utf8(char out[JSON_CHAR_SIZE], int32_t c)
{
	static const int first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	int n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (int i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(first[n] | c);
	return n;
}

static int
next_unicode_escape(struct json_chars *c, char out[JSON_CHAR_SIZE])
{
	int32_t unit = unit_at(c->p, c->end);
	int32_t low;

	if (unit < 0)
		return refuse(c, "\\u without four hex digits");
	if (unit == 0)
		return refuse(c, "\\u0000 in a string");
	if (unit < 0xd800 || unit > 0xdfff) {
		c->p += 6;
		return put_utf8(out, unit);
	}
	low = unit < 0xdc00 ? unit_at(c->p + 6, c->end) : -1;
	if (low < 0xdc00 || low > 0xdfff)
		return refuse(c, "half a surrogate pair");
	c->p += 12;
	return put_utf8(out,
			0x10000 + (unit - 0xd800) * 0x400 + (low - 0xdc00));
}

static int
next_escape(struct json_chars *c, char out[JSON_CHAR_SIZE])
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (c->end - c->p < 2)
		return refuse(c, "unfinished escape");
	if (c->p[1] == 'u')
		return next_unicode_escape(c, out);
	at = memchr(letters, c->p[1], sizeof(letters) - 1);
	if (!at)
		return refuse(c, "unknown escape");
	out[0] = meant[at - letters];
	c->p += 2;
	return 1;
}

/* A character of several bytes, which the first of them announces. */
static int
next_wide(struct json_chars *c, char out[JSON_CHAR_SIZE])
{
	unsigned char first = (unsigned char)*c->p;
	int n = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	if (c->end - c->p < n || !text_is_utf8(c->p, (size_t)n))
		return refuse(c, "bad UTF-8");
	memcpy(out, c->p, (size_t)n);
	c->p += n;
	return n;
}

int
json_chars_next(struct json_chars *c, char out[JSON_CHAR_SIZE])
{
	if (c->p == c->end)
		return 0;
	if (is_plain(*c->p)) {
		out[0] = *c->p++;
		return 1;
	}
	if (*c->p == '\\')
		return next_escape(c, out);
	if (*c->p == '"')
		return refuse(c, "raw quote");
	if ((unsigned char)*c->p < 0x20)
		return refuse(c, "raw control character");
	return next_wide(c, out);
}

int
json_chars_compare(struct json_chars a, struct json_chars b)
{
	char of_a[JSON_CHAR_SIZE], of_b[JSON_CHAR_SIZE];

	for (;;) {
		int n = json_chars_next(&a, of_a);
		int m = json_chars_next(&b, of_b);
		int order;

		if (n <= 0 || m <= 0)
			return (n > 0) - (m > 0);
		/* The first byte tells the length, so the shorter decides. */
		order = memcmp(of_a, of_b, (size_t)(n < m ? n : m));
		if (order)
			return order;
	}
}
