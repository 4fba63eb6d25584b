/*
 * Text made harmless for terminals, browsers, spreadsheets and JSON: what comes
 * out is read back and must be what went in, or visibly less.
 */
#include "base/utf8.h"
#include "fuzz.h"
#include "json/scan.h"
#include "json/tree.h"

#define TEXT_MAX ((size_t)1 << 20)

static bool
is_harmless(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
		return false;
	return c != 0x61c && c != 0x200e && c != 0x200f &&
	       !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069);
}

static void
must_be_harmless(const struct buf *b)
{
	const uint8_t *p = b->data;

	for (size_t left = b->len, len; left; left -= len, p += len) {
		uint32_t c = 0;

		len = utf8_next(p, left, &c);
		MUST(len && is_harmless(c));
	}
}

static void
try_printable(const uint8_t *bytes, size_t n)
{
	struct buf once = BUF_INIT(TEXT_MAX), twice = BUF_INIT(TEXT_MAX);

	text_printable(&once, (const char *)bytes, n);
	MUST(!once.rc && once.len >= n);
	must_be_harmless(&once);
	text_printable(&twice, buf_text(&once), once.len);
	MUST(!strcmp(buf_text(&once), buf_text(&twice)));
	buf_release(&once);
	buf_release(&twice);
}

/* The character that a browser reads at *p, which moves behind it. */
static char
take_reference(const char **p)
{
	static const char *const names[] = {
		"lt;<", "gt;>", "amp;&", "quot;\"", "#39;'",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strcspn(names[i], ";") + 1;

		if (!strncmp(*p + 1, names[i], n)) {
			*p += 1 + n;
			return names[i][n];
		}
	}
	MUST(false && "a bare &");
	return 0;
}

/* A browser shows what a terminal would, and takes none of it for markup. */
static void
try_html(const uint8_t *bytes, size_t n)
{
	struct buf html = BUF_INIT(TEXT_MAX), shown = BUF_INIT(TEXT_MAX);
	struct buf read = BUF_INIT(TEXT_MAX);

	text_html(&html, (const char *)bytes, n);
	text_printable(&shown, (const char *)bytes, n);
	MUST(!html.rc && !shown.rc);
	must_be_harmless(&html);
	for (const char *p = buf_text(&html); *p;) {
		MUST(!strchr("<>\"'", *p));
		buf_addc(&read, *p == '&' ? take_reference(&p) : *p++);
	}
	MUST(!read.rc && !strcmp(buf_text(&read), buf_text(&shown)));
	buf_release(&html);
	buf_release(&shown);
	buf_release(&read);
}

/* One character of a quoted or bare cell; move *p behind it. */
static char
take_quoted(const char **p, bool is_quoted, char separator)
{
	char c = *(*p)++;

	if (is_quoted && c == '"') {
		MUST(**p == '"');
		++*p;
	} else if (!is_quoted) {
		MUST(c != separator && !strchr("\"\r\n", c));
	}
	return c;
}

/* Read the one cell that line is, as RFC 4180 has it. */
static char *
read_cell(const char *line, char separator)
{
	size_t len = strlen(line);
	const char *p = line, *end = line + len;
	bool is_quoted = *p == '"';
	char *cell = malloc(len + 1), *at = cell;

	MUST(cell);
	if (is_quoted) {
		MUST(len >= 2 && end[-1] == '"');
		p++;
		end--;
	}
	while (p < end)
		*at++ = take_quoted(&p, is_quoted, separator);
	MUST(p == end);
	*at = 0;
	return cell;
}

static void
try_cell(const char *text, char separator)
{
	struct buf line = BUF_INIT(TEXT_MAX);
	const char *first;
	char *cell;

	text_csv_cell(&line, text, separator);
	MUST(!line.rc);
	cell = read_cell(buf_text(&line), separator);
	MUST(!strcmp(cell + (strcmp(cell, text) && *cell == '\''), text));
	first = cell + strspn(cell, " ");
	MUST(!*first || !strchr("=+-@\t\r", *first));
	free(cell);
	buf_release(&line);
}

/* Nothing of user information, query or fragment is left. */
static void
try_redacted(const char *url)
{
	struct buf out = BUF_INIT(TEXT_MAX);
	const char *host, *mark, *scheme = strstr(url, "://");

	text_redact_url(&out, url);
	MUST(!out.rc && out.len);
	must_be_harmless(&out);
	if (!strcmp(buf_text(&out), "(no URL)"))
		goto out;
	MUST(scheme && !strncmp(buf_text(&out), url,
				(size_t)(scheme - url) + 3));
	host = strstr(buf_text(&out), "://") + 3;
	MUST(*host && !memchr(host, '@', strcspn(host, "/?#")));
	mark = host + strcspn(host, "?#");
	MUST(!*mark || !strcmp(mark, "?..."));
	MUST(!*mark == !url[strcspn(url, "?#")]);
out:
	buf_release(&out);
}

static void
try_json(const char *text)
{
	struct json_tree *t = json_tree_new();
	struct buf line = BUF_INIT(TEXT_MAX), back = BUF_INIT(TEXT_MAX);
	struct ark_error err = { 0 };
	struct json_slice out;

	json_put_text(t, "it", text);
	MUST(!json_print(t, false, &line, &err));
	json_tree_free(t);
	out = (struct json_slice){ buf_text(&line), line.len };
	MUST(!strpbrk(out.p, "\r\n"));
	MUST(!json_check(out, &json_limits_document, &err));
	MUST(json_text(json_member(out, "it"), &back) == 1);
	MUST(!strcmp(buf_text(&back), text));
	buf_release(&line);
	buf_release(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct input in = { bytes, n };
	char *text = input_rest(&in);

	try_printable(bytes, n);
	try_html(bytes, n);
	try_redacted(text);
	try_cell(text, ',');
	try_cell(text, ';');
	try_cell(text, '\t');
	if (text_is_utf8(text, strlen(text)))
		try_json(text);
	free(text);
	return 0;
}
