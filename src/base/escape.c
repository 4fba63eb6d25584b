#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

/* Characters that would break a line, or turn it around. */
static bool
is_harmful(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
		return true;
	if (c == 0x061c || c == 0x200e || c == 0x200f)
		return true;
	return (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Add the character at p, or what stands for it; return how many bytes it takes. */
static size_t
add_harmless(struct buf *out, const uint8_t *p, size_t n)
{
	uint32_t c = *p;
	size_t len = utf8_next(p, n, &c);

	if (!len || (len == 1 && is_harmful(c)))
		buf_addf(out, "\\x%02X", (unsigned)*p);
	else if (is_harmful(c))
		buf_addf(out, "\\u{%04X}", (unsigned)c);
	else
		buf_add(out, p, len);
	return len ? len : 1;
}

void
text_printable(struct buf *out, const char *text, size_t n)
{
	const uint8_t *p = (const uint8_t *)text;

	while (n) {
		size_t len = add_harmless(out, p, n);

		p += len;
		n -= len;
	}
}

/* What stands for a character that would mean something to HTML, or NULL. */
static const char *
html_entity(uint8_t c)
{
	switch (c) {
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '&': return "&amp;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

void
text_html(struct buf *out, const char *text, size_t n)
{
	const uint8_t *p = (const uint8_t *)text;

	while (n) {
		const char *entity = html_entity(*p);
		size_t len = 1;

		if (entity)
			buf_adds(out, entity);
		else
			len = add_harmless(out, p, n);
		p += len;
		n -= len;
	}
}

/* The length of the scheme of url, 0 when it has none before "://". */
static size_t
scheme_length(const char *url)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len;

	if (!strspn(url, letters))
		return 0;
	len = strspn(url, letters);
	while (url[len] && (strchr("0123456789+-.", url[len]) ||
			    strchr(letters, url[len])))
		len++;
	return strncmp(url + len, "://", 3) ? 0 : len;
}

void
text_redact_url(struct buf *out, const char *url)
{
	size_t scheme = scheme_length(url);
	const char *host, *host_end, *end;

	if (!scheme)
		goto no_url;
	host = url + scheme + 3;
	host_end = host + strcspn(host, "/?#");
	for (const char *p = host; p < host_end; p++) {
		if (*p == '@')
			host = p + 1;
	}
	if (host == host_end)
		goto no_url;
	end = host_end + strcspn(host_end, "?#");
	text_printable(out, url, scheme + 3);
	text_printable(out, host, (size_t)(end - host));
	if (*end)
		buf_adds(out, "?...");
	return;
no_url:
	buf_adds(out, "(no URL)");
}

/* Behind the spaces, also those that break no line. */
static const char *
skip_spaces(const char *text)
{
	static const char no_break[] = "\xC2\xA0";

	for (;;) {
		if (*text == ' ')
			text++;
		else if (!strncmp(text, no_break, strlen(no_break)))
			text += strlen(no_break);
		else
			return text;
	}
}

/* Whether a spreadsheet would calculate this cell. */
static bool
is_formula(const char *text)
{
	if (*skip_spaces(text) == '\r')
		return true;
	for (;;) {
		text = skip_spaces(text);
		if (*text && strchr("=+-@\t", *text))
			return true;
		text += strcspn(text, "\r\n");
		if (!*text)
			return false;
		text++;
	}
}

void
text_csv_cell(struct buf *out, const char *text, char separator)
{
	const char special[] = { separator, '"', '\r', '\n', 0 };
	bool is_quoted = text[strcspn(text, special)];

	if (is_quoted)
		buf_addc(out, '"');
	if (is_formula(text))
		buf_addc(out, '\'');
	for (;;) {
		size_t n = strcspn(text, "\"");

		buf_add(out, text, n);
		text += n;
		if (!*text)
			break;
		buf_adds(out, "\"\"");
		text++;
	}
	if (is_quoted)
		buf_addc(out, '"');
}
