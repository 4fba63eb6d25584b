/*
 * The account of a run.
 */
#ifndef FLOW_SUMMARY_H
#define FLOW_SUMMARY_H

#include "archive/archive.h"
#include "callark/range.h"
#include "callark/sync.h"

/*
 * summary_count(s, a, range, err):
 * Fill the sums and the problems of s from the catalogue, and is_complete.
 */
int summary_count(struct ark_summary *s, struct archive *a,
		  const struct ark_range *range, struct ark_error *err);

#endif
