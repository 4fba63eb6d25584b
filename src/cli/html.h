/*
 * A page of HTML that stands by itself: no script, nothing that is fetched, a
 * policy that forbids both, and one style sheet within.
 *
 * html_begin(), then markup by html_markup() and everything foreign by
 * html_text(), then html_end().  The first failure sticks in `rc`; a page that
 * was not ended says so by the lack of its last line.
 */
#ifndef CLI_HTML_H
#define CLI_HTML_H

#include <stdio.h>

#include "base/buf.h"

struct html {
	FILE *out;
	struct buf text;	/* of html_text(), between two calls */
	int rc;			/* 0 or ARK_ENOMEM */
};

#define HTML_TEXT_MAX ((size_t)1 << 20)	/* bytes of one text */

void html_init(struct html *h, FILE *out);
void html_release(struct html *h);

/* html_begin(h, title): Everything before the content of the body. */
void html_begin(struct html *h, const char *title);
void html_end(struct html *h);

/* html_markup(h, fmt, ...): As printf(); numbers and words of our own only. */
void html_markup(struct html *h, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * html_text(h, text):
 * Text of whomever, as text_html() has it; what is longer than HTML_TEXT_MAX
 * is cut there and ends with "...".
 */
void html_text(struct html *h, const char *text);

/*
 * The style sheet, and what the policy calls it: "sha256-" and the digest of
 * html_style in base64, for `openssl dgst -sha256 -binary | base64`.
 */
extern const char html_style[];
extern const char html_style_digest[];

#endif
