/*
 * The main job: keep everything of a range that the platform has.
 */
#ifndef CALLARK_SYNC_H
#define CALLARK_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "callark/config.h"
#include "callark/event.h"
#include "callark/filter.h"
#include "callark/range.h"
#include "callark/recording.h"
#include "callark/route.h"

struct ark_notifier;		/* callark/notify.h */

enum ark_durability {
	ARK_DURABLE_BATCH,	/* fsync in batches (the default) */
	ARK_DURABLE_FILE,	/* every file on its own */
	ARK_DURABLE_NONE,	/* no fsync: for measuring only */
};

struct ark_sync_options {
	struct ark_range_words range;	/* none: from the last settled day
					   less the look-back to now */
	const struct ark_filter *filter;/* NULL: everything */
	int64_t max_duration_s;		/* 0: no limit */
	int64_t max_bytes;		/* 0: no limit */
	bool is_dry_run;		/* list and count; change nothing */
	bool retry_failed;		/* also what was given up */
	enum ark_durability durability;
	struct ark_notifier *notifier;	/* learns when the run begins; or NULL */
	struct ark_listener listener;
};

/* One recording or attachment that is not in the archive, and why. */
struct ark_problem {
	char *id;
	int32_t day;
	enum ark_state state;
	char *reason;
	int attempts;
};

#define ARK_MAX_PROBLEMS 1000

/* What the speed of a run was limited by, as far as it was measured. */
enum ark_limit {
	ARK_LIMIT_UNKNOWN,	/* too short a run, or nothing in particular */
	ARK_LIMIT_LISTING,	/* the platform's listing */
	ARK_LIMIT_SERVER,	/* its waits, its refusals, its slow answers */
	ARK_LIMIT_NETWORK,	/* the line, or what the server gives of it */
	ARK_LIMIT_DISK,		/* writing or making durable */
	ARK_LIMIT_CPU,		/* this machine's processor */
	ARK_LIMIT_NUMBER,	/* transfer.concurrency or its ceiling */
	ARK_LIMIT_RATE,		/* transfer.rate_limit */
};

/* What a run did about one report. */
struct ark_report_sums {
	bool was_asked;
	int64_t documents;		/* listed, each once */
	int64_t fresh, changed, vanished, oddities;
	int64_t days_incomplete;
	char failure[200];		/* why it ended early; "" */
};

/* The attachments of conversations, apart from the recordings. */
struct ark_media_sums {
	bool was_asked;
	/* what the archive knows of the range now */
	int64_t counts[ARK_N_STATES], listed;
	/* what this run did */
	int64_t fresh, already, bytes_new;
	struct ark_problem problems[ARK_MAX_PROBLEMS];
	int n_problems;
	int64_t problems_total;
};

struct ark_summary {
	char command[16];
	int64_t run;
	char *organization;		/* or NULL */
	int64_t from_s, to_s;		/* civil */
	int64_t started_s;		/* instant */
	int64_t elapsed_ms;
	/* what the archive knows of the range now */
	int64_t counts[ARK_N_STATES];
	int64_t listed, with_link, oddities;
	/* what this run did */
	int64_t new_recordings, already, bytes_new;
	int64_t to_fetch, bytes_estimated;	/* dry run */
	int64_t requests, retries, relogins, relists;
	int64_t windows, windows_incomplete;
	struct ark_report_sums reports[ARK_N_ROUTES];
	struct ark_media_sums media;
	enum ark_limit limit;
	int limit_percent;		/* of the time that it held the run */
	struct ark_problem problems[ARK_MAX_PROBLEMS];
	int n_problems;
	int64_t problems_total;
	bool is_complete;
	int code;			/* the ark_code that the run ends with */
};

/*
 * ark_sync(c, o, s, err):
 * Run.  s is filled whatever happens (release it).  Return ARK_OK when all
 * that was listed is archived or accounted for by rule, else the most severe
 * of: ARK_EINCOMPLETE, ARK_ELIMIT, ARK_ESTOPPED, ARK_EUSAGE, ARK_EAUTH,
 * ARK_ESERVICE, ARK_EDISK, ARK_EINTEGRITY, ARK_ELOCKED, ARK_ENOMEM, ARK_EBUG.
 */
int ark_sync(const struct ark_config *c, const struct ark_sync_options *o,
	     struct ark_summary *s, struct ark_error *err);

/* ark_limit_name(limit): "network", …; NULL for ARK_LIMIT_UNKNOWN. */
const char *ark_limit_name(enum ark_limit limit);

void ark_summary_release(struct ark_summary *s);

/*
 * ark_summary_json(s, exit_status, out, err):
 * The summary as one line of JSON; *out is yours to free.
 */
int ark_summary_json(const struct ark_summary *s, int exit_status, char **out,
		     struct ark_error *err);

#endif
