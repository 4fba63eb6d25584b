#include "omni/token.h"

#include <string.h>

static const char *const names[] = { "token", "access_token", "accessToken" };

static int
find_in(struct json_slice object, struct buf *out)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct json_slice v = json_member(object, names[i]);

		if (json_kind(v) != JSON_STRING)
			continue;
		buf_clear(out);
		if (json_text(v, out) == 1 && out->len)
			return 1;
	}
	return 0;
}

int
token_find(struct json_slice answer, struct buf *out)
{
	struct json_slice key, value;
	struct json_walk w;

	if (find_in(answer, out))
		return 1;
	json_walk_init(&w, answer);
	if (json_kind(answer) != JSON_OBJECT)
		return 0;
	while (json_next_member(&w, &key, &value)) {
		if (json_kind(value) == JSON_OBJECT && find_in(value, out))
			return 1;
	}
	return 0;
}

static int
base64url_value(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Decode n characters of base64url without padding (RFC 4648, 5). */
static int
decode(const char *text, size_t n, struct buf *out)
{
	uint32_t bits = 0;
	int have = 0;

	for (size_t i = 0; i < n; i++) {
		int value = base64url_value(text[i]);

		if (value < 0)
			return ARK_EFORMAT;
		bits = (bits << 6 | (uint32_t)value) & 0xffffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_addc(out, (char)(bits >> have & 0xff));
		}
	}
	return out->rc;
}

int64_t
token_expiry(const char *token)
{
	const char *claims = strchr(token, '.');
	const char *end = claims ? strchr(claims + 1, '.') : NULL;
	struct buf text = BUF_INIT(16384);
	struct json_slice json;
	int64_t expiry = -1;

	if (!end)
		return -1;
	claims++;
	if (!decode(claims, (size_t)(end - claims), &text)) {
		json = (struct json_slice){ buf_text(&text), text.len };
		if (json_check(json, &json_limits_document, NULL) ||
		    json_int(json_member(json, "exp"), 1, INT64_C(1) << 40,
			     &expiry))
			expiry = -1;
	}
	buf_release(&text);
	return expiry;
}
