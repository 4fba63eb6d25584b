/*
 * What a long operation tells while it runs.
 *
 * The library never prints: it calls the listener, always from the thread
 * that called it.  Texts hold no secrets, no links and no personal data.
 */
#ifndef CALLARK_EVENT_H
#define CALLARK_EVENT_H

#include <stdbool.h>
#include <stdint.h>

enum ark_level { ARK_LOG_ERROR, ARK_LOG_WARNING, ARK_LOG_INFO, ARK_LOG_DEBUG };

/* Where a sync stands. */
struct ark_progress {
	int64_t days, days_listed;
	int64_t listed;		/* documents of this run */
	int64_t to_fetch;	/* of them, not archived before */
	int64_t fetched;	/* new in the archive */
	int64_t troubled;	/* deferred, failed, gone, quarantined now */
	int64_t bytes;		/* new, committed */
	int64_t rate;		/* bytes a second, lately */
	uint32_t in_flight, limit;
	int64_t elapsed_ms;
};

struct ark_event {
	enum ark_level level;
	const char *text;	/* one line; NULL: progress only */
	const char *id;		/* of the recording it is about, or NULL */
	const struct ark_progress *progress;	/* or NULL */
};

struct ark_listener {
	void (*notify)(void *ctx, const struct ark_event *event);
	bool (*should_stop)(void *ctx);	/* asked often; true: end orderly */
	void *ctx;
};

#endif
