/*
 * Where the reports of a day lie in its bag, and what is stated of them.
 */
#ifndef FLOW_REPORT_FILES_H
#define FLOW_REPORT_FILES_H

#include <stdbool.h>

#include "base/buf.h"
#include "callark/route.h"

#define REPORT_FOLDER "data/reports"
#define REPORT_FILE_SIZE 80

/*
 * report_file(out, route, has_versions):
 * "data/reports/ROUTE.ndjson.gz", the documents as they are, or
 * "data/reports/ROUTE.versions.ndjson.gz", what changed or vanished.
 */
void report_file(char out[REPORT_FILE_SIZE], enum ark_route route,
		 bool has_versions);

/* What reconciling the day found: see report/completeness.h. */
#define STATEMENT_FILE REPORT_FOLDER "/completeness.json"

/* report_is_file(path): Whether path, within a bag, is one of all these. */
bool report_is_file(const char *path);

/* What bag-info.txt says of the listing of a report. */
struct report_listing {
	bool is_complete;
	int64_t total;			/* as the platform said; -1 */
	int64_t documents;
	int64_t complete_s;		/* when it was so last; -1 */
};

/* report_put_baginfo(out, route, l): Add its elements. */
void report_put_baginfo(struct buf *out, enum ark_route route,
			const struct report_listing *l);

/*
 * report_get_baginfo(text, n, route, l):
 * 1 and *l; 0 when bag-info.txt does not tell of the report; ARK_EFORMAT,
 * ARK_ENOMEM.
 */
int report_get_baginfo(const char *text, size_t n, enum ark_route route,
		       struct report_listing *l);

#endif
