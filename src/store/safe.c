#include "store/safe.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "digest/digest.h"

#define TAIL 9			/* "-" and 8 hex digits */

/* U+00C0 to U+017F without their accents. */
static const char latin[] =
	"AAAAAAACEEEEIIIIDNOOOOO-OUUUUYTs"
	"aaaaaaaceeeeiiiidnooooo-ouuuuyty"
	"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGg"
	"GgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL"
	"lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSs"
	"SsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

/* Not isalnum(): that follows the locale of the process. */
static bool
is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_alnum(char c)
{
	return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/*
 * Take the first character of *text and move behind it.  Return what stands
 * for it in a name, or 0 for a combining accent, which leaves nothing.
 */
static char
take_plain(const char **text)
{
	uint32_t c = 0;
	size_t n = utf8_next((const uint8_t *)*text, strnlen(*text, 4), &c);

	*text += n ? n : 1;
	if (!n)
		return '-';
	if (c >= 0xC0 && c < 0x180)
		return latin[c - 0xC0];
	if (c >= 0x300 && c < 0x370)
		return 0;
	if (c < 0x80 && (is_alnum((char)c) || strchr("._-", (int)c)))
		return (char)c;
	return '-';
}

bool
safe_is_device(const char *name)
{
	static const char *const devices[] = {
		"con", "prn", "aux", "nul", "com#", "lpt#",
	};
	size_t n = strcspn(name, ".");

	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		const char *d = devices[i];
		size_t k = 0;

		if (strlen(d) != n)
			continue;
		while (k < n && (lower(name[k]) == d[k] ||
				 (d[k] == '#' && name[k] >= '0' &&
				  name[k] <= '9')))
			k++;
		if (k == n)
			return true;
	}
	return false;
}

bool
safe_is_name(const char *name, size_t max)
{
	size_t n = strlen(name);

	if (n == 0 || n > max || !is_alnum(name[0]))
		return false;
	for (size_t i = 1; i < n; i++) {
		if (!is_alnum(name[i]) && !strchr("._-", name[i]))
			return false;
	}
	return true;
}

/* Whether the n bytes of id end as those ids do that got a hash. */
static bool
has_tail(const char *id, size_t n)
{
	if (n < TAIL || id[n - TAIL] != '-')
		return false;
	for (size_t i = n - TAIL + 1; i < n; i++) {
		if (!strchr("0123456789abcdef", id[i]))
			return false;
	}
	return true;
}

/* Whether id can stay as it is. */
static bool
is_harmless(const char *id)
{
	size_t n = strlen(id);

	for (size_t i = 0; i < n; i++) {
		if (!is_lower_or_digit(id[i]) && !strchr("._-", id[i]))
			return false;
	}
	return n && n <= SAFE_ID_MAX && is_lower_or_digit(id[0]) &&
	       !safe_is_device(id) && !has_tail(id, n);
}

/* What is left of id, at most max bytes; return how many. */
static size_t
plain(char *out, const char *id, size_t max)
{
	size_t n = 0;

	while (*id && n < max) {
		char c = take_plain(&id);

		if (c)
			out[n++] = c;
	}
	out[n] = 0;
	return n;
}

int
safe_id(char out[SAFE_ID_MAX + 1], const char *id, struct ark_error *err)
{
	const size_t max = SAFE_ID_MAX - TAIL;
	uint8_t sha256[DIGEST_SHA256_SIZE];
	size_t n;
	int rc;

	if (is_harmless(id)) {
		memcpy(out, id, strlen(id) + 1);
		return 0;
	}
	rc = digest_sha256(sha256, id, strlen(id), err);
	if (rc)
		return rc;
	n = plain(out, id, max);
	if (!is_alnum(out[0]) || safe_is_device(out)) {
		if (n == max)
			n--;
		memmove(out + 1, out, n);
		out[0] = 'x';
		n++;
	}
	out[n] = '-';
	digest_hex(out + n + 1, sha256, (TAIL - 1) / 2);
	return 0;
}

void
safe_word(char out[SAFE_WORD_MAX + 1], const char *text, size_t max)
{
	size_t n = 0;
	bool is_gap = false;

	while (*text) {
		char c = take_plain(&text);

		if (!is_alnum(c)) {
			/* An accent that is dropped does not part a word. */
			is_gap |= c != 0;
			continue;
		}
		if (n + (is_gap && n ? 2 : 1) > max)
			break;
		if (is_gap && n)
			out[n++] = '_';
		out[n++] = c;
		is_gap = false;
	}
	out[n] = 0;
	if (n == 0)
		memcpy(out, "none", sizeof("none"));
}
