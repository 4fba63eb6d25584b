/*
 * What `callark review collect` prints.
 */
#ifndef CLI_COLLECT_H
#define CLI_COLLECT_H

#include "callark/review.h"

extern const char *const collect_formats[];	/* text, csv, ndjson */

/*
 * collect_print(files, n, format, err):
 * Merge the exports and print them; format is an index of collect_formats.
 * Return as ark_review_collect().
 */
int collect_print(const char *const *files, size_t n, int format,
		  struct ark_error *err);

#endif
