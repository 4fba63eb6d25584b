/*
 * The platform's reports as lines (NDJSON, the documents byte for byte) or as
 * tables (CSV).
 */
#ifndef CALLARK_EXPORT_H
#define CALLARK_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "callark/config.h"
#include "callark/event.h"
#include "callark/filter.h"
#include "callark/range.h"
#include "callark/route.h"

enum ark_export_format {
	ARK_EXPORT_NDJSON,
	ARK_EXPORT_NDJSON_GZ,
	ARK_EXPORT_CSV,
};

/* What a row is; all but the first belong to one report. */
enum ark_export_rows {
	ARK_EXPORT_DOCUMENTS,
	ARK_EXPORT_MESSAGES,		/* of service-history-messages */
	ARK_EXPORT_ANSWERS,		/* of voice-log */
};

struct ark_export_options {
	enum ark_route route;
	struct ark_range_words range;	/* none: everything; live: today */
	const struct ark_filter *filter;
	enum ark_export_format format;
	enum ark_export_rows rows;
	const char *columns;	/* of CSV: "a,b,c"; NULL: all */
	bool is_excel;		/* CSV with `;` and a byte order mark */
	bool has_versions;	/* every version of every document */
	bool is_live;		/* from the platform, not the archive */
	struct ark_listener listener;
};

/*
 * put(ctx, bytes, n, err):
 * Take the next n bytes of the export.  Return 0, or a negative ark_code with
 * err filled, which ends the export and is returned.
 */
typedef int ark_export_fn(void *ctx, const void *bytes, size_t n,
			  struct ark_error *err);

/*
 * ark_export(c, o, put, ctx, err):
 * Every document of the report in the range, by its start and id, as it was
 * listed last.  Without versions, those that the platform no longer lists are
 * left out.  The listener is told what is missing and what was odd.  Memory
 * does not grow with the number of documents; live, with those of a day.
 *
 * Return 0; ARK_EINCOMPLETE when all that is there was put, but days of the
 * range were never asked, are not over or were not listed completely, or a
 * document cannot be read; ARK_EUSAGE (options that exclude each other, a
 * column or filter that cannot be, no such range), ARK_ESTOPPED, as opening an
 * archive, or live as ark_list.
 */
int ark_export(const struct ark_config *c, const struct ark_export_options *o,
	       ark_export_fn *put, void *ctx, struct ark_error *err);

#endif
