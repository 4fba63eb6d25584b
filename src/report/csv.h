/*
 * Rows of CSV (RFC 4180): cells between separators, CR LF behind each row.
 *
 * Failure sticks in the buffer that is written to.
 */
#ifndef REPORT_CSV_H
#define REPORT_CSV_H

#include <stdbool.h>

#include "base/buf.h"
#include "json/scan.h"

/* A row being written.  Begin with { .out = …, .separator = ',' }. */
struct csv_row {
	struct buf *out;
	char separator;
	size_t n;		/* cells so far */
	size_t begin;		/* where the row begins in out */
};

/* csv_begin(r): The next row begins. */
void csv_begin(struct csv_row *r);

/*
 * csv_text(r, text) / csv_number(r, literal):
 * Add a cell.  Text that a spreadsheet would take for a formula gets an
 * apostrophe in front (text_csv_cell); what JSON wrote as a number is one for a
 * spreadsheet too, and harmless as it is.
 */
void csv_text(struct csv_row *r, const char *text);
void csv_number(struct csv_row *r, struct json_slice literal);

/*
 * csv_end(r):
 * End the row.  One that is a single empty cell is written as "", for most
 * readers pass over an empty line.
 */
void csv_end(struct csv_row *r);

#endif
