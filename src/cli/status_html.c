#include "cli/status_html.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/time.h"

#define DAYS_OF_MONTH 31

static const struct {
	const char *class, *meaning;
} cells[N_CELLS] = {
	[CELL_COMPLETE] = { "complete", "all that was listed is archived or "
			    "accounted for by rule" },
	[CELL_EMPTY] = { "empty", "listed completely, and there were no "
			 "calls" },
	[CELL_INCOMPLETE] = { "incomplete", "something is open, or the listing "
			      "did not add up" },
	[CELL_SO_FAR] = { "so-far", "today, with nothing open" },
	[CELL_NOT_ASKED] = { "not-asked", "the platform was never asked for "
			     "this day" },
};

static const char *const months[] = {
	"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December",
};

void
status_html_init(struct status_html *p, FILE *out)
{
	*p = (struct status_html){ .month = ARK_NO_DAY, .day = ARK_NO_DAY };
	html_init(&p->html, out);
}

void
status_html_release(struct status_html *p)
{
	html_release(&p->html);
}

const char *
status_html_class(enum cell cell)
{
	return cells[cell].class;
}

/* ---- the head */

static void
fact(struct html *h, const char *name, const char *value)
{
	html_markup(h, "<dt>%s</dt><dd>", name);
	html_text(h, value);
	html_markup(h, "</dd>\n");
}

/* "2024-12-30 to 2024-12-31", the days that the page is about. */
static void
format_span(char *out, size_t size, const struct calendar *c)
{
	char first[DAY_SIZE], last[DAY_SIZE];

	day_format(first, c->first);
	day_format(last, c->last);
	(void)snprintf(out, size, "%s to %s",
		       c->first <= c->last ? first : "no day",
		       c->first <= c->last ? last : "no day");
}

static void
begin_page(struct html *h, const struct ark_archive_facts *f, const char *span,
	   const char *made)
{
	struct buf title = BUF_INIT(2 * HTML_TEXT_MAX);

	buf_addf(&title, "%.*s: call recordings of %s, as of %s",
		 (int)HTML_TEXT_MAX, f->organization, span, made);
	if (title.rc)
		h->rc = title.rc;
	html_begin(h, buf_text(&title));
	buf_release(&title);
	html_markup(h, "<header>\n<h1>");
	html_text(h, f->organization);
	html_markup(h, ": archive of call recordings</h1>\n");
}

static void
write_verdict(struct html *h, const struct calendar *c,
	      const struct status_totals *t)
{
	int64_t counts[N_CELLS];

	calendar_count(c, counts);
	html_markup(h, "<p class=\"verdict\">%s</p>\n", !t->days ?
		    "No day was asked yet." : t->is_open ? "NOT complete." :
		    "Every day that was asked is complete.");
	html_markup(h, "<p>Days incomplete: %" PRId64 ". Days not asked: %"
		    PRId64 ".</p>\n", counts[CELL_INCOMPLETE],
		    counts[CELL_NOT_ASKED]);
}

static void
write_facts(struct html *h, const struct ark_archive_facts *f,
	    const struct status_totals *t, const char *span, const char *made)
{
	char last[CLOCK_UTC_SIZE] = "never", bytes[24], held[80];

	if (f->last_run_s >= 0)
		clock_utc(last, f->last_run_s);
	text_bytes(bytes, t->bytes);
	(void)snprintf(held, sizeof(held), "%" PRId64 " recordings, %" PRId64
		       " bytes (%s)", t->archived, t->bytes, bytes);
	html_markup(h, "<dl>\n");
	fact(h, "Organisation", f->organization);
	fact(h, "Days", span);
	fact(h, "Archived", held);
	fact(h, "Time zone of all days and calls", f->time_zone);
	fact(h, "Folder of the archive", f->root);
	fact(h, "Last run began (UTC)", last);
	fact(h, "This page was made (UTC)", made);
	fact(h, "Made by", "callark " CALLARK_VERSION);
	html_markup(h, "</dl>\n");
}

/* ---- the calendar */

static void
write_cell(struct html *h, const struct calendar *c, int32_t day)
{
	enum cell cell = calendar_cell(c, day);
	char date[DAY_SIZE];

	day_format(date, day);
	html_markup(h, "<td class=\"%s\">", cells[cell].class);
	if (cell == CELL_INCOMPLETE)
		html_markup(h, "<a href=\"#d%s\">", date);
	html_markup(h, "<span aria-hidden=\"true\">%c</span>"
		    "<span class=\"word\">%s</span>%s</td>", cell_sign(cell),
		    cell_name(cell), cell == CELL_INCOMPLETE ? "</a>" : "");
}

static void
write_month(struct html *h, const struct calendar *c,
	    const struct calendar_part *part)
{
	int32_t first = calendar_month_first(part->first);
	int year, month, day;

	day_date(first, &year, &month, &day);
	html_markup(h, "<tr><th scope=\"row\">");
	if (part->is_known)
		html_markup(h, "<a href=\"#m%04d-%02d\">%s</a></th>", year,
			    month, months[month - 1]);
	else
		html_markup(h, "%s</th>", months[month - 1]);
	for (day = 0; day < DAYS_OF_MONTH; day++) {
		if (first + day < part->first || first + day > part->last)
			html_markup(h, "<td class=\"off\"></td>");
		else
			write_cell(h, c, first + day);
	}
	html_markup(h, "</tr>\n");
}

static void
write_gap(struct html *h, const struct calendar_part *gap)
{
	char first[DAY_SIZE], last[DAY_SIZE];

	day_format(first, gap->first);
	day_format(last, gap->last);
	html_markup(h, "<tr><th scope=\"row\">Months</th><td class=\"%s\" "
		    "colspan=\"%d\">%s to %s: %" PRId64 " days not asked</td>"
		    "</tr>\n", cells[CELL_NOT_ASKED].class, DAYS_OF_MONTH,
		    first, last, gap->last - gap->first + INT64_C(1));
}

static void
begin_year(struct html *h, int year)
{
	html_markup(h, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
		    "aria-label=\"Calendar of %d\">\n<table class=\"cells\">\n"
		    "<caption>%d</caption>\n<thead><tr>"
		    "<th scope=\"col\">Month</th>", year, year);
	for (int day = 1; day <= DAYS_OF_MONTH; day++)
		html_markup(h, "<th scope=\"col\">%d</th>", day);
	html_markup(h, "</tr></thead>\n<tbody>\n");
}

static void
end_year(struct html *h)
{
	html_markup(h, "</tbody>\n</table>\n</div>\n");
}

static void
write_legend(struct html *h, const struct calendar *c)
{
	int64_t counts[N_CELLS];

	calendar_count(c, counts);
	html_markup(h, "<table>\n<caption>What the signs mean</caption>\n"
		    "<thead><tr><th scope=\"col\">Sign</th>"
		    "<th scope=\"col\" class=\"text\">State</th>"
		    "<th scope=\"col\">Days</th>"
		    "<th scope=\"col\" class=\"text\">Meaning</th>"
		    "</tr></thead>\n<tbody>\n");
	for (int i = 0; i < N_CELLS; i++)
		html_markup(h, "<tr><td class=\"sign %s\">%c</td>"
			    "<th scope=\"row\">%s</th><td>%" PRId64 "</td>"
			    "<td class=\"note\">%s</td></tr>\n", cells[i].class,
			    cell_sign((enum cell)i), cell_name((enum cell)i),
			    counts[i], cells[i].meaning);
	html_markup(h, "</tbody>\n</table>\n");
}

static void
write_calendar(struct html *h, const struct calendar *c)
{
	struct calendar_part part = calendar_before(c);
	int open_year = INT32_MIN;

	html_markup(h, "<section aria-labelledby=\"calendar\">\n"
		    "<h2 id=\"calendar\">Calendar</h2>\n");
	write_legend(h, c);
	while (calendar_next(c, &part)) {
		int year, month, day;

		day_date(part.first, &year, &month, &day);
		if (year != open_year && open_year != INT32_MIN)
			end_year(h);
		if (year != open_year)
			begin_year(h, year);
		open_year = year;
		if (part.is_month)
			write_month(h, c, &part);
		else
			write_gap(h, &part);
	}
	if (open_year != INT32_MIN)
		end_year(h);
	html_markup(h, "</section>\n");
}

int
status_html_begin(struct status_html *p, const struct ark_archive_facts *f,
		  const struct calendar *c, const struct status_totals *t)
{
	struct html *h = &p->html;
	char made[CLOCK_UTC_SIZE], span[2 * DAY_SIZE + 8];

	clock_utc(made, clock_wall_s());
	format_span(span, sizeof(span), c);
	begin_page(h, f, span, made);
	write_verdict(h, c, t);
	write_facts(h, f, t, span, made);
	html_markup(h, "</header>\n<main>\n");
	write_calendar(h, c);
	html_markup(h, "<section aria-labelledby=\"days\">\n"
		    "<h2 id=\"days\">Days</h2>\n");
	return h->rc;
}
