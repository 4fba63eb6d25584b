#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

/* Take one character; a malformed byte is a character of its own. */
static uint32_t
take(const uint8_t **p, const uint8_t *end)
{
	uint32_t c;
	size_t len = utf8_next(*p, (size_t)(end - *p), &c);

	if (!len) {
		c = 0x110000u + **p;
		len = 1;
	}
	*p += len;
	return c;
}

/*
 * The small letter of a capital, for ASCII, Latin-1 and Latin Extended-A
 * (Unicode's simple case folding).  The dotted capital I folds to the plain i,
 * so that a Turkish name is found from any keyboard.
 */
static uint32_t
fold(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 32;
	if (c < 0xc0 || c > 0x17f)
		return c;
	if (c <= 0xde)
		return c == 0xd7 ? c : c + 32;
	if (c < 0x100 || c == 0x131 || c == 0x138 || c == 0x149)
		return c;
	if (c == 0x130)
		return 'i';
	if (c == 0x178)
		return 0xff;
	if (c == 0x17f)
		return 's';
	/* Pairs; in two stretches the capital is the odd one. */
	if ((c >= 0x139 && c <= 0x148) || c >= 0x179)
		return c + (c & 1);
	return c | 1;
}

/*
 * When a match breaks, only the last star needs to take one character more:
 * what the stars before it took is as good as anything longer.
 */
bool
text_glob(const char *pattern, const char *text)
{
	const uint8_t *p = (const uint8_t *)pattern;
	const uint8_t *t = (const uint8_t *)text;
	const uint8_t *p_end = p + strlen(pattern);
	const uint8_t *t_end = t + strlen(text);
	const uint8_t *after_star = NULL, *star_end = NULL;

	while (t < t_end) {
		const uint8_t *p_next = p, *t_next = t;

		if (p < p_end && *p == '*') {
			after_star = ++p;
			star_end = t;
			continue;
		}
		if (p < p_end) {
			uint32_t want = take(&p_next, p_end);
			uint32_t have = take(&t_next, t_end);

			if (want == '?' || fold(want) == fold(have)) {
				p = p_next;
				t = t_next;
				continue;
			}
		}
		if (!after_star)
			return false;
		(void)take(&star_end, t_end);
		p = after_star;
		t = star_end;
	}
	while (p < p_end && *p == '*')
		p++;
	return p == p_end;
}
