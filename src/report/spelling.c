#include "report/spelling.h"

#include "base/utf8.h"

struct span {
	uint32_t first, last;
	char as;		/* NUL: nothing at all */
};

/*
 * In the order of their numbers.  "," ends a number or an address, and joins
 * nothing: so signs that stand beside one do not hide it, as letters would.
 */
static const struct span spans[] = {
	{ 0x00, 0x20, ' ' },
	{ 0x7f, 0x9f, ' ' },
	{ 0xa0, 0xa0, ' ' },
	{ 0xa1, 0xa9, ',' },
	{ 0xab, 0xac, ',' },
	{ 0xad, 0xad, 0 },
	{ 0xae, 0xb1, ',' },
	{ 0xb4, 0xb4, '\'' },
	{ 0xb6, 0xb8, ',' },
	{ 0xbb, 0xbb, ',' },
	{ 0xbf, 0xbf, ',' },
	{ 0x2000, 0x200a, ' ' },
	{ 0x200b, 0x200f, 0 },
	{ 0x2010, 0x2015, '-' },
	{ 0x2016, 0x2017, ',' },
	{ 0x2018, 0x201b, '\'' },
	{ 0x201c, 0x201f, '"' },
	{ 0x2020, 0x2027, ',' },
	{ 0x2028, 0x2029, ' ' },
	{ 0x202a, 0x202e, 0 },
	{ 0x202f, 0x202f, ' ' },
	{ 0x2030, 0x205e, ',' },
	{ 0x205f, 0x205f, ' ' },
	{ 0x2060, 0x2069, 0 },
	{ 0x20a0, 0x20cf, ',' },	/* currencies */
	{ 0x20d0, 0x20ff, 0 },		/* around another sign */
	{ 0x2190, 0x2211, ',' },	/* arrows, mathematics, ... */
	{ 0x2212, 0x2212, '-' },
	{ 0x2213, 0x2bff, ',' },	/* ... and pictures */
	{ 0x3000, 0x3000, ' ' },
	{ 0xfe00, 0xfe0f, 0 },		/* how a picture is shown */
	{ 0xfe63, 0xfe63, '-' },
	{ 0xfeff, 0xfeff, 0 },
	{ 0xff0d, 0xff0d, '-' },
	{ 0x1f000, 0x1faff, ',' },	/* pictures */
};

static const struct span *
find_span(uint32_t c)
{
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		if (c <= spans[i].last)
			return c >= spans[i].first ? &spans[i] : NULL;
	}
	return NULL;
}

int
spelling_plain(struct buf *out, const char *text, size_t n)
{
	const uint8_t *p = (const uint8_t *)text, *end = p + n;

	while (p < end) {
		const struct span *span;
		uint32_t c = 0;
		size_t size = utf8_next(p, (size_t)(end - p), &c);

		span = size ? find_span(c) : NULL;
		if (!size)
			(void)buf_addc(out, '?');
		else if (!span)
			(void)buf_add(out, p, size);
		else if (span->as)
			(void)buf_addc(out, span->as);
		p += size ? size : 1;
	}
	return out->rc;
}
