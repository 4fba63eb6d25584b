#include "cli/html.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

#define GROWTH 6	/* of a byte that becomes the longest reference */

void
html_init(struct html *h, FILE *out)
{
	*h = (struct html){ .out = out };
	buf_init(&h->text, GROWTH * HTML_TEXT_MAX + sizeof("..."));
}

void
html_release(struct html *h)
{
	buf_release(&h->text);
}

void
html_markup(struct html *h, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vfprintf(h->out, fmt, args);
	va_end(args);
}

void
html_text(struct html *h, const char *text)
{
	size_t n = strnlen(text, HTML_TEXT_MAX);

	buf_clear(&h->text);
	text_html(&h->text, text, n);
	if (text[n])
		buf_adds(&h->text, "...");
	if (h->text.rc)
		h->rc = h->text.rc;
	else
		fputs(buf_text(&h->text), h->out);
}

void
html_begin(struct html *h, const char *title)
{
	fprintf(h->out,
		"<!DOCTYPE html>\n"
		"<html lang=\"en\">\n<head>\n"
		"<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\""
		"default-src 'none'; style-src '%s'; base-uri 'none'; "
		"form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, "
		"initial-scale=1\">\n"
		"<title>", html_style_digest);
	html_text(h, title);
	fprintf(h->out, "</title>\n<style>%s</style>\n</head>\n<body>\n",
		html_style);
}

void
html_end(struct html *h)
{
	fputs("</body>\n</html>\n", h->out);
}
