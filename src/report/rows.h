/*
 * From report documents to rows: of CSV, and lines of NDJSON.
 *
 * A document must have passed json_check(); it is only read.  Rows never drop
 * anything silently: what no column takes stands in `other`, and what is not
 * as the vendor's text has it is counted.
 */
#ifndef REPORT_ROWS_H
#define REPORT_ROWS_H

#include <stdint.h>

#include "json/scan.h"
#include "report/columns.h"

/* A document, and what the archive knows of it. */
struct report_item {
	struct json_slice document;
	const char *id;		/* what the archive calls it */
	int version;		/* from 1; 0: it comes from no archive */
	int64_t seen_s;		/* UTC; -1: never */
	int64_t vanished_s;	/* UTC; -1: it is still listed */
};

/* ---- the elements of a document's list ------------------------------- */

struct report_elements {
	struct json_walk walk;
	struct json_slice list;
	int64_t position;	/* of the element given last, from 1; 0: the
				   list is none, and was given as a whole */
	bool is_odd;
};

/*
 * report_elements_init(e, view, document) / report_elements_next(e, element):
 * Go through the list of a document.  next: 1, or 0 at the end.  A list that is
 * missing or null has no elements; a value that is no list is given as the
 * only one.
 */
void report_elements_init(struct report_elements *e,
			  const struct report_view *view,
			  struct json_slice document);
int report_elements_next(struct report_elements *e,
			 struct json_slice *element);

/* ---- CSV ------------------------------------------------------------- */

/* What was written, and what of it is not as it should be. */
struct report_tally {
	int64_t rows;
	int64_t missing;	/* empty cells: the object lacks the field */
	int64_t nested;		/* cells that hold an object or a list */
	int64_t other;		/* rows in which something stands in `other` */
};

struct report_writer {
	const struct report_view *view;
	char separator;
	struct report_tally tally;
	/* of the row in hand, by the column's place in the view's table */
	struct json_slice values[REPORT_MAX_COLUMNS];
	struct buf other, text;
	int rc;
};

/* report_writer_init(w, view, separator): view is lent while w is used. */
void report_writer_init(struct report_writer *w,
			const struct report_view *view, char separator);
void report_writer_release(struct report_writer *w);

/*
 * report_mark(out):
 * Add the byte order mark by which Excel knows UTF-8; before everything else.
 */
void report_mark(struct buf *out);

/* report_head(w, out): Add the row of the columns' names. */
void report_head(const struct report_writer *w, struct buf *out);

/*
 * report_csv(w, item, out, err):
 * Add the rows of item: one, or one for each of its elements.  Times of the
 * archive are written in UTC, all else as the document says.  Return 0,
 * ARK_ENOMEM or ARK_ELIMIT (out's ceiling).
 */
int report_csv(struct report_writer *w, const struct report_item *item,
	       struct buf *out, struct ark_error *err);

/* ---- NDJSON ---------------------------------------------------------- */

/*
 * report_ndjson(view, item, has_versions, out, err):
 * Add the lines of item: the document byte for byte; with versions, an object
 * of id, version, seen, vanished and document; for elements, the same without
 * document but with number and the element, under the name that view has for
 * it.  Return as report_csv.
 */
int report_ndjson(const struct report_view *view,
		  const struct report_item *item, bool has_versions,
		  struct buf *out, struct ark_error *err);

#endif
