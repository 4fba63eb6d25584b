/*
 * Time.  Waits and deadlines use clock_now_ms(), which never jumps; stamps
 * that people read use clock_wall_s().
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since boot, suspend included. */
int64_t clock_now_ms(void);

/* Seconds since 1970-01-01 UTC by the wall clock. */
int64_t clock_wall_s(void);

#define CLOCK_UTC_SIZE sizeof("-9223372036854775808-12-31T23:59:59Z")

/* clock_utc(out, s): Write s as "2024-12-31T14:30:05Z" (RFC 3339). */
void clock_utc(char out[CLOCK_UTC_SIZE], int64_t s);

#endif
