#include "review/script.h"

#include "base/utf8.h"

static void
put_escape(struct buf *out, uint32_t c)
{
	if (c < 0x10000) {
		(void)buf_addf(out, "\\u%04x", (unsigned)c);
		return;
	}
	c -= 0x10000;
	(void)buf_addf(out, "\\u%04x\\u%04x", (unsigned)(0xD800 + (c >> 10)),
		       (unsigned)(0xDC00 + (c & 0x3FF)));
}

static bool
is_plain(uint32_t c)
{
	return c < 0x7f && c != '<' && c != '>' && c != '&';
}

void
script_json(struct buf *out, const char *json, size_t n)
{
	const uint8_t *p = (const uint8_t *)json, *end = p + n;

	while (p < end) {
		const uint8_t *start = p;
		uint32_t c;
		size_t len;

		while (p < end && is_plain(*p))
			p++;
		(void)buf_add(out, start, (size_t)(p - start));
		if (p == end)
			return;
		len = utf8_next(p, (size_t)(end - p), &c);
		put_escape(out, len ? c : 0xFFFD);
		p += len ? len : 1;
	}
}

void
script_base64(struct buf *out, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	if (buf_reserve(out, (n + 2) / 3 * 4))
		return;
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t three = (uint32_t)bytes[i] << 16 |
				 (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
				 (left > 2 ? bytes[i + 2] : 0);
		const char four[4] = {
			digits[three >> 18], digits[three >> 12 & 63],
			left > 1 ? digits[three >> 6 & 63] : '=',
			left > 2 ? digits[three & 63] : '=',
		};

		(void)buf_add(out, four, sizeof(four));
	}
}
