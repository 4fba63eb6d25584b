/*
 * Time.  Waits and deadlines use clock_now_ms(), which never jumps; stamps
 * that people read use clock_wall_s().
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <pthread.h>
#include <stdint.h>

/* Milliseconds since boot, suspend included. */
int64_t clock_now_ms(void);

/* Seconds since 1970-01-01 UTC by the wall clock. */
int64_t clock_wall_s(void);

/* Milliseconds of processor time that the process, or a thread of it, took. */
int64_t clock_process_ms(void);
int64_t clock_thread_ms(pthread_t thread);

#define CLOCK_UTC_SIZE sizeof("-9223372036854775808-12-31T23:59:59Z")

/* clock_utc(out, s): Write s as "2024-12-31T14:30:05Z" (RFC 3339). */
void clock_utc(char out[CLOCK_UTC_SIZE], int64_t s);

/* Milliseconds since 1970-01-01 UTC by the wall clock. */
int64_t clock_wall_ms(void);

#define CLOCK_UTC_MS_SIZE (CLOCK_UTC_SIZE + 4)

/* clock_utc_ms(out, ms): Write ms as "2024-12-31T14:30:05.678Z". */
void clock_utc_ms(char out[CLOCK_UTC_MS_SIZE], int64_t ms);

#endif
