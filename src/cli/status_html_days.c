/*
 * The days of the page: a table a month, a row a day, what is open behind it.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/status_html.h"
#include "model/time.h"

static const char *const columns[] = {
	"Day", "State", "Total of the platform", "Listed", "Archived",
	"No link", "Excluded", "Deferred", "Failed", "Gone", "Quarantined",
	"Purged", "Unreadable", "Vanished", "Bytes", "First call", "Last call",
	"Published",
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))
#define N_TEXTS 2	/* the first of them; the others are numbers */

static void
begin_month(struct status_html *p, int32_t month)
{
	struct html *h = &p->html;
	char date[DAY_SIZE];

	day_format(date, month);
	date[strlen(date) - strlen("-01")] = 0;
	html_markup(h, "<h3 id=\"m%s\">%s</h3>\n"
		    "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
		    "aria-label=\"Days of %s\">\n<table class=\"days\">\n"
		    "<thead><tr>", date, date, date);
	for (size_t i = 0; i < N_COLUMNS; i++)
		html_markup(h, "<th scope=\"col\"%s>%s</th>",
			    i < N_TEXTS ? " class=\"text\"" : "", columns[i]);
	html_markup(h, "</tr></thead>\n<tbody>\n");
	p->month = month;
}

/* The row behind a day, where its flaw and its items stand. */
static void
begin_note(struct status_html *p)
{
	if (!p->has_note)
		html_markup(&p->html, "<tr><td class=\"note\" colspan=\"%zu\">"
			    "<div>", N_COLUMNS);
	p->has_note = true;
}

static void
end_note(struct status_html *p)
{
	struct html *h = &p->html;

	if (p->has_list)
		html_markup(h, "</ul>");
	if (p->items > p->items_shown)
		html_markup(h, "<p>and %" PRId64 " more; --items shows all"
			    "</p>", p->items - p->items_shown);
	if (p->has_note)
		html_markup(h, "</div></td></tr>\n");
	p->has_note = p->has_list = false;
	p->items = 0;
}

static void
end_month(struct status_html *p)
{
	end_note(p);
	if (p->month != ARK_NO_DAY)
		html_markup(&p->html, "</tbody>\n</table>\n</div>\n");
	p->month = ARK_NO_DAY;
}

/* Have the table of the month of day open, and nothing open in it. */
static void
turn_to(struct status_html *p, int32_t day)
{
	int32_t month = calendar_month_first(day);

	end_note(p);
	if (month == p->month)
		return;
	end_month(p);
	begin_month(p, month);
}

static void
write_number(struct html *h, int64_t n)
{
	html_markup(h, "<td>%" PRId64 "</td>", n);
}

/* Of what makes a day open, whatever there is of it. */
static void
write_open(struct html *h, int64_t n)
{
	html_markup(h, "<td%s>%" PRId64 "</td>",
		    n ? " class=\"incomplete\"" : "", n);
}

static void
write_count(struct html *h, enum ark_state state, int64_t n)
{
	if (state == ARK_DEFERRED || state == ARK_FAILED ||
	    state == ARK_GONE || state == ARK_QUARANTINED)
		write_open(h, n);
	else
		write_number(h, n);
}

/* The time of the day alone, for the row has the date. */
static void
write_time(struct html *h, int64_t civil_s)
{
	char text[MOMENT_SIZE];

	moment_format(text, civil_s);
	html_markup(h, "<td>%s</td>", civil_s >= 0 ?
		    text + strlen("2024-12-30 ") : "");
}

static void
write_row(struct html *h, const struct ark_day *d)
{
	static const char *const weekdays[] = {
		"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
	};
	char date[DAY_SIZE];

	day_format(date, d->day);
	html_markup(h, "<tr id=\"d%s\"><th scope=\"row\">%s %s</th>", date, date,
		    weekdays[calendar_weekday(d->day)]);
	html_markup(h, "<td class=\"text %s\">%s</td>",
		    status_html_class(day_cell(d)), day_word(d));
	if (d->total >= 0)
		write_number(h, d->total);
	else
		html_markup(h, "<td></td>");
	write_number(h, d->listed);
	for (int i = ARK_ARCHIVED; i < ARK_N_STATES; i++)
		write_count(h, (enum ark_state)i, d->counts[i]);
	write_open(h, d->oddities);
	write_number(h, d->vanished);
	write_number(h, d->bytes);
	write_time(h, d->first_s);
	write_time(h, d->last_s);
	html_markup(h, "<td>%s</td></tr>\n", d->is_published ? "yes" : "no");
}

static void
write_flaw(struct status_html *p, const char *text)
{
	if (!*text)
		return;
	begin_note(p);
	html_markup(&p->html, "<p>");
	html_text(&p->html, text);
	html_markup(&p->html, "</p>");
}

/* Why the day is not listed completely. */
static void
write_flaws(struct status_html *p, const struct ark_day *d)
{
	struct buf reports = BUF_INIT(1024);

	write_flaw(p, d->flaw);
	day_missing(d, &reports);
	write_flaw(p, buf_text(&reports));
	if (reports.rc && !p->html.rc)
		p->html.rc = reports.rc;
	buf_release(&reports);
}

int
status_html_day(struct status_html *p, const struct ark_day *d)
{
	turn_to(p, d->day);
	p->day = d->day;
	write_row(&p->html, d);
	if (day_cell(d) != CELL_SO_FAR)
		write_flaws(p, d);
	return p->html.rc;
}

int
status_html_item(struct status_html *p, const char *id, int32_t day,
		 enum ark_state state, const char *reason, int attempts)
{
	struct html *h = &p->html;
	char date[DAY_SIZE];

	if (p->month == ARK_NO_DAY)
		turn_to(p, day);
	begin_note(p);
	if (++p->items > p->items_shown)
		return h->rc;
	html_markup(h, "%s<li>", p->has_list ? "" : "<ul>");
	p->has_list = true;
	day_format(date, day);
	if (day != p->day)
		html_markup(h, "%s: ", date);
	html_markup(h, "%s, <code>", ark_state_name(state));
	html_text(h, id);
	html_markup(h, "</code>, %d tries: ", attempts);
	html_text(h, reason);
	html_markup(h, "</li>");
	return h->rc;
}

int
status_html_end(struct status_html *p)
{
	end_month(p);
	html_markup(&p->html, "</section>\n</main>\n<footer><p>End of the page."
		    "</p></footer>\n");
	html_end(&p->html);
	return p->html.rc;
}
