/*
 * What a spreadsheet makes of CSV: a reader that is strict about RFC 4180, and
 * cells that would like to be formulas.
 */
#ifndef UNIT_SHEET_H
#define UNIT_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

static const char *const sheet_starts[] = {
	"=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x\";\"y\")", "+1+1", "-2+3",
	"@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "plain", "\"=1\"", "'=1",
	"a\r\n=1", "a\n@b", "a;=1,+2",
};

static const struct {
	const char *before, *behind;
} sheet_coats[] = {
	{ "", "" }, { "", ",=1" }, { "", "\"\r\n\"=1" }, { "\"", "" },
};

#define SHEET_CELLS ((size_t)60)	/* fifteen starts in four coats */
#define SHEET_COATS (sizeof(sheet_coats) / sizeof(sheet_coats[0]))

_Static_assert(sizeof(sheet_starts) / sizeof(sheet_starts[0]) * SHEET_COATS ==
	       SHEET_CELLS, "fifteen starts in four coats");

/* sheet_cell(text, size, i): The i-th of the cells that mean harm. */
static inline void
sheet_cell(char *text, size_t size, size_t i)
{
	(void)snprintf(text, size, "%s%s%s",
		       sheet_coats[i % SHEET_COATS].before,
		       sheet_starts[i / SHEET_COATS],
		       sheet_coats[i % SHEET_COATS].behind);
}

/*
 * sheet_take(out, p, separator):
 * Take one cell from *p into out; return what ended it: separator, or '\r' for
 * CR LF.
 */
static inline char
sheet_take(struct buf *out, const char **p, char separator)
{
	const char special[] = { separator, '\r', '\n', '"', 0 };
	char end;

	buf_clear(out);
	if (**p != '"') {
		size_t n = strcspn(*p, special);

		buf_add(out, *p, n);
		*p += n;
	} else {
		for ((*p)++; **p != '"' || (*p)[1] == '"'; (*p)++) {
			assert_int_not_equal(**p, 0);
			buf_addc(out, **p);
			*p += **p == '"';
		}
		(*p)++;
	}
	end = *(*p)++;
	if (end == '\r')
		assert_int_equal(*(*p)++, '\n');
	else
		assert_int_equal(end, separator);
	return end;
}

/*
 * sheet_is_guarded(cell, text):
 * Whether a cell that was read is text behind an apostrophe, not text itself;
 * it must be one of them, and no formula.
 */
static inline bool
sheet_is_guarded(const struct buf *cell, const char *text)
{
	const char *read = buf_text(cell);

	assert_false(read[0] && strchr("=+-@\t\r", read[0]));
	if (!strcmp(read, text))
		return false;
	assert_int_equal(read[0], '\'');
	assert_string_equal(read + 1, text);
	return true;
}

#endif
