/*
 * The columns of the reports: one table a route, in a fixed order and under
 * names that stay.
 *
 * A field is called the same in every route that has it, and as in
 * recordings.csv (`start` for data_inicio); what only one route has keeps the
 * platform's word where there is no better one.  The spellings that the
 * platform uses for one field (`servico`, `serviço`) are one column.  The last
 * column, `other`, is for what no column takes.
 *
 * A row is a document or, of routes whose documents hold a list, an element of
 * that list: a message of service-history-messages, an answer of voice-log.
 */
#ifndef REPORT_COLUMNS_H
#define REPORT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "callark/route.h"

/* Where the cells of a column come from. */
enum report_source {
	REPORT_ID,		/* what the archive calls the document */
	REPORT_VERSION,		/* which version of it this is, from 1 */
	REPORT_SEEN,		/* when that version was first seen */
	REPORT_VANISHED,	/* since when it is no longer listed */
	REPORT_FIELD,		/* a field of the document */
	REPORT_COUNT,		/* how many elements its list has */
	REPORT_POSITION,	/* which of the elements this is, from 1 */
	REPORT_ELEMENT_FIELD,	/* a field of the element */
	REPORT_OTHER,		/* what no column took, as one JSON object */
};

#define REPORT_MAX_FIELDS 2	/* spellings of one field */

struct report_column {
	const char *name;
	enum report_source source;
	bool is_optional;	/* documents without the field are usual */
	const char *fields[REPORT_MAX_FIELDS];	/* in documents; NULL: none */
};

/* Which rows are wanted; each but the first belongs to one route. */
enum report_rows { REPORT_DOCUMENTS, REPORT_MESSAGES, REPORT_ANSWERS };

#define REPORT_MAX_COLUMNS 48

/* The table of one kind of rows, and which of its columns are wanted. */
struct report_view {
	const struct report_column *table;
	size_t n_table;
	const struct report_column *list;	/* of elements; NULL: rows are
						   documents */
	const char *element;	/* "message"; NULL: rows are documents */
	const struct report_column *wanted[REPORT_MAX_COLUMNS];
	size_t n_wanted;
};

struct report_view_words {
	enum ark_route route;
	enum report_rows rows;
	const char *columns;	/* "a,b,c" as wanted; NULL: all */
	bool has_versions;	/* all: with version, seen and vanished */
};

/*
 * report_view_init(v, words, err):
 * Choose rows and columns.  Nothing in v is owned.  Return 0, or ARK_EUSAGE:
 * rows that the route has not, a column that is not there (err names the
 * nearest), is named twice, or too many of them.
 */
int report_view_init(struct report_view *v,
		     const struct report_view_words *words,
		     struct ark_error *err);

/*
 * report_tells(route, filter):
 * Whether documents of the route have what a filter ("agent", see
 * callark/filter.h) looks at.
 */
bool report_tells(enum ark_route route, const char *filter);

#endif
