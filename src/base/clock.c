#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

static int64_t
read_ms(clockid_t id)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_now_ms(void)
{
	return read_ms(CLOCK_BOOTTIME);
}

int64_t
clock_process_ms(void)
{
	return read_ms(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t
clock_thread_ms(pthread_t thread)
{
	clockid_t id;

	return pthread_getcpuclockid(thread, &id) ? 0 : read_ms(id);
}

int64_t
clock_wall_s(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec;
}

void
clock_utc(char out[CLOCK_UTC_SIZE], int64_t s)
{
	time_t t = (time_t)s;
	struct tm tm;

	if (!gmtime_r(&t, &tm)) {
		(void)snprintf(out, CLOCK_UTC_SIZE, "%llds", (long long)s);
		return;
	}
	/* years of four digits, which all are that matter */
	if (tm.tm_year < -900 || tm.tm_year >= 10000 - 1900) {
		(void)strftime(out, CLOCK_UTC_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
		return;
	}
	out = text_stamp(out, (unsigned)(tm.tm_year + 1900), 4, (unsigned)tm.tm_mon + 1,
			 (unsigned)tm.tm_mday, '-');
	*out++ = 'T';
	out = text_stamp(out, (unsigned)tm.tm_hour, 2, (unsigned)tm.tm_min,
			 (unsigned)tm.tm_sec, ':');
	memcpy(out, "Z", 2);
}

int64_t
clock_wall_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
clock_utc_ms(char out[CLOCK_UTC_MS_SIZE], int64_t ms)
{
	int part = (int)(ms % 1000);
	int64_t s = ms / 1000;

	if (part < 0) {
		part += 1000;
		s--;
	}
	clock_utc(out, s);
	(void)snprintf(out + strlen(out) - 1, 6, ".%03dZ", part);
}
