/*
 * What a server sends in place of a recording: pages, messages, plain text.
 */
#include <string.h>
#include <strings.h>

#include "audio/format.h"
#include "base/text.h"

static bool
is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == ':' || c >= 0x80;
}

/* Where the content begins: behind a byte order mark and white space. */
static size_t
skip_blank(const uint8_t *head, size_t n)
{
	size_t at = 0;

	if (n >= 3 && !memcmp(head, "\xEF\xBB\xBF", 3))
		at = 3;
	while (at < n && is_space(head[at]))
		at++;
	return at;
}

/* Behind white space and comments; n when the last comment is not closed. */
static size_t
skip_comments(const uint8_t *head, size_t n)
{
	size_t at = skip_blank(head, n);
	const uint8_t *end;

	while (n - at >= 4 && !memcmp(head + at, "<!--", 4)) {
		end = memmem(head + at + 4, n - at - 4, "-->", 3);
		if (!end)
			return n;
		at = (size_t)(end - head) + 3;
		while (at < n && is_space(head[at]))
			at++;
	}
	return at;
}

/* Whether the n bytes begin with the tag, and the tag ends there. */
static bool
begins_with_tag(const uint8_t *p, size_t n, const char *tag)
{
	size_t len = strlen(tag);

	if (n < len || strncasecmp((const char *)p, tag, len))
		return false;
	return n == len || is_space(p[len]) || p[len] == '>' || p[len] == '/';
}

bool
html_sniff(const uint8_t *head, size_t n)
{
	static const char *const tags[] = {
		"<!doctype html", "<html", "<head", "<body", "<script",
		"<title", "<meta", "<link", "<style", "<div", "<span", "<p",
		"<br", "<h1", "<h2", "<center", "<table", "<font", "<form",
		"<iframe", "<img", "<pre",
	};
	size_t at = skip_comments(head, n);

	/* Nothing but a comment: pages begin so, XML would begin <?xml. */
	if (at == n)
		return skip_blank(head, n) < n;
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
		if (begins_with_tag(head + at, n - at, tags[i]))
			return true;
	}
	return false;
}

bool
xml_sniff(const uint8_t *head, size_t n)
{
	size_t at = skip_comments(head, n);

	if (n - at < 2 || head[at] != '<' || !text_sniff(head, n))
		return false;
	if (is_name(head[at + 1]))
		return true;
	return begins_with_tag(head + at, n - at, "<?xml") ||
	       begins_with_tag(head + at, n - at, "<!doctype");
}

/* Whether n bytes are one quoted string without an end in between. */
static bool
is_string(const uint8_t *p, size_t n)
{
	if (n < 2 || p[0] != '"')
		return false;
	for (size_t i = 1; i < n; i++) {
		if (p[i] == '"')
			return i == n - 1;
		if (p[i] == '\\')
			i++;
	}
	return false;
}

bool
json_sniff(const uint8_t *head, size_t n)
{
	static const char *const words[] = { "null", "true", "false" };
	size_t at = skip_blank(head, n);

	if (at == n || !text_sniff(head, n))
		return false;
	if (head[at] == '{' || head[at] == '[')
		return true;
	/* A scalar counts when it is all there is. */
	while (is_space(head[n - 1]))
		n--;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (n - at == strlen(words[i]) &&
		    !memcmp(head + at, words[i], n - at))
			return true;
	}
	return is_string(head + at, n - at);
}

/* Well-formed UTF-8, but for a last character that the head's end has cut. */
static bool
is_utf8(const uint8_t *head, size_t n)
{
	size_t cut = n == AUDIO_HEAD_SIZE ? 3 : 0;

	for (size_t i = 0; i <= cut; i++) {
		if (text_is_utf8(head, n - i))
			return true;
	}
	return false;
}

bool
text_sniff(const uint8_t *head, size_t n)
{
	size_t n_high = 0;
	bool has_c1 = false;

	for (size_t i = 0; i < n; i++) {
		uint8_t c = head[i];

		if ((c < ' ' && !is_space(c) && c != 0x1B) || c == 0x7F)
			return false;
		if (c >= 0x80)
			n_high++;
		if (c >= 0x80 && c < 0xA0)
			has_c1 = true;
	}
	if (is_utf8(head, n))
		return n > 0;
	/* Latin-1.  Bare A-law has as many high bytes as low ones. */
	return !has_c1 && n_high <= n / 3;
}
