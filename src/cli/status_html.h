/*
 * `callark status --format html`: what an archive holds, as one page.
 *
 * status_html_begin() with the calendar, then each day with its items behind it,
 * as they come; then status_html_end().  Nothing is kept of them, so memory does
 * not grow with their number.  End with status_html_release() in any case.
 */
#ifndef CLI_STATUS_HTML_H
#define CLI_STATUS_HTML_H

#include "cli/calendar.h"
#include "cli/html.h"

struct status_totals {
	int64_t days, archived, bytes;
	bool is_open;			/* some day is not as it should be */
};

struct status_html {
	struct html html;
	int64_t items_shown;		/* at most, of each day; set it first */
	/* the rest is its own */
	int32_t month;			/* its table is open; ARK_NO_DAY: none */
	int32_t day;			/* the last one told */
	int64_t items;			/* of that day */
	bool has_note, has_list;	/* are open behind it */
};

void status_html_init(struct status_html *p, FILE *out);
void status_html_release(struct status_html *p);

/*
 * Each returns 0 or ARK_ENOMEM; what was written by then is no whole page.
 * Whether `out` took it, the caller asks of `out`.
 */
int status_html_begin(struct status_html *p, const struct ark_archive_facts *f,
		      const struct calendar *c, const struct status_totals *t);
int status_html_day(struct status_html *p, const struct ark_day *d);
int status_html_item(struct status_html *p, const char *id, int32_t day,
		     enum ark_state state, const char *reason, int attempts);
int status_html_end(struct status_html *p);

/* status_html_class(cell): What the style sheet calls it; for this page's files. */
const char *status_html_class(enum cell cell);

#endif
