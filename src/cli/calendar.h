/*
 * The days of an archive as a calendar: what each is in a word, a cell a day,
 * a line a month.
 *
 * calendar_put() every day that something is known of, in order, then
 * calendar_cover() the stretch that is meant; what lies in it and was not put
 * was not asked.  End with calendar_release().
 */
#ifndef CLI_CALENDAR_H
#define CLI_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "callark/archive.h"
#include "callark/route.h"

/* ---- a day ------------------------------------------------------------ */

enum cell {
	CELL_COMPLETE,
	CELL_EMPTY,		/* asked, and there were no calls */
	CELL_INCOMPLETE,	/* something is open, or its listing is */
	CELL_SO_FAR,		/* today, with nothing open */
	CELL_NOT_ASKED,
	N_CELLS
};

const char *cell_name(enum cell cell);	/* "not asked" */
char cell_sign(enum cell cell);		/* one character, without colour */

/*
 * day_word(d): The state of a day as callark(1) has it: the name of its cell, or
 * "open" for an incomplete one whose listings are complete.
 */
const char *day_word(const struct ark_day *d);
enum cell day_cell(const struct ark_day *d);

/*
 * day_reports(d, between, out):
 * Add the names of the reports that were asked for and are not listed
 * completely; nothing when there are none.
 */
void day_reports(const struct ark_day *d, const char *between,
		 struct buf *out);

/*
 * day_missing(d, out):
 * Add the reports that were asked for and are not listed completely, as a line
 * for people; nothing when there are none.
 */
void day_missing(const struct ark_day *d, struct buf *out);

/* ---- many ------------------------------------------------------------- */

struct calendar_day {
	int32_t day;
	enum cell cell;
};

struct calendar {
	struct calendar_day *days;	/* in order */
	size_t n, cap;
	int32_t first, last;		/* both in it; first > last: empty */
};

#define CALENDAR_EMPTY { .first = 1 }

void calendar_release(struct calendar *c);

/*
 * calendar_put(c, day, cell):
 * Add a day behind all others.  One before the year 0 or after 9999, which only
 * a damaged catalogue has, is left out.  Return 0 or ARK_ENOMEM.
 */
int calendar_put(struct calendar *c, int32_t day, enum cell cell);

/*
 * calendar_cover(c, from, to):
 * The days from one to the other, both inclusive, belong to it, whether put or
 * not; from ARK_NO_DAY: from the first that was put.
 */
void calendar_cover(struct calendar *c, int32_t from, int32_t to);

enum cell calendar_cell(const struct calendar *c, int32_t day);
void calendar_count(const struct calendar *c, int64_t counts[N_CELLS]);

/* A part of one month, or several months in a row that were not asked at all. */
struct calendar_part {
	int32_t first, last;
	bool is_month;
	bool is_known;			/* some day of it was put */
};

/*
 * calendar_next(c, part):
 * Move part to the one behind it, from calendar_before(c) on.  Return whether
 * there is one.
 */
bool calendar_next(const struct calendar *c, struct calendar_part *part);
struct calendar_part calendar_before(const struct calendar *c);

/* The first day of the month of day; the weekday, from Monday, 0, to Sunday. */
int32_t calendar_month_first(int32_t day);
int calendar_weekday(int32_t day);

/*
 * calendar_print(c, has_color, out):
 * A line for each month, in weeks from Monday to Sunday, behind it the days of
 * the month that are incomplete or were not asked; then what the signs mean and
 * how many days are of each.  At most 80 columns; nothing when c is empty.
 */
void calendar_print(const struct calendar *c, bool has_color, FILE *out);

#endif
