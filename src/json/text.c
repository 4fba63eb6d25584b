#include "base/text.h"

#include "json/chars.h"

static int
check_string(struct json_chars c)
{
	char ignored[JSON_CHAR_SIZE];
	int n;

	do {
		c.p = json_plain_end(c.p, c.end);
		n = json_chars_next(&c, ignored);
	} while (n > 0);
	return n;
}

/* Add a whole string or, when something in it is wrong, nothing. */
static int
add_string(struct json_slice v, struct buf *out)
{
	struct json_chars c;
	char one[JSON_CHAR_SIZE];
	int n;

	if (json_chars_init(&c, v))
		return ARK_EFORMAT;
	if (json_plain_end(c.p, c.end) == c.end)
		return buf_add(out, c.p, (size_t)(c.end - c.p)) ? out->rc : 1;
	if (check_string(c))
		return ARK_EFORMAT;
	do {
		const char *plain_end = json_plain_end(c.p, c.end);

		(void)buf_add(out, c.p, (size_t)(plain_end - c.p));
		c.p = plain_end;
		n = json_chars_next(&c, one);
		if (n > 0)
			(void)buf_add(out, one, (size_t)n);
	} while (n > 0);
	return out->rc ? out->rc : 1;
}

int
json_text(struct json_slice v, struct buf *out)
{
	switch (json_kind(v)) {
	case JSON_STRING:
		return add_string(v, out);
	case JSON_NUMBER:
	case JSON_BOOL:
		v = json_trim(v);
		return buf_add(out, v.p, v.n) ? out->rc : 1;
	default:
		return 0;
	}
}

/* Copy a short text without anything but ASCII in it. */
static int
copy_ascii(char *out, size_t size, struct json_chars c)
{
	char one[JSON_CHAR_SIZE];
	size_t len = 0;
	int n;

	for (;;) {
		n = json_chars_next(&c, one);
		if (n <= 0)
			break;
		if (n > 1 || len + 1 == size)
			return ARK_EFORMAT;
		out[len++] = one[0];
	}
	out[len] = 0;
	return n;
}

int
json_int(struct json_slice v, int64_t min, int64_t max, int64_t *out)
{
	char digits[sizeof("-9223372036854775808")];
	struct json_chars c;

	switch (json_kind(v)) {
	case JSON_STRING:
		if (json_chars_init(&c, v))
			return ARK_EFORMAT;
		break;
	case JSON_NUMBER:
		v = json_trim(v);
		c = (struct json_chars){ .p = v.p, .end = v.p + v.n };
		break;
	default:
		return ARK_EFORMAT;
	}
	if (copy_ascii(digits, sizeof(digits), c))
		return ARK_EFORMAT;
	return text_to_int(digits, min, max, out);
}
