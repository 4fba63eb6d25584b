/*
 * What reconcile found, for programs: to stdout as NDJSON and as CSV.  What is
 * returned is 0, ARK_ENOMEM, or ARK_EDISK when stdout takes no more.
 */
#ifndef CLI_RECONCILE_RECORDS_H
#define CLI_RECONCILE_RECORDS_H

#include "callark/reconcile.h"

int reconcile_ndjson_discrepancy(const struct ark_discrepancy *d);
int reconcile_ndjson_line(const struct ark_reconcile_line *l);
int reconcile_ndjson_day(const struct ark_reconciled_day *d);

/* reconcile_csv_head(wants_sums): The names; of lines, or of discrepancies. */
void reconcile_csv_head(bool wants_sums);
int reconcile_csv_discrepancy(const struct ark_discrepancy *d);
int reconcile_csv_line(const struct ark_reconcile_line *l);

#endif
