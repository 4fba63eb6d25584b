/*
 * The days of an archive, for programs: to stdout as NDJSON and as CSV.  What is
 * returned is 0 or ARK_ENOMEM; whether stdout took it is asked at the end.
 */
#ifndef CLI_STATUS_RECORDS_H
#define CLI_STATUS_RECORDS_H

#include "callark/archive.h"

int status_ndjson_day(const struct ark_day *d);

/* status_csv_head(): The names. */
void status_csv_head(void);
int status_csv_day(const struct ark_day *d);

#endif
