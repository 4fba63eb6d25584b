/*
 * A calendar as text that needs no colour to be read.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/calendar.h"
#include "model/time.h"

#define LABEL "%-9s"
#define WEEK_COLUMNS 8			/* and the rest behind it */
#define WEEKS_COLUMNS (5 * WEEK_COLUMNS + 2)
#define NOTE_COLUMNS 27

static const char *const colors[N_CELLS] = {
	[CELL_COMPLETE] = "\033[32m",
	[CELL_EMPTY] = "",
	[CELL_INCOMPLETE] = "\033[1;31m",
	[CELL_SO_FAR] = "\033[36m",
	[CELL_NOT_ASKED] = "\033[33m",
};

/* The signs of a month, each in the column of its day. */
static void
put_signs(char out[WEEKS_COLUMNS + 1], const struct calendar *c,
	  const struct calendar_part *month)
{
	int32_t first = calendar_month_first(month->first);
	int place = calendar_weekday(first), end = 0;

	memset(out, ' ', WEEKS_COLUMNS);
	for (int32_t day = first; day <= month->last; day++, place++) {
		if (day < month->first)
			continue;
		end = place / 7 * WEEK_COLUMNS + place % 7;
		out[end++] = cell_sign(calendar_cell(c, day));
	}
	out[end] = 0;
}

static void
print_signs(const char *signs, bool has_color, FILE *out)
{
	const char *color = "";

	for (const char *p = signs; *p; p++) {
		const char *wanted = "";

		for (int i = 0; has_color && i < N_CELLS; i++) {
			if (cell_sign((enum cell)i) == *p)
				wanted = colors[i];
		}
		if (*p != ' ' && strcmp(wanted, color)) {
			fprintf(out, "%s%s", *color ? "\033[0m" : "", wanted);
			color = wanted;
		}
		fputc(*p, out);
	}
	fputs(*color ? "\033[0m" : "", out);
}

/* What stands behind a month: "! 17-19 23  ? 30".  31 days take 110 at most. */
#define NOTE_SIZE 160

/* Add the days of a month that are of one kind, those in a row as "17-19". */
static void
note_days(char note[NOTE_SIZE], const struct calendar *c,
	  const struct calendar_part *month, enum cell cell)
{
	int32_t before = calendar_month_first(month->first) - 1;
	size_t len = strlen(note);
	bool has_sign = false;

	for (int32_t day = month->first; day <= month->last; day++) {
		int32_t first = day;

		if (calendar_cell(c, day) != cell)
			continue;
		if (!has_sign)
			len += (size_t)snprintf(note + len, NOTE_SIZE - len,
						"%s%c", len ? "  " : "",
						cell_sign(cell));
		has_sign = true;
		while (day < month->last && calendar_cell(c, day + 1) == cell)
			day++;
		len += (size_t)snprintf(note + len, NOTE_SIZE - len, " %d",
					(int)(first - before));
		if (day > first)
			len += (size_t)snprintf(note + len, NOTE_SIZE - len,
						"-%d", (int)(day - before));
	}
}

/* Cut a note that is too long, between two days. */
static void
note_cut(char note[NOTE_SIZE])
{
	static const char more[] = " ..";
	size_t len = NOTE_COLUMNS - strlen(more);

	if (strlen(note) <= NOTE_COLUMNS)
		return;
	while (note[len] != ' ' || !strchr("0123456789", note[len - 1]))
		len--;
	memcpy(note + len, more, sizeof(more));
}

static void
print_month(const struct calendar *c, const struct calendar_part *month,
	    bool has_color, FILE *out)
{
	char signs[WEEKS_COLUMNS + 1], date[DAY_SIZE], note[NOTE_SIZE] = "";

	day_format(date, month->first);
	date[strlen("2024-12")] = 0;
	put_signs(signs, c, month);
	note_days(note, c, month, CELL_INCOMPLETE);
	note_days(note, c, month, CELL_NOT_ASKED);
	note_cut(note);
	fprintf(out, LABEL, date);
	print_signs(signs, has_color, out);
	if (*note)
		fprintf(out, "%*s%s", (int)(WEEKS_COLUMNS + 2 - strlen(signs)),
			"", note);
	fputc('\n', out);
}

static void
print_gap(const struct calendar_part *gap, FILE *out)
{
	char first[DAY_SIZE], last[DAY_SIZE];

	day_format(first, gap->first);
	day_format(last, gap->last);
	fprintf(out, LABEL "%s to %s: %" PRId64 " days not asked\n", "", first,
		last, gap->last - gap->first + INT64_C(1));
}

static void
print_legend(const struct calendar *c, bool has_color, FILE *out)
{
	int64_t counts[N_CELLS];

	calendar_count(c, counts);
	fputc('\n', out);
	for (int i = 0; i < N_CELLS; i++) {
		char sign[] = { cell_sign((enum cell)i), 0 };

		print_signs(sign, has_color, out);
		fprintf(out, " %s %" PRId64 "%s", cell_name((enum cell)i),
			counts[i], i + 1 < N_CELLS ? "  " : "\n");
	}
}

void
calendar_print(const struct calendar *c, bool has_color, FILE *out)
{
	struct calendar_part part = calendar_before(c);
	int year_before = INT32_MIN;

	if (c->first > c->last)
		return;
	fprintf(out, LABEL "MTWTFSS MTWTFSS MTWTFSS MTWTFSS MTWTFSS MT\n", "");
	while (calendar_next(c, &part)) {
		int year, month, day;

		day_date(part.first, &year, &month, &day);
		if (year != year_before && year_before != INT32_MIN)
			fputc('\n', out);
		if (part.is_month)
			print_month(c, &part, has_color, out);
		else
			print_gap(&part, out);
		day_date(part.last, &year_before, &month, &day);
	}
	print_legend(c, has_color, out);
}
