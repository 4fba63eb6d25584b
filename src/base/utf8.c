#include "base/utf8.h"

#include <stdbool.h>

#include "base/text.h"

/* The length that a first byte announces; 0 for one that cannot be first. */
static size_t
announced(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

size_t
utf8_next(const uint8_t *p, size_t n, uint32_t *c)
{
	static const uint8_t payload[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = n ? announced(p[0]) : 0;
	uint32_t value;

	if (!len || len > n)
		return 0;
	value = p[0] & payload[len];
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (p[i] & 0x3f);
	}
	if (value < least[len] || value > 0x10ffff)
		return 0;
	if (value >= 0xd800 && value <= 0xdfff)
		return 0;
	*c = value;
	return len;
}

bool
text_is_utf8(const void *p, size_t n)
{
	const uint8_t *bytes = p;
	uint32_t c;

	while (n) {
		size_t len = utf8_next(bytes, n, &c);

		if (!len)
			return false;
		bytes += len;
		n -= len;
	}
	return true;
}
