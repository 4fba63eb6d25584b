#include "cli/calendar.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "model/time.h"

/* ---- a day */

static const struct {
	const char *name;
	char sign;
} cells[N_CELLS] = {
	[CELL_COMPLETE] = { "complete", '#' },
	[CELL_EMPTY] = { "empty", '.' },
	[CELL_INCOMPLETE] = { "incomplete", '!' },
	[CELL_SO_FAR] = { "so far", '~' },
	[CELL_NOT_ASKED] = { "not asked", '?' },
};

const char *
cell_name(enum cell cell)
{
	return cells[cell].name;
}

char
cell_sign(enum cell cell)
{
	return cells[cell].sign;
}

enum cell
day_cell(const struct ark_day *d)
{
	if (!d->was_asked)
		return CELL_NOT_ASKED;
	if (ark_day_is_open(d))
		return CELL_INCOMPLETE;
	if (!ark_day_is_listed(d))
		return d->is_current ? CELL_SO_FAR : CELL_INCOMPLETE;
	return d->listed ? CELL_COMPLETE : CELL_EMPTY;
}

const char *
day_word(const struct ark_day *d)
{
	enum cell cell = day_cell(d);

	if (cell == CELL_INCOMPLETE && ark_day_is_listed(d))
		return "open";
	return cell_name(cell);
}

void
day_reports(const struct ark_day *d, const char *between, struct buf *out)
{
	const char *before = "";

	for (int i = 0; i < ARK_N_ROUTES; i++) {
		if (!(d->reports_incomplete >> i & 1))
			continue;
		buf_addf(out, "%s%s", before, ark_route_name((enum ark_route)i));
		before = between;
	}
}

void
day_missing(const struct ark_day *d, struct buf *out)
{
	if (!d->reports_incomplete)
		return;
	buf_adds(out, "not listed completely: ");
	day_reports(d, ", ", out);
}

/* ---- many */

#define YEAR_0 INT32_C(-719528)
#define YEAR_9999_END INT32_C(2932896)

void
calendar_release(struct calendar *c)
{
	free(c->days);
	*c = (struct calendar)CALENDAR_EMPTY;
}

static bool
has_date(int32_t day)
{
	return day >= YEAR_0 && day <= YEAR_9999_END;
}

int
calendar_put(struct calendar *c, int32_t day, enum cell cell)
{
	struct calendar_day *days;

	if (!has_date(day))
		return 0;
	assert(!c->n || day > c->days[c->n - 1].day);
	days = array_room(c->days, c->n, &c->cap, sizeof(*days));
	if (!days)
		return ARK_ENOMEM;
	c->days = days;
	days[c->n++] = (struct calendar_day){ day, cell };
	if (c->n == 1)
		c->first = day;
	c->last = day;
	return 0;
}

void
calendar_cover(struct calendar *c, int32_t from, int32_t to)
{
	if (from == ARK_NO_DAY && c->n)
		from = c->first;
	if (!has_date(from) || !has_date(to) || from > to)
		return;
	if (!c->n || from < c->first)
		c->first = from;
	if (!c->n || to > c->last)
		c->last = to;
}

/* The place of the first day that was put and is not before day. */
static size_t
find_day(const struct calendar *c, int32_t day)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->days[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum cell
calendar_cell(const struct calendar *c, int32_t day)
{
	size_t i = find_day(c, day);

	return i < c->n && c->days[i].day == day ? c->days[i].cell :
						   CELL_NOT_ASKED;
}

void
calendar_count(const struct calendar *c, int64_t counts[N_CELLS])
{
	memset(counts, 0, N_CELLS * sizeof(*counts));
	for (size_t i = 0; i < c->n; i++)
		counts[c->days[i].cell]++;
	if (c->first <= c->last)
		counts[CELL_NOT_ASKED] += c->last - c->first + INT64_C(1) -
					  (int64_t)c->n;
}

int32_t
calendar_month_first(int32_t day)
{
	int year, month, day_of_month;

	day_date(day, &year, &month, &day_of_month);
	return day - day_of_month + 1;
}

/* The day 0 was a Thursday. */
int
calendar_weekday(int32_t day)
{
	int from_thursday = day % 7;

	return ((from_thursday < 0 ? from_thursday + 7 : from_thursday) + 3) % 7;
}

/* 31 days behind the first of a month lies a day of the next one. */
static int32_t
month_last(int32_t day)
{
	return calendar_month_first(calendar_month_first(day) + 31) - 1;
}

struct calendar_part
calendar_before(const struct calendar *c)
{
	return (struct calendar_part){ .last = c->first - 1 };
}

bool
calendar_next(const struct calendar *c, struct calendar_part *part)
{
	int32_t first = part->last + 1, month_end, last = c->last;
	size_t known;

	if (first > c->last)
		return false;
	month_end = month_last(first);
	known = find_day(c, first);
	if (known < c->n && c->days[known].day > month_end)
		last = calendar_month_first(c->days[known].day) - 1;
	else if (known < c->n && month_end < last)
		last = month_end;
	*part = (struct calendar_part){
		.first = first, .last = last, .is_month = last <= month_end,
		.is_known = known < c->n && c->days[known].day <= last,
	};
	return true;
}
